import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A line of standard input is a command and its arguments, by tabs; each is answered by a line. */
public class Driver {
    static String answer(String[] words) throws Exception {
        if (words[0].equals("account")) return Signer.realm(words[1]) + " " + Signer.host(words[1], "restlets.api");
        if (words[0].equals("send")) {
            String body = words[3].isEmpty() ? null : words[3];
            var response = Signer.send(words[1], words[2], Signer.readCredentials(), body, 3, 0);
            return response.statusCode() + " " + response.body();
        }
        Map<String, String> credentials = Map.of(
            "account", words[3], "consumerKey", words[4], "consumerSecret", words[5], "tokenId", words[6], "tokenSecret", words[7]);
        Map<String, String> oauth = new LinkedHashMap<>();
        for (int at = 8; at < words.length; at += 2) oauth.put(words[at], words[at + 1]);
        if (words[0].equals("passport")) return Signer.tokenPassport(credentials, oauth, "2025_2");
        return oauth.isEmpty()
            ? Signer.authorization(words[1], words[2], credentials)
            : Signer.authorization(words[1], words[2], credentials, oauth);
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String input = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        for (String line : input.split("\n")) {
            if (!line.isEmpty()) out.println(answer(line.split("\t", -1)));
        }
    }
}
