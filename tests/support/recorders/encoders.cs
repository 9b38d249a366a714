using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

static class Enc {
    static void Main() {
        var functions = new Dictionary<string, Func<string, string>> {
            {".NET's HttpUtility.UrlEncode", s => System.Web.HttpUtility.UrlEncode(s)},
            {".NET's HttpUtility.UrlEncodeUnicode", s => System.Web.HttpUtility.UrlEncodeUnicode(s)},
            {".NET's WebUtility.UrlEncode", s => System.Net.WebUtility.UrlEncode(s)},
            {".NET's Uri.EscapeDataString", s => Uri.EscapeDataString(s)},
            {".NET's Uri.EscapeUriString", s => Uri.EscapeUriString(s)},
            {".NET's FormUrlEncodedContent", s => new System.Net.Http.FormUrlEncodedContent(new[] {new KeyValuePair<string, string>("a", s)}).ReadAsStringAsync().Result.Substring(2)},
        };
        var texts = new List<string>();
        for (string line; (line = Console.ReadLine()) != null; )
            texts.Add(Encoding.UTF8.GetString(Enumerable.Range(0, line.Length / 2).Select(i => Convert.ToByte(line.Substring(2 * i, 2), 16)).ToArray()));
        foreach (var entry in functions) {
            var row = new List<string> {entry.Key};
            foreach (var text in texts) {
                try { row.Add(string.Concat(Encoding.UTF8.GetBytes(entry.Value(text)).Select(b => b.ToString("x2")))); } catch (Exception) { row.Add("-"); }
            }
            Console.WriteLine(string.Join("\t", row));
        }
    }
}
