// Google's OAuth client signs, java.net.http.HttpClient sends.
import com.google.api.client.auth.oauth.OAuthHmacSha256Signer;
import com.google.api.client.auth.oauth.OAuthParameters;
import com.google.api.client.http.GenericUrl;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

class ByHttpClient {
    static final String RESTLET = System.getenv("NETSUITE_BASE_URL") + "/app/site/hosting/restlet.nl";
    // Without proxy(...) it asks the JVM's own ProxySelector, which reads https.proxyHost.
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    static String authorization(String method, GenericUrl url) throws Exception {
        var signer = new OAuthHmacSha256Signer(System.getenv("NETSUITE_CONSUMER_SECRET"));
        signer.setTokenSecret(System.getenv("NETSUITE_TOKEN_SECRET"));
        var oauth = new OAuthParameters();
        oauth.signer = signer;
        oauth.realm = System.getenv("NETSUITE_ACCOUNT");
        oauth.consumerKey = System.getenv("NETSUITE_CONSUMER_KEY");
        oauth.token = System.getenv("NETSUITE_TOKEN_ID");
        oauth.version = "1.0";
        oauth.computeNonce();
        oauth.computeTimestamp();
        oauth.computeSignature(method, url);
        return oauth.getAuthorizationHeader();
    }

    static void call(String method, GenericUrl url, String body) throws Exception {
        url.set("script", "customscript_orders");
        url.set("deploy", "customdeploy_orders");
        var request = HttpRequest.newBuilder(URI.create(url.build()))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .header("Authorization", authorization(method, url))
            .header("Content-Type", "application/json")
            .build();
        System.out.println(method + " " + CLIENT.send(request, BodyHandlers.ofString()).statusCode());
    }

    static GenericUrl restlet() {
        return new GenericUrl(RESTLET);
    }

    public static void main(String[] arguments) throws Exception {
        call("GET", restlet().set("customer", "Café O'Hara & Co. (50%+1=x*!~)"), null);
        call("GET", restlet().set("tag", List.of("red", "blue")), null);
        call("GET", restlet().set("note", "").set("id", 7), null);
        call("POST", restlet(), "{\"item\": \"Café\", \"quantity\": 2}");
        call("PUT", restlet(), "{\"id\": 7, \"item\": \"Café\"}");
        call("DELETE", restlet().set("id", 7), null);
    }
}
