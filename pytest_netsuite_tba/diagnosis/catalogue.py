"""Every mistake that the diagnosis can name: what it is, what to do, how often it was seen, and which lines cure it.

Ids, and the sightings by which candidates are ranked, come from a survey of public reports and code bases: the
number of independent people, projects or pages in which the mistake was found. 0 means that nobody wrote of it.
"""

from __future__ import annotations

from typing import NamedTuple

from pytest_netsuite_tba.login.verdict import Mistake


class Entry(NamedTuple):
    """A row of the catalogue.

    Attributes:
        sightings: how often it was seen.
        title: what it is, without a full stop; it fits whatever the diagnosis calls so.
        cure: what to do, in a sentence; ``{account}``, ``{host}`` and ``{permission}`` are filled in.
        topic: a key of ``TOPICS`` in ``report/fixes.py``, whose lines cure it.
    """

    sightings: int
    title: str
    cure: str
    topic: str


# fmt: off
CATALOGUE: dict[str, Entry] = {
    # -- Percent-encode ------------------------------------------------------------------------------------------------
    "js-encodeuricomponent": Entry(13, "encodeURIComponent used as it is: ! ' ( ) * not encoded",
        "Encode everything but A-Z a-z 0-9 - . _ ~; in JavaScript add .replace(/[!'()*]/g, ...).", "encode"),
    "plus-for-space": Entry(9, 'Space signed as "+"',
        "Encode a space as %20 (quote, rawurlencode), not as + (quote_plus, urlencode).", "encode"),
    "lowercase-hex": Entry(3, "Percent escapes in lower case",
        "Write percent escapes in upper case: %2F, not %2f.", "encode"),
    "non-ascii-wrong-charset": Entry(2, "Non-ASCII text signed in another charset or form than it was sent",
        "Encode the UTF-8 bytes that are sent.", "encode"),
    "tilde-encoded": Entry(2, "Tilde encoded as %7E", "Leave ~ as it is.", "encode"),
    "characters-not-encoded": Entry(1, "Characters left as they are that are to be encoded",
        "Encode everything but A-Z a-z 0-9 - . _ ~ (quote with safe='', rawurlencode).", "encode"),
    "outer-encoder": Entry(0, "URL or joined parameters encoded by another rule",
        "Percent-encode both once more: all but A-Z a-z 0-9 - . _ ~, so that / is %2F and = is %3D.", "encode"),
    "values-overencoded": Entry(0, "Characters encoded that are to be left as they are",
        "Leave A-Z a-z 0-9 - . _ ~ as they are, and encode all else.", "encode"),
    # -- The URL that is signed ----------------------------------------------------------------------------------------
    "custom-port-dropped": Entry(5, "Port missing from the base string",
        "Sign the port unless it is the default one.", "url"),
    "default-port-kept": Entry(4, ":443 or :80 kept in the base string",
        "Leave the default port out, and sign any other.", "url"),
    "query-in-base-uri": Entry(3, "Query string left inside the base URI",
        'Cut the URL at "?"; the pairs of the query go among the parameters.', "url"),
    "path-only-or-host-only": Entry(2, "Base URI is only a part of the URL",
        "Sign scheme, host and path: https://host/path.", "url"),
    "proxy-changes-request": Entry(2, "A proxy rewrote host, scheme or port",
        "Sign what the server sees, or make the proxy pass the request unchanged.", "url"),
    "host-uppercase": Entry(1, "Upper case in the signed host", "Sign the host in lower case: 1234567-sb1.", "url"),
    "trailing-slash": Entry(1, "Path changed between signing and sending",
        "Sign the path exactly as it is sent.", "url"),
    "path-spelt-otherwise": Entry(1, "Path spelt differently in the URL sent than in the URL signed",
        "Sign the path as it is sent, letter for letter: escape it once, before it is signed, and not again "
        "after.", "url"),
    "host-not-the-one-sent": Entry(1, "Signed for another host than was called",
        "Sign the host and port of the URL.", "url"),
    "scheme-mismatch": Entry(1, "http signed where https was called, or the reverse",
        "Sign the scheme of the URL that is called.", "url"),
    "url-signed-in-lower-case": Entry(0, "Path signed in lower case", "Only scheme and host are lower-cased.", "url"),
    "url-signed-otherwise": Entry(0, "URL signed otherwise than it was sent",
        "Sign scheme and host in lower case, and the path as it is sent, with nothing behind it.", "url"),
    # -- Decode and collect the query ----------------------------------------------------------------------------------
    "query-not-signed": Entry(12, "Query parameters left out of the signature",
        "Decode every pair of the query string and sign it together with the oauth_ parameters.", "query"),
    "repeated-names-lost": Entry(6, "Repeated query names collapsed to one value",
        "Keep every pair in a list, not in a dictionary; sort equal names by value.", "query"),
    "query-reencoded-after-signing": Entry(5, "Query spelt differently in the URL sent than in the URL signed",
        "Build the final URL first, sign exactly that text and send exactly that text.", "query"),
    "query-partly-signed": Entry(3, "Only some query parameters signed",
        "Sign every pair of the query string that is sent.", "query"),
    "plus-kept-literal": Entry(2, '"+" in the query signed as a plus instead of a space',
        "Send %20 for a space and %2B for a plus: both are then read alike.", "query"),
    "empty-values-dropped": Entry(2, "Parameters with an empty value left out", 'Sign them as "name=".', "query"),
    "params-double-encoded": Entry(1, "Parameters encoded once too often",
        "Decode the query before its values are encoded.", "query"),
    "array-names-rewritten": Entry(1, "Names of arrays signed otherwise than they were sent",
        "Sign the names as the URL has them: [] and [0] belong to a name where they are sent.", "query"),
    "empty-value-changed": Entry(1, "Empty value signed as something else",
        'Sign it as "name=", with nothing behind the equals sign.', "query"),
    "query-decoded-twice": Entry(0, "Query decoded twice before signing", "Decode the query once.", "query"),
    "query-ends-at-equals-sign": Entry(0, "Query values cut at a second =",
        "Split each pair at its first = only (Oracle's PHP sample does not).", "query"),
    "name-changed": Entry(0, "Names signed otherwise than they were sent",
        "Sign the names letter for letter.", "query"),
    "query-as-one-parameter": Entry(0, "Whole query or form signed as one parameter",
        "Split it at & and =, decode each name and value, and sign them one by one.", "query"),
    "query-escaped-as-html": Entry(0, "Query signed as HTML writes it",
        "Sign the URL as it is, before it is escaped for HTML: & and not &amp;.", "query"),
    "query-split-otherwise": Entry(0, "Query split otherwise than the server splits it",
        "Split the query at & first, then each pair at its first =, and only then decode names and values.", "query"),
    "query-question-mark-signed": Entry(0, '"?" signed as part of the first name',
        'Cut the query off behind the "?".', "query"),
    "value-changed": Entry(0, "Values signed otherwise than they were sent",
        "Sign the decoded values letter for letter.", "query"),
    "value-cut": Entry(0, "Value cut before it was signed",
        "Sign the whole value: split the query at & and =, before it is decoded, and at nothing else.", "query"),
    # -- Which parameters are signed -----------------------------------------------------------------------------------
    "realm-in-base-string": Entry(13, "realm signed as if it were a parameter",
        "Leave realm out of the base string.", "parameters"),
    "json-body-as-params": Entry(10, "JSON body signed as parameters",
        "Sign no JSON body: only the query string and the oauth_ parameters.", "parameters"),
    "empty-extras-signed": Entry(4, "oauth_ parameter signed that is not in the header",
        "Sign only what is in the header.", "parameters"),
    "form-body-not-signed": Entry(3, "Form body left out of the signature",
        "Send JSON, with Content-Type: application/json: RESTlets take no form, and a form would have to be signed.",
        "parameters"),
    "parameters-signed-not-sent": Entry(1, "Parameters signed that the request does not hold",
        "Sign the URL that is sent: put these parameters into both, or into neither.", "parameters"),
    "oauth-version-mismatch": Entry(1, "oauth_version not the same in the header and in the base string",
        "Put it in both alike, or in neither.", "parameters"),
    "invented-oauth-parameter": Entry(1, "Made-up oauth_ parameter in the header that is not signed",
        "Send only the parameters that OAuth 1.0 knows.", "parameters"),
    "signed-twice": Entry(1, "Parameters signed twice", "Collect each parameter once.", "parameters"),
    "oauth-signature-in-base-string": Entry(0, "oauth_signature itself signed",
        "Leave oauth_signature out of the base string.", "parameters"),
    "oauth-parameter-not-signed": Entry(0, "An oauth_ parameter of the header is not in the base string",
        "Sign every oauth_ parameter of the header.", "parameters"),
    # -- Encode, sort and join the parameters --------------------------------------------------------------------------
    "values-not-encoded": Entry(3, "Parameters joined raw, encoded only once as a whole",
        "Encode each name and value, join them, then encode the joined text once more.", "sort"),
    "sorted-before-encoding": Entry(2, "Parameters sorted before they were encoded",
        "Encode first, then sort by name, then by value.", "sort"),
    "not-sorted": Entry(2, "Parameters not sorted", "Sort oauth_ and query parameters in one list.", "sort"),
    "parameters-joined-otherwise": Entry(0, "Parameters joined by something else than & and =",
        "Join them as name=value&name=value.", "sort"),
    "parameters-quoted": Entry(0, "Values signed with quotation marks", "Quotes belong in the header only.", "sort"),
    "sorted-otherwise": Entry(0, "Parameters sorted by another rule",
        "Sort by name, then by value, byte by byte.", "sort"),
    # -- The base string -----------------------------------------------------------------------------------------------
    "method-wrong": Entry(2, "Signed for another HTTP method",
        "Sign the method that is sent, in upper case.", "base-string"),
    "param-string-not-encoded": Entry(1, "Third part of the base string not encoded",
        "Encode the joined parameters once more.", "base-string"),
    "uri-not-encoded": Entry(0, "Second part of the base string not encoded", "Encode the URL.", "base-string"),
    "method-lowercase": Entry(0, "HTTP method signed in lower case", "Write the method in upper case.", "base-string"),
    "base-string-parts": Entry(0, "Parts of the base string missing, added, swapped or joined otherwise",
        "Join METHOD&URL&PARAMS, URL and PARAMS encoded, and add nothing.", "base-string"),
    "base-string-encoded-again": Entry(0, "Base string encoded once too often",
        "Encode each part once.", "base-string"),
    "base-string-changed": Entry(0, "Finished base string changed before it was hashed",
        "Hash the base string as it is: no change of case, no decoding, no replacing.", "base-string"),
    "soap-base-string-for-rest": Entry(0, "Base string of a SOAP tokenPassport signed for a header",
        "Sign METHOD&URL&PARAMS, URL and PARAMS encoded.", "base-string"),
    # -- The key -------------------------------------------------------------------------------------------------------
    "key-consumer-secret-only": Entry(5, "Token secret missing from the key",
        "Make the key of both secrets, E(consumer secret)&E(token secret); where the code does, its token secret is "
        "empty: a setting that is not filled in.", "key"),
    "key-no-ampersand": Entry(5, '"&" missing between the secrets', 'Join the two secrets by one "&".', "key"),
    "key-secrets-not-encoded": Entry(3, "Secrets encoded otherwise than once in the key",
        "Percent-encode each secret once (in SOAP not at all).", "key"),
    "key-uses-ids": Entry(1, "An id used where a secret belongs", "Make the key of the two secrets.", "key"),
    "key-secret-twice": Entry(1, "The same secret in both places of the key",
        "The consumer secret comes first, the token secret second; look whether one was pasted twice.", "key"),
    "key-swapped": Entry(0, "Secrets in the wrong order in the key", "The consumer secret comes first.", "key"),
    "key-token-secret-only": Entry(0, "Consumer secret missing from the key",
        "Make the key of both secrets: E(consumer secret)&E(token secret).", "key"),
    "key-joined-otherwise": Entry(0, 'Secrets joined by something else than one "&"',
        'Join the two secrets by one "&", and put nothing before or behind them.', "key"),
    # -- HMAC-SHA256 and base64 ----------------------------------------------------------------------------------------
    "sha1-used": Entry(17, "HMAC-SHA1 used",
        "Sign with HMAC-SHA256 (requests-oauthlib: signature_method='HMAC-SHA256'); SHA-1 ended with release "
        "2023.1.", "hmac"),
    "method-declared-differs": Entry(2, "Another algorithm used than oauth_signature_method says",
        "Use HMAC-SHA256, and one constant for the header, the base string and the hash.", "hmac"),
    "digest-base64-variant": Entry(1, "Signature in another form of base64",
        "Send standard base64: + and /, padding, no line break.", "hmac"),
    "digest-hex": Entry(1, "Signature in hex instead of base64", "Send base64 of the raw digest.", "hmac"),
    "hmac-misused": Entry(0, "HMAC made otherwise than of key and base string",
        "Make HMAC-SHA256(key, base string) of their UTF-8 bytes, and hash nothing before or after.", "hmac"),
    "digest-encoded-otherwise": Entry(0, "Signature is not the base64 of the digest",
        "Send base64 of the raw digest: encoded once, with nothing round it.", "hmac"),
    "digest-cut": Entry(0, "Signature with characters missing",
        "Send all of it: 44 characters of base64 for HMAC-SHA256.", "hmac"),
    # -- The oauth_ parameters, with nonce and timestamp ---------------------------------------------------------------
    "nonce-collision": Entry(6, "Nonce used before for another request", "Make nonces of 128 random bits.", "oauth"),
    "timestamp-out-of-window": Entry(4, "Timestamp outside the window of five minutes",
        "Keep the clock by NTP, and sign right before sending.", "oauth"),
    "timestamp-milliseconds": Entry(3, "Timestamp in milliseconds", "Send whole seconds: ten digits.", "oauth"),
    "timestamp-not-integer": Entry(2, "Timestamp is no whole number",
        "Send Unix time in whole seconds: ten digits.", "oauth"),
    "params-missing": Entry(2, "Parameter missing, empty or sent twice",
        "Send all six oauth_ parameters once, none of them empty.", "oauth"),
    "method-name-misspelled": Entry(2, "Name of the signature method misspelt or not supported",
        'Send oauth_signature_method="HMAC-SHA256".', "oauth"),
    "value-of-another-field": Entry(1, "Value signed in the place of another",
        "Put each value in its own place.", "oauth"),
    "nonce-too-short": Entry(1, "Nonce of the wrong length", "Send 20 or more random letters and digits.", "oauth"),
    "nonce-special-characters": Entry(1, "Nonce with other characters than letters and digits",
        "Make nonces of hex digits.", "oauth"),
    "nonce-or-timestamp-made-twice": Entry(0, "Nonce or timestamp differs between header and base string",
        "Make both once, and use them in both places.", "oauth"),
    "field-changed": Entry(0, "Field signed otherwise than it was sent",
        "Make each value once, and sign the very text that is sent.", "oauth"),
    "version-not-1.0": Entry(0, "oauth_version is not 1.0", 'Send oauth_version="1.0", or leave it out.', "oauth"),
    # -- The account as realm and in the host --------------------------------------------------------------------------
    "realm-missing": Entry(12, "realm missing from the header", 'Add realm="{account}" to the header.', "account"),
    "realm-lowercase": Entry(6, "realm in lower case", 'Write it as NetSuite does: realm="{account}".', "account"),
    "realm-hyphen": Entry(5, "realm with a hyphen",
        'Underscore in realm, hyphen in the host: realm="{account}".', "account"),
    "host-underscore": Entry(3, "Account id spelt with an underscore in the host",
        "Spell the host in lower case with a hyphen: 1234567-sb1.", "account"),
    "realm-is-something-else": Entry(3, "realm is not the account that is called",
        'Send realm="{account}".', "account"),
    "wrong-service-domain": Entry(2, "Right signature, wrong domain",
        "Call the account's own host for this service: {host}.", "account"),
    "host-of-no-account": Entry(0, "Host of an account that is not known here",
        "Call the account's own host, {host}; or serve the account that the host names.", "account"),
    # -- Write the header ----------------------------------------------------------------------------------------------
    "signature-plus-not-encoded": Entry(9, '"+" of the signature sent raw in the header',
        "Percent-encode the signature in the header: + is %2B.", "header"),
    "query-in-auth-header": Entry(3, "Query parameters written into the Authorization header",
        "Put only realm and oauth_ parameters into the header; sign the query, and leave it in the URL.", "header"),
    "header-not-encoded-option": Entry(3, "OAuth parameters sent elsewhere than in the Authorization header",
        "Send them in the header (Postman: Add authorization data to Request Headers).", "header"),
    "header-separators": Entry(2, "Fields of the header not separated by commas",
        'Write OAuth name="value", name="value" on one line.', "header"),
    "header-values-unquoted": Entry(1, "Values of the header without quotes",
        'Write each one as name="value".', "header"),
    "signature-encoded-twice": Entry(0, "Signature percent-encoded twice in the header",
        "Encode it once: some libraries do it themselves.", "header"),
    "signature-escaped-as-html": Entry(0, "Signature escaped for HTML in the header",
        "Percent-encode the signature, and let no template escape it for HTML.", "header"),
    "scheme-twice": Entry(0, "\"OAuth\" or the header's name stands twice in the header",
        'Send Authorization: OAuth realm="...", ... once: some tools write "OAuth " themselves before the value '
        "given.", "header"),
    "header-escape-broken": Entry(0, "Broken percent escape in the header",
        "Percent-encode each value once.", "header"),
    # -- Read the four values of one token -----------------------------------------------------------------------------
    "secret-with-whitespace": Entry(2, "Pasted secret with a character too many or too few",
        "Paste it again, and trim it when it is loaded.", "credentials"),
    "wrong-secret-pair": Entry(2, "Secret of another token or integration",
        "Keep the four values of one token together.", "credentials"),
    "secret-changed": Entry(1, "Secret changed before it was used",
        "Use it letter for letter as NetSuite showed it, even where it looks like hex or base64.", "credentials"),
    "value-of-nothing": Entry(1, "A value missing when the request was signed",
        "Look where the value comes from: a setting or a variable was not filled in yet.", "credentials"),
    "token-of-another-integration": Entry(0, "Token of another integration",
        "Use the token together with the consumer key of its own integration.", "credentials"),
    "id-of-another-token": Entry(0, "Consumer key or token id of another token signed",
        "Keep the four values of one token together; sign the key and the id that are sent.", "credentials"),
    # -- Sign a request ------------------------------------------------------------------------------------------------
    "bearer-or-nlauth-mixed": Entry(2, "Another scheme than OAuth", "Send 'Authorization: OAuth ...' alone.", "sign"),
    "no-auth-at-all": Entry(1, "No Authorization header", "Sign the request.", "sign"),
    # -- Sign again for every request and every try --------------------------------------------------------------------
    "redirect-reuses-header": Entry(9, "Redirect followed with the old header",
        "Sign again for the new URL, or call the account's own host.", "send"),
    "retry-resends-header": Entry(7, "Automatic retry sent the same header again",
        "Sign again inside the retry: new nonce, new timestamp.", "send"),
    "header-reused": Entry(4, "One header used for several requests",
        "Sign each request: new nonce, new timestamp.", "send"),
    "cookie-sent": Entry(2, "Session cookie sent together with the header", "Switch the cookie jar off.", "send"),
    "redirect-drops-header": Entry(1, "Redirect followed without the header",
        "Call the account's own host directly.", "send"),
    # -- The tokenPassport of a SOAP call ------------------------------------------------------------------------------
    "soap-ambiguous-authentication": Entry(4, "Another way to log in beside the tokenPassport",
        "Send one tokenPassport and nothing else.", "passport"),
    "soap-account-spelling": Entry(2, "Account of the tokenPassport spelt otherwise than NetSuite spells it",
        'Write it as NetSuite does, in the element and in the base string: "{account}".', "passport"),
    "soap-namespace-or-format": Entry(2, "Envelope or signature of a SOAP call in the wrong form",
        "Send a SOAP 1.1 envelope, and bare base64 as the signature.", "passport"),
    "soap-old-passport": Entry(2, "User credentials in place of a tokenPassport",
        "Send a tokenPassport with each request, and no login.", "passport"),
    "memoised-passport": Entry(2, "One tokenPassport sent with several requests",
        "Make a new one, nonce and all, for each request.", "passport"),
    "soap-base-string-wrong-order": Entry(1, "Fields of the tokenPassport signed in another order, form or number",
        "Sign account&consumerKey&token&nonce&timestamp, not encoded.", "passport"),
    "rest-base-string-for-soap": Entry(0, "OAuth base string signed for a tokenPassport",
        "Sign account&consumerKey&token&nonce&timestamp: no method, no URL.", "passport"),
    # -- What only an administrator can do -----------------------------------------------------------------------------
    "role-lacks-permission": Entry(6, "Role lacks a permission",
        "Give the role the permission {permission}.", "administrator"),
    "tokens-of-another-environment": Entry(4, "Credentials of another account or environment",
        "Make tokens in the account that is called; again after each refresh.", "administrator"),
    "token-revoked-or-inactive": Entry(3, "Token revoked, inactive or unknown",
        "Create another token.", "administrator"),
    "feature-disabled": Entry(2, "A feature is switched off",
        "Setup > Company > Enable Features > SuiteCloud.", "administrator"),
    "integration-blocked-or-unknown": Entry(2, "Integration unknown, blocked or not for tokens",
        "Enable the integration record, tick Token-based Authentication, or use its present consumer "
        "key.", "administrator"),
    "user-inactive-or-ip-blocked": Entry(2, "User inactive, locked or not allowed from this address",
        "Set the user's record right.", "administrator"),
    "web-services-only-role": Entry(2, "Role is Web Services Only",
        "Use a role without that box for RESTlets; web services take it.", "administrator"),
    "role-inactive-or-taken-away": Entry(0, "Role inactive or not the user's any more",
        "Give the user the role again, or make a token for another role.", "administrator"),
}
# fmt: on


def mistake(id: str, cause: str = "", **facts: str) -> Mistake:
    """A mistake of the catalogue, as found in a request; ``facts`` fill its cure."""
    entry = CATALOGUE[id]
    return Mistake(id=id, title=entry.title, cause=cause or f"{entry.title}.", cure=entry.cure.format(**facts))
