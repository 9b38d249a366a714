using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

static class Sorts {
    static void Main() {
        // By its sort keys: Mono's Compare takes a short cut that they do not bear out ("A" before "a-").
        var english = new CultureInfo("en-US").CompareInfo;
        Func<CompareOptions, IComparer<string>> culture = options => Comparer<string>.Create(
            (left, right) => SortKey.Compare(english.GetSortKey(left, options), english.GetSortKey(right, options)));
        var sorts = new Dictionary<string, IComparer<string>> {
            {".NET Framework's culture", culture(CompareOptions.None)},
            {".NET Framework's culture, ignoring case", culture(CompareOptions.IgnoreCase)},
            {".NET's Ordinal", StringComparer.Ordinal},
            {".NET's OrdinalIgnoreCase", StringComparer.OrdinalIgnoreCase},
        };
        var texts = new List<string>();
        for (string line; (line = Console.ReadLine()) != null; )
            texts.Add(Encoding.UTF8.GetString(Enumerable.Range(0, line.Length / 2).Select(i => Convert.ToByte(line.Substring(2 * i, 2), 16)).ToArray()));
        foreach (var entry in sorts) {
            var row = new List<string> {entry.Key};
            row.AddRange(texts.OrderBy(text => text, entry.Value).Select(text => string.Concat(Encoding.UTF8.GetBytes(text).Select(b => b.ToString("x2")))));
            Console.WriteLine(string.Join("\t", row));
        }
    }
}
