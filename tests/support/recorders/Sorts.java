import java.io.*;
import java.text.Collator;
import java.util.*;

public class Sorts {
    public static void main(String[] args) throws Exception {
        Map<String, Comparator<? super String>> sorts = new LinkedHashMap<>();
        sorts.put("Java's compareTo", Comparator.naturalOrder());
        sorts.put("Java's CASE_INSENSITIVE_ORDER", String.CASE_INSENSITIVE_ORDER);
        sorts.put("Java's Collator", Collator.getInstance(Locale.US)::compare);
        List<String> texts = new ArrayList<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) texts.add(new String(HexFormat.of().parseHex(line), "UTF-8"));
        for (Map.Entry<String, Comparator<? super String>> entry : sorts.entrySet()) {
            List<String> sorted = new ArrayList<>(texts);
            sorted.sort(entry.getValue());
            StringBuilder out = new StringBuilder(entry.getKey());
            for (String text : sorted) out.append("\t").append(HexFormat.of().formatHex(text.getBytes("UTF-8")));
            System.out.println(out);
        }
    }
}
