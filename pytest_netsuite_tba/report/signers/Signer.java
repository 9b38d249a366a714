import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Sign requests to NetSuite: the JDK alone. */
public class Signer {

    // -- encode
    /** Percent-encode by RFC 3986; URLEncoder writes forms, which differ in four characters. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
            .replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }

    // -- url
    /** The URL as it is signed: lower-case scheme and host, no default port, the path as sent, no query. */
    static String baseUrl(String url) {
        URI uri = URI.create(url);
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        String host = uri.getRawAuthority().toLowerCase(Locale.ROOT);
        host = host.replaceFirst(scheme.equals("https") ? ":443$" : ":80$", "");
        return scheme + "://" + host + (uri.getRawPath().isEmpty() ? "/" : uri.getRawPath());
    }

    // -- query
    /** Every pair of the query that is sent, decoded once; a name may come twice, a value may be empty. */
    static List<String[]> queryPairs(String url) {
        List<String[]> pairs = new ArrayList<>();
        String query = URI.create(url).getRawQuery();
        for (String pair : (query == null ? "" : query).split("&")) {
            if (!pair.isEmpty()) {
                String[] halves = (pair + (pair.contains("=") ? "" : "=")).split("=", 2);
                pairs.add(new String[] {
                    URLDecoder.decode(halves[0], StandardCharsets.UTF_8),
                    URLDecoder.decode(halves[1], StandardCharsets.UTF_8),
                });
            }
        }
        return pairs;
    }

    // -- parameters
    /** What is signed: the oauth_ parameters of the header and the query. Not realm, not oauth_signature, no JSON. */
    static List<String[]> signedPairs(Map<String, String> oauth, String url) {
        List<String[]> pairs = new ArrayList<>(queryPairs(url));
        oauth.forEach((name, value) -> pairs.add(new String[] {name, value}));
        pairs.removeIf(pair -> pair[0].equals("oauth_signature"));
        return pairs;
    }

    // -- sort
    /** Encode each name and value, then sort by name, then by value, then join. */
    static String parameterString(List<String[]> pairs) {
        return pairs.stream()
            .map(pair -> new String[] {encode(pair[0]), encode(pair[1])})
            .sorted(Comparator.comparing((String[] pair) -> pair[0]).thenComparing(pair -> pair[1]))
            .map(pair -> pair[0] + "=" + pair[1])
            .collect(Collectors.joining("&"));
    }

    // -- base-string
    /** Method in upper case, URL and parameters, each of them encoded, joined by "&". */
    static String baseString(String method, String url, String parameters) {
        return String.join("&", method.toUpperCase(Locale.ROOT), encode(url), encode(parameters));
    }

    // -- key
    /** Both secrets, encoded, joined by "&"; the consumer secret comes first. */
    static String signingKey(String consumerSecret, String tokenSecret) {
        return encode(consumerSecret) + "&" + encode(tokenSecret);
    }

    // -- hmac
    /** Base64 of the raw HMAC-SHA256; oauth_signature_method says "HMAC-SHA256", too. */
    static String signature(String key, String base) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return Base64.getEncoder().encodeToString(mac.doFinal(base.getBytes(StandardCharsets.UTF_8)));
    }

    // -- oauth
    /** The oauth_ parameters: made once, then signed and sent; nonce and timestamp are new for every request. */
    static Map<String, String> oauthParameters(Map<String, String> credentials) {
        StringBuilder nonce = new StringBuilder();
        new SecureRandom().ints(32, 0, 16).forEach(digit -> nonce.append(Integer.toHexString(digit)));
        Map<String, String> oauth = new LinkedHashMap<>();
        oauth.put("oauth_consumer_key", credentials.get("consumerKey"));
        oauth.put("oauth_nonce", nonce.toString());
        oauth.put("oauth_signature_method", "HMAC-SHA256");
        oauth.put("oauth_timestamp", String.valueOf(Instant.now().getEpochSecond())); // whole seconds
        oauth.put("oauth_token", credentials.get("tokenId"));
        oauth.put("oauth_version", "1.0");
        return oauth;
    }

    // -- account
    /** The account as realm: 1234567_SB1. */
    static String realm(String account) {
        return account.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** The account as part of a host: 1234567-sb1.restlets.api.netsuite.com (of web services: suitetalk.api). */
    static String host(String account, String service) {
        return account.toLowerCase(Locale.ROOT).replace('_', '-') + "." + service + ".netsuite.com";
    }

    // -- header
    /** The value of the Authorization header: realm and oauth_ parameters alone, each value encoded and quoted. */
    static String header(String realm, Map<String, String> oauth) {
        return "OAuth realm=\"" + realm + "\", " + oauth.entrySet().stream()
            .map(field -> field.getKey() + "=\"" + encode(field.getValue()) + "\"")
            .collect(Collectors.joining(", "));
    }

    // -- credentials
    /** The account and the four values of one token, without the blanks of a paste; none may be missing. */
    static Map<String, String> readCredentials() {
        return Map.of(
            "account", read("NETSUITE_ACCOUNT"),
            "consumerKey", read("NETSUITE_CONSUMER_KEY"),
            "consumerSecret", read("NETSUITE_CONSUMER_SECRET"),
            "tokenId", read("NETSUITE_TOKEN_ID"),
            "tokenSecret", read("NETSUITE_TOKEN_SECRET"));
    }

    private static String read(String name) {
        String value = System.getenv(name);
        if (value == null || value.isBlank()) throw new IllegalStateException(name + " is not set");
        return value.strip();
    }

    // -- sign
    /** Sign one request: url is the whole URL, as it will be sent. Call it again for every request. */
    static String authorization(String method, String url, Map<String, String> credentials)
            throws GeneralSecurityException {
        return authorization(method, url, credentials, oauthParameters(credentials));
    }

    static String authorization(String method, String url, Map<String, String> credentials, Map<String, String> oauth)
            throws GeneralSecurityException {
        String base = baseString(method, baseUrl(url), parameterString(signedPairs(oauth, url)));
        String key = signingKey(credentials.get("consumerSecret"), credentials.get("tokenSecret"));
        Map<String, String> signed = new LinkedHashMap<>(oauth);
        signed.put("oauth_signature", signature(key, base));
        return header(realm(credentials.get("account")), signed);
    }

    // -- send
    /** Send JSON, and sign again for every try: a nonce is good for one request. A redirect is not followed. */
    static HttpResponse<String> send(
            String method, String url, Map<String, String> credentials, String body, int tries, double pause)
            throws Exception {
        HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
        for (int attempt = 1; ; attempt++) {
            HttpRequest.BodyPublisher sent = body == null
                ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
            HttpRequest request = HttpRequest.newBuilder(URI.create(url)).method(method, sent)
                .header("Authorization", authorization(method, url, credentials))
                .header("Content-Type", "application/json").build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            boolean isBusy = response.statusCode() == 429 || response.statusCode() == 503;
            if (!isBusy || attempt >= tries) return response;
            Thread.sleep((long) (attempt * pause * 1000));
        }
    }

    // -- passport
    /** The tokenPassport of one SOAP call: five fields signed as they are; no method, no URL, nothing encoded. */
    static String tokenPassport(Map<String, String> credentials, Map<String, String> oauth, String version)
            throws GeneralSecurityException {
        String account = realm(credentials.get("account"));
        String consumerKey = oauth.get("oauth_consumer_key");
        String token = oauth.get("oauth_token");
        String nonce = oauth.get("oauth_nonce");
        String timestamp = oauth.get("oauth_timestamp");
        String base = String.join("&", account, consumerKey, token, nonce, timestamp);
        String key = credentials.get("consumerSecret") + "&" + credentials.get("tokenSecret");
        return "<m:tokenPassport xmlns:m=\"urn:messages_" + version + ".platform.webservices.netsuite.com\">"
            + "<m:account>" + account + "</m:account>"
            + "<m:consumerKey>" + consumerKey + "</m:consumerKey>"
            + "<m:token>" + token + "</m:token>"
            + "<m:nonce>" + nonce + "</m:nonce>"
            + "<m:timestamp>" + timestamp + "</m:timestamp>"
            + "<m:signature algorithm=\"HMAC-SHA256\">" + signature(key, base) + "</m:signature>"
            + "</m:tokenPassport>";
    }
}
