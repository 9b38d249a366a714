// Java's clients, each with its own signer: JavaClients.java CLIENT makes the one call of $CALL.
import com.google.api.client.auth.oauth.OAuthHmacSha256Signer;
import com.google.api.client.auth.oauth.OAuthParameters;
import com.google.api.client.http.ByteArrayContent;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.UrlEncodedContent;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

class JavaClients {
    static final JsonObject CALL = new Gson().fromJson(System.getenv("CALL"), JsonObject.class);
    static final String METHOD = CALL.get("method").getAsString();
    static final String URL = CALL.get("url").getAsString();
    static final List<String[]> QUERY = pairs("query");
    static final List<String[]> FORM = pairs("form");
    static final String BODY = text("body");
    static final String TYPE = FORM == null ? text("type") : "application/x-www-form-urlencoded";

    static String text(String name) {
        return CALL.get(name).isJsonNull() ? null : CALL.get(name).getAsString();
    }

    static List<String[]> pairs(String name) {
        if (CALL.get(name).isJsonNull()) return null;
        var pairs = new ArrayList<String[]>();
        for (var pair : CALL.getAsJsonArray(name)) {
            JsonArray both = pair.getAsJsonArray();
            pairs.add(new String[] {both.get(0).getAsString(), both.get(1).getAsString()});
        }
        return pairs;
    }

    static Map<String, Object> lists(List<String[]> pairs) {
        var lists = new LinkedHashMap<String, List<String>>();
        for (var pair : pairs) lists.computeIfAbsent(pair[0], name -> new ArrayList<>()).add(pair[1]);
        var values = new LinkedHashMap<String, Object>();
        lists.forEach((name, list) -> values.put(name, list.size() == 1 ? list.get(0) : list));
        return values;
    }

    static String encoded(List<String[]> pairs) {
        return pairs.stream().map(pair -> encoded(pair[0]) + "=" + encoded(pair[1])).collect(Collectors.joining("&"));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static String env(String name) {
        return System.getenv("NETSUITE_" + name);
    }

    static OAuthParameters parameters() {
        var signer = new OAuthHmacSha256Signer(env("CONSUMER_SECRET"));
        signer.setTokenSecret(env("TOKEN_SECRET"));
        var oauth = new OAuthParameters();
        oauth.signer = signer;
        oauth.realm = env("ACCOUNT");
        oauth.consumerKey = env("CONSUMER_KEY");
        oauth.token = env("TOKEN_ID");
        oauth.version = "1.0";
        return oauth;
    }

    static void send(String url, String authorization) throws Exception {
        var body = FORM == null ? BODY : encoded(FORM);
        var request = HttpRequest.newBuilder(URI.create(url))
            .method(METHOD, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .header("Authorization", authorization);
        if (TYPE != null) request.header("Content-Type", TYPE);
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build().send(request.build(), BodyHandlers.ofString());
    }

    static void byGoogle() throws Exception {
        var url = new GenericUrl(URL);
        lists(QUERY).forEach(url::set);
        var signed = url.clone();
        if (FORM != null) lists(FORM).forEach(signed::set); // what is signed of a form, as if it stood in the URL
        var oauth = parameters();
        oauth.computeNonce();
        oauth.computeTimestamp();
        oauth.computeSignature(METHOD, signed);
        send(url.build(), oauth.getAuthorizationHeader());
    }

    // The library's own way, an interceptor on its own transport; of a form it signs nothing.
    static void byGoogleTransport() throws Exception {
        var url = new GenericUrl(URL);
        lists(QUERY).forEach(url::set);
        var content = FORM != null ? new UrlEncodedContent(lists(FORM)) : BODY == null ? null : ByteArrayContent.fromString(TYPE, BODY);
        if (METHOD.equals("PATCH")) omit("HttpURLConnection has no PATCH");
        var request = new NetHttpTransport().createRequestFactory(parameters()).buildRequest(METHOD, url, content);
        request.setThrowExceptionOnExecuteError(false).execute().disconnect();
    }

    static void bySignpost() throws Exception {
        var consumer = new oauth.signpost.basic.DefaultOAuthConsumer(env("CONSUMER_KEY"), env("CONSUMER_SECRET"));
        // Version 1.2 has HMAC-SHA1 alone: the digest is ours, the base string and the key are the library's.
        consumer.setMessageSigner(new oauth.signpost.signature.OAuthMessageSigner() {
            @Override
            public String getSignatureMethod() {
                return "HMAC-SHA256";
            }

            @Override
            public String sign(oauth.signpost.http.HttpRequest request, oauth.signpost.http.HttpParameters parameters) {
                try {
                    var key = oauth.signpost.OAuth.percentEncode(getConsumerSecret()) + "&" + oauth.signpost.OAuth.percentEncode(getTokenSecret());
                    var mac = Mac.getInstance("HmacSHA256");
                    mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
                    var text = new oauth.signpost.signature.SignatureBaseString(request, parameters).generate();
                    return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
                } catch (Exception error) {
                    throw new IllegalStateException(error);
                }
            }
        });
        consumer.setTokenWithSecret(env("TOKEN_ID"), env("TOKEN_SECRET"));
        var more = new oauth.signpost.http.HttpParameters();
        more.put("realm", env("ACCOUNT"));
        consumer.setAdditionalParameters(more);
        var url = QUERY.isEmpty() ? URL : URL + "?" + encoded(QUERY);
        var headers = new LinkedHashMap<String, String>();
        if (TYPE != null) headers.put("Content-Type", TYPE);
        consumer.sign(new oauth.signpost.http.HttpRequest() {
            public String getMethod() { return METHOD; }
            public String getRequestUrl() { return url; }
            public void setRequestUrl(String changed) { throw new UnsupportedOperationException(); }
            public void setHeader(String name, String value) { headers.put(name, value); }
            public String getHeader(String name) { return headers.get(name); }
            public Map<String, String> getAllHeaders() { return headers; }
            public java.io.InputStream getMessagePayload() {
                return FORM == null ? null : new java.io.ByteArrayInputStream(encoded(FORM).getBytes(StandardCharsets.UTF_8));
            }
            public String getContentType() { return TYPE; }
            public Object unwrap() { return this; }
        });
        send(url, headers.get("Authorization"));
    }

    static void omit(String why) {
        System.err.println("omitted: " + why);
        System.exit(3);
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "google" -> byGoogle();
            case "googleTransport" -> byGoogleTransport();
            default -> bySignpost();
        }
    }
}
