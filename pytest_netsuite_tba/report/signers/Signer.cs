using System; // Uri Math Guid Convert StringComparer DateTimeOffset Environment InvalidOperationException
using System.Collections.Generic; // List Dictionary KeyValuePair IEnumerable
using System.Linq; // Select OrderBy Where Concat
using System.Net.Http; // HttpClient
using System.Security.Cryptography; // HMACSHA256
using System.Text; // Encoding StringBuilder
using System.Threading.Tasks; // Task

/// <summary>Sign requests to NetSuite: .NET alone.</summary>
public static class Signer
{
    // -- encode
    /// <summary>Percent-encode by RFC 3986; old versions of Uri.EscapeDataString leave ! ' ( ) * as they are.</summary>
    public static string Encode(string text)
    {
        var encoded = new StringBuilder();
        foreach (byte part in Encoding.UTF8.GetBytes(text))
        {
            bool isLetterOrDigit = part >= 'a' && part <= 'z' || part >= 'A' && part <= 'Z' || part >= '0' && part <= '9';
            if (isLetterOrDigit || "-._~".IndexOf((char)part) >= 0) encoded.Append((char)part);
            else encoded.Append('%').Append(part.ToString("X2"));
        }
        return encoded.ToString();
    }

    // -- url
    /// <summary>The URL as it is signed: lower-case scheme and host, no default port, the path as sent, no query.</summary>
    public static string BaseUrl(string url)
    {
        return new Uri(url).GetLeftPart(UriPartial.Path); // HttpClient sends it as Uri spells it
    }

    // -- query
    /// <summary>Every pair of the query that is sent, decoded once; a name may come twice, a value may be empty.</summary>
    public static List<KeyValuePair<string, string>> QueryPairs(string url)
    {
        var pairs = new List<KeyValuePair<string, string>>();
        string query = new Uri(url).Query;
        foreach (string pair in query.Substring(Math.Min(1, query.Length)).Split('&'))
        {
            if (pair == "") continue;
            string[] halves = pair.Replace('+', ' ').Split(new[] { '=' }, 2);
            string value = halves.Length > 1 ? halves[1] : "";
            pairs.Add(new KeyValuePair<string, string>(Uri.UnescapeDataString(halves[0]), Uri.UnescapeDataString(value)));
        }
        return pairs;
    }

    // -- parameters
    /// <summary>What is signed: the oauth_ parameters of the header and the query. Not realm, not oauth_signature, no JSON.</summary>
    public static IEnumerable<KeyValuePair<string, string>> SignedPairs(Dictionary<string, string> oauth, string url)
    {
        return oauth.Where(pair => pair.Key != "oauth_signature").Concat(QueryPairs(url));
    }

    // -- sort
    /// <summary>Encode each name and value, then sort by name, then by value, then join.</summary>
    public static string ParameterString(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        return string.Join("&", pairs
            .Select(pair => new { Name = Encode(pair.Key), Value = Encode(pair.Value) })
            .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
            .Select(pair => pair.Name + "=" + pair.Value));
    }

    // -- base-string
    /// <summary>Method in upper case, URL and parameters, each of them encoded, joined by an ampersand.</summary>
    public static string BaseString(string method, string url, string parameters)
    {
        return string.Join("&", method.ToUpperInvariant(), Encode(url), Encode(parameters));
    }

    // -- key
    /// <summary>Both secrets, encoded, joined by an ampersand; the consumer secret comes first.</summary>
    public static string SigningKey(string consumerSecret, string tokenSecret)
    {
        return Encode(consumerSecret) + "&" + Encode(tokenSecret);
    }

    // -- hmac
    /// <summary>Base64 of the raw HMAC-SHA256; oauth_signature_method says "HMAC-SHA256", too.</summary>
    public static string Signature(string key, string text)
    {
        using (var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(key)))
        {
            return Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes(text)));
        }
    }

    // -- oauth
    /// <summary>The oauth_ parameters: made once, then signed and sent; nonce and timestamp are new for every request.</summary>
    public static Dictionary<string, string> OAuthParameters(Dictionary<string, string> credentials)
    {
        return new Dictionary<string, string>
        {
            ["oauth_consumer_key"] = credentials["consumerKey"],
            ["oauth_nonce"] = Guid.NewGuid().ToString("N"),
            ["oauth_signature_method"] = "HMAC-SHA256",
            ["oauth_timestamp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(), // whole seconds
            ["oauth_token"] = credentials["tokenId"],
            ["oauth_version"] = "1.0",
        };
    }

    // -- account
    /// <summary>The account as realm: 1234567_SB1.</summary>
    public static string Realm(string account)
    {
        return account.ToUpperInvariant().Replace('-', '_');
    }

    /// <summary>The account as part of a host: 1234567-sb1.restlets.api.netsuite.com (of web services: suitetalk.api).</summary>
    public static string Host(string account, string service = "restlets.api")
    {
        return account.ToLowerInvariant().Replace('_', '-') + "." + service + ".netsuite.com";
    }

    // -- header
    /// <summary>The value of the Authorization header: realm and oauth_ parameters alone, each value encoded and quoted.</summary>
    public static string Header(string realm, Dictionary<string, string> oauth)
    {
        var fields = oauth.Select(field => field.Key + "=\"" + Encode(field.Value) + "\"");
        return "OAuth realm=\"" + realm + "\", " + string.Join(", ", fields);
    }

    // -- credentials
    /// <summary>The account and the four values of one token, without the blanks of a paste; none may be missing.</summary>
    public static Dictionary<string, string> ReadCredentials()
    {
        return new Dictionary<string, string>
        {
            ["account"] = Read("NETSUITE_ACCOUNT"),
            ["consumerKey"] = Read("NETSUITE_CONSUMER_KEY"),
            ["consumerSecret"] = Read("NETSUITE_CONSUMER_SECRET"),
            ["tokenId"] = Read("NETSUITE_TOKEN_ID"),
            ["tokenSecret"] = Read("NETSUITE_TOKEN_SECRET"),
        };
    }

    private static string Read(string name)
    {
        string value = (Environment.GetEnvironmentVariable(name) ?? "").Trim();
        if (value == "") throw new InvalidOperationException(name + " is not set");
        return value;
    }

    // -- sign
    /// <summary>Sign one request: url is the whole URL, as it will be sent. Call it again for every request.</summary>
    public static string Authorization(
        string method, string url, Dictionary<string, string> credentials, Dictionary<string, string> oauth = null)
    {
        oauth = new Dictionary<string, string>(oauth ?? OAuthParameters(credentials));
        string text = BaseString(method, BaseUrl(url), ParameterString(SignedPairs(oauth, url)));
        oauth["oauth_signature"] = Signature(SigningKey(credentials["consumerSecret"], credentials["tokenSecret"]), text);
        return Header(Realm(credentials["account"]), oauth);
    }

    // -- send
    /// <summary>Send JSON, and sign again for every try: a nonce is good for one request. A redirect is not followed.</summary>
    public static async Task<HttpResponseMessage> Send(
        HttpMethod method, string url, Dictionary<string, string> credentials, string body = null, int tries = 3, double pause = 1)
    {
        using (var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }))
        {
            for (int attempt = 1; ; attempt++)
            {
                var request = new HttpRequestMessage(method, url);
                request.Headers.TryAddWithoutValidation("Authorization", Authorization(method.Method, url, credentials));
                if (body != null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
                HttpResponseMessage response = await client.SendAsync(request);
                bool isBusy = (int)response.StatusCode == 429 || (int)response.StatusCode == 503;
                if (!isBusy || attempt >= tries) return response;
                await Task.Delay((int)(attempt * pause * 1000));
            }
        }
    }

    // -- passport
    /// <summary>The tokenPassport of one SOAP call: five fields signed as they are; no method, no URL, nothing encoded.</summary>
    public static string TokenPassport(
        Dictionary<string, string> credentials, Dictionary<string, string> oauth = null, string version = "2025_2")
    {
        oauth = oauth ?? OAuthParameters(credentials);
        string account = Realm(credentials["account"]);
        string consumerKey = oauth["oauth_consumer_key"], token = oauth["oauth_token"];
        string nonce = oauth["oauth_nonce"], timestamp = oauth["oauth_timestamp"];
        string text = string.Join("&", account, consumerKey, token, nonce, timestamp);
        string signature = Signature(credentials["consumerSecret"] + "&" + credentials["tokenSecret"], text);
        return "<m:tokenPassport xmlns:m=\"urn:messages_" + version + ".platform.webservices.netsuite.com\">"
            + "<m:account>" + account + "</m:account>"
            + "<m:consumerKey>" + consumerKey + "</m:consumerKey>"
            + "<m:token>" + token + "</m:token>"
            + "<m:nonce>" + nonce + "</m:nonce>"
            + "<m:timestamp>" + timestamp + "</m:timestamp>"
            + "<m:signature algorithm=\"HMAC-SHA256\">" + signature + "</m:signature>"
            + "</m:tokenPassport>";
    }
}
