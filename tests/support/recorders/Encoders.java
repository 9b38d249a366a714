import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

public class Encoders {
    interface Function { String of(String text) throws Exception; }

    public static void main(String[] args) throws Exception {
        Map<String, Function> functions = new LinkedHashMap<>();
        functions.put("Java's URLEncoder", s -> URLEncoder.encode(s, "UTF-8"));
        functions.put("Java's URLEncoder by Latin-1", s -> URLEncoder.encode(s, "ISO-8859-1"));
        functions.put("Guava's urlFormParameterEscaper", s -> com.google.common.net.UrlEscapers.urlFormParameterEscaper().escape(s));
        functions.put("Guava's urlPathSegmentEscaper", s -> com.google.common.net.UrlEscapers.urlPathSegmentEscaper().escape(s));
        functions.put("Guava's urlFragmentEscaper", s -> com.google.common.net.UrlEscapers.urlFragmentEscaper().escape(s));
        functions.put("Java's URI of several arguments", s -> new URI("http", "h", "/", s, null).toString().substring(10));
        functions.put("Java's URI of several arguments, toASCIIString", s -> new URI("http", "h", "/", s, null).toASCIIString().substring(10));
        functions.put("Spring's UriUtils.encodeQueryParam", s -> org.springframework.web.util.UriUtils.encodeQueryParam(s, "UTF-8"));
        functions.put("Spring's UriUtils.encodePathSegment", s -> org.springframework.web.util.UriUtils.encodePathSegment(s, "UTF-8"));
        functions.put("Spring's UriUtils.encode", s -> org.springframework.web.util.UriUtils.encode(s, "UTF-8"));
        functions.put("OkHttp's addQueryParameter", s -> new okhttp3.HttpUrl.Builder().scheme("http").host("h").addQueryParameter("a", s).build().encodedQuery().substring(2));
        functions.put("OkHttp's FormBody", s -> new okhttp3.FormBody.Builder().add("a", s).build().encodedValue(0));
        functions.put("Apache's URLEncodedUtils.format", s -> org.apache.http.client.utils.URLEncodedUtils.format(List.of(new org.apache.http.message.BasicNameValuePair("a", s)), StandardCharsets.UTF_8).substring(2));
        functions.put("Apache's URLCodec", s -> new org.apache.commons.codec.net.URLCodec().encode(s, "UTF-8"));
        List<String> texts = new ArrayList<>();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) texts.add(new String(HexFormat.of().parseHex(line), "UTF-8"));
        for (Map.Entry<String, Function> entry : functions.entrySet()) {
            StringBuilder out = new StringBuilder(entry.getKey());
            for (String text : texts) {
                out.append("\t");
                try { out.append(HexFormat.of().formatHex(entry.getValue().of(text).getBytes("UTF-8"))); } catch (Throwable error) { out.append("-"); }
            }
            System.out.println(out);
        }
    }
}
