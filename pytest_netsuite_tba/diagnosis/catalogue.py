"""Every mistake that the diagnosis can name: what it is, what to do, and how often it was seen.

Ids, and the sightings by which candidates are ranked, come from a survey of public reports and code bases: the
number of independent people, projects or pages in which the mistake was found. 0 means that nobody wrote of it.
"""

from __future__ import annotations

from typing import NamedTuple

from pytest_netsuite_tba.login.verdict import Mistake


class Entry(NamedTuple):
    """A row of the catalogue."""

    sightings: int
    title: str
    cure: str


CATALOGUE: dict[str, Entry] = {
    # -- what the signature was made of --------------------------------------------------------------------------
    "realm-in-base-string": Entry(13, "realm signed as if it were a parameter", "Leave realm out of the base string."),
    "js-encodeuricomponent": Entry(
        13,
        "encodeURIComponent used as it is: ! ' ( ) * not encoded",
        "Encode everything but A-Z a-z 0-9 - . _ ~; in JavaScript add .replace(/[!'()*]/g, ...).",
    ),
    "query-not-signed": Entry(
        12,
        "Query parameters left out of the signature",
        "Decode every pair of the query string and sign it together with the oauth_ parameters.",
    ),
    "json-body-as-params": Entry(
        10, "JSON body signed as parameters", "Sign no JSON body: only the query string and the oauth_ parameters."
    ),
    "plus-for-space": Entry(
        9, 'Space signed as "+"', "Encode a space as %20 (quote, rawurlencode), not as + (quote_plus, urlencode)."
    ),
    "signature-plus-not-encoded": Entry(
        9, '"+" of the signature sent raw in the header', "Percent-encode the signature in the header: + is %2B."
    ),
    "repeated-names-lost": Entry(
        6,
        "Repeated query names collapsed to one value",
        "Keep every pair in a list, not in a dictionary; sort equal names by value.",
    ),
    "key-consumer-secret-only": Entry(
        5, "Token secret missing from the key", "Make the key of both secrets: E(consumer secret)&E(token secret)."
    ),
    "custom-port-dropped": Entry(5, "Port missing from the base string", "Sign the port unless it is the default one."),
    "key-no-ampersand": Entry(5, '"&" missing between the secrets', 'Join the two secrets by one "&".'),
    "query-reencoded-after-signing": Entry(
        5,
        "Query spelt differently in the URL sent than in the URL signed",
        "Build the final URL first, sign exactly that text and send exactly that text.",
    ),
    "default-port-kept": Entry(4, ":443 or :80 kept in the base string", "Leave the default port out."),
    "empty-extras-signed": Entry(
        4, "Empty oauth_ parameter signed that is not in the header", "Sign only what is in the header."
    ),
    "query-partly-signed": Entry(
        3, "Only some query parameters signed", "Sign every pair of the query string that is sent."
    ),
    "host-underscore": Entry(
        3, "Account id spelt with an underscore in the host", "Spell the host in lower case with a hyphen: 1234567-sb1."
    ),
    "query-in-base-uri": Entry(
        3,
        "Query string left inside the base URI",
        'Cut the URL at "?"; the pairs of the query go among the parameters.',
    ),
    "query-in-auth-header": Entry(
        3,
        "Query parameters written into the Authorization header",
        "Put only realm and oauth_ parameters into the header; sign the query, and leave it in the URL.",
    ),
    "values-not-encoded": Entry(
        3,
        "Parameters joined raw, encoded only once as a whole",
        "Encode each name and value, join them, then encode the joined text once more.",
    ),
    "form-body-not-signed": Entry(
        3,
        "Form body left out of the signature",
        "Send JSON: RESTlets take no form, and a form would have to be signed.",
    ),
    "key-secrets-not-encoded": Entry(
        3, "Secrets encoded otherwise than once in the key", "Percent-encode each secret once (in SOAP not at all)."
    ),
    "lowercase-hex": Entry(3, "Percent escapes in lower case", "Write percent escapes in upper case: %2F, not %2f."),
    "method-declared-differs": Entry(
        2,
        "Another algorithm used than oauth_signature_method says",
        "Use HMAC-SHA256, and one constant for the header, the base string and the hash.",
    ),
    "method-wrong": Entry(2, "Signed for another HTTP method", "Sign the method that is sent, in upper case."),
    "path-only-or-host-only": Entry(
        2, "Base URI is only a part of the URL", "Sign scheme, host and path: https://host/path."
    ),
    "secret-with-whitespace": Entry(
        2, "Pasted secret with a character too many or too few", "Paste it again, and trim it when it is loaded."
    ),
    "wrong-secret-pair": Entry(
        2, "Secret of another token or integration", "Keep the four values of one token together."
    ),
    "plus-kept-literal": Entry(
        2,
        '"+" in the query signed as a plus instead of a space',
        "Send %20 for a space and %2B for a plus: both are then read alike.",
    ),
    "sorted-before-encoding": Entry(
        2, "Parameters sorted before they were encoded", "Encode first, then sort by name, then by value."
    ),
    "empty-values-dropped": Entry(2, "Parameters with an empty value left out", 'Sign them as "name=".'),
    "non-ascii-wrong-charset": Entry(
        2, "Non-ASCII text signed in another charset or form than it was sent", "Encode the UTF-8 bytes that are sent."
    ),
    "not-sorted": Entry(2, "Parameters not sorted", "Sort oauth_ and query parameters in one list."),
    "proxy-changes-request": Entry(
        2,
        "A proxy rewrote host, scheme or port",
        "Sign what the server sees, or make the proxy pass the request unchanged.",
    ),
    "tilde-encoded": Entry(2, "Tilde encoded as %7E", "Leave ~ as it is."),
    "digest-base64-variant": Entry(
        1, "Signature in another form of base64", "Send standard base64: + and /, padding, no line break."
    ),
    "digest-hex": Entry(1, "Signature in hex instead of base64", "Send base64 of the raw digest."),
    "host-uppercase": Entry(1, "Upper case in the signed host", "Sign the host in lower case: 1234567-sb1."),
    "key-uses-ids": Entry(1, "An id used where a secret belongs", "Make the key of the two secrets."),
    "trailing-slash": Entry(1, "Path changed between signing and sending", "Sign the path exactly as it is sent."),
    "host-not-the-one-sent": Entry(1, "Signed for another host than was called", "Sign the host and port of the URL."),
    "oauth-version-mismatch": Entry(
        1, "oauth_version in the header or in the base string, but not in both", "Put it in both, or in neither."
    ),
    "param-string-not-encoded": Entry(
        1, "Third part of the base string not encoded", "Encode the joined parameters once more."
    ),
    "params-double-encoded": Entry(
        1, "Parameters encoded once too often", "Decode the query before its values are encoded."
    ),
    "scheme-mismatch": Entry(
        1, "http signed where https was called, or the reverse", "Sign the scheme of the URL that is called."
    ),
    "invented-oauth-parameter": Entry(
        1, "Made-up oauth_ parameter in the header that is not signed", "Send only the parameters that OAuth 1.0 knows."
    ),
    "key-swapped": Entry(0, "Secrets in the wrong order in the key", "The consumer secret comes first."),
    "oauth-signature-in-base-string": Entry(
        0, "oauth_signature itself signed", "Leave oauth_signature out of the base string."
    ),
    "uri-not-encoded": Entry(0, "Second part of the base string not encoded", "Encode the URL."),
    "method-lowercase": Entry(0, "HTTP method signed in lower case", "Write the method in upper case."),
    "query-decoded-twice": Entry(0, "Query decoded twice before signing", "Decode the query once."),
    "query-ends-at-equals-sign": Entry(
        0, "Query values cut at a second =", "Split each pair at its first = only (Oracle's PHP sample does not)."
    ),
    "base-string-parts": Entry(
        0, "Parts of the base string missing, swapped or joined otherwise", "METHOD&URL&PARAMS."
    ),
    "base-string-encoded-again": Entry(0, "Base string encoded once too often", "Encode each part once."),
    "parameters-joined-otherwise": Entry(
        0, "Parameters joined by something else than & and =", "Join them as name=value&name=value."
    ),
    "parameters-quoted": Entry(0, "Values signed with quotation marks", "Quotes belong in the header only."),
    "sorted-otherwise": Entry(0, "Parameters sorted by another rule", "Sort by name, then by value, byte by byte."),
    "url-signed-in-lower-case": Entry(0, "Path signed in lower case", "Only scheme and host are lower-cased."),
    "hmac-misused": Entry(0, "Key and text swapped, or hashed without HMAC", "HMAC-SHA256(key, base string)."),
    "digest-encoded-otherwise": Entry(0, "Digest wrapped once too often", "Base64 of the raw digest, once."),
    "signature-encoded-twice": Entry(
        0, "Signature percent-encoded twice in the header", "Encode it once: some libraries do it themselves."
    ),
    "oauth-parameter-not-signed": Entry(
        0, "An oauth_ parameter of the header is not in the base string", "Sign every oauth_ parameter of the header."
    ),
    "nonce-or-timestamp-made-twice": Entry(
        0, "Nonce or timestamp differs between header and base string", "Make both once, and use them in both places."
    ),
    # -- what a SOAP passport's signature was made of ------------------------------------------------------------
    "soap-account-spelling": Entry(
        2,
        "Account of the tokenPassport in lower case or with a hyphen",
        'Write it as NetSuite does, in the element and in the base string: "{account}".',
    ),
    "soap-base-string-wrong-order": Entry(
        1,
        "Fields of the tokenPassport signed in another order, form or number",
        "Sign account&consumerKey&token&nonce&timestamp, not encoded.",
    ),
    "rest-base-string-for-soap": Entry(
        0,
        "OAuth base string signed for a tokenPassport",
        "Sign account&consumerKey&token&nonce&timestamp: no method, no URL.",
    ),
    # -- what the header shows -----------------------------------------------------------------------------------
    "sha1-used": Entry(
        17,
        "HMAC-SHA1 used",
        "Sign with HMAC-SHA256 (requests-oauthlib: signature_method='HMAC-SHA256'); SHA-1 ended with release 2023.1.",
    ),
    "realm-missing": Entry(12, "realm missing from the header", 'Add realm="{account}" to the header.'),
    "realm-lowercase": Entry(6, "realm in lower case", 'Write it as NetSuite does: realm="{account}".'),
    "realm-hyphen": Entry(5, "realm with a hyphen", 'Underscore in realm, hyphen in the host: realm="{account}".'),
    "realm-is-something-else": Entry(3, "realm is not the account that is called", 'Send realm="{account}".'),
    "timestamp-out-of-window": Entry(
        4, "Timestamp outside the window of five minutes", "Keep the clock by NTP, and sign right before sending."
    ),
    "timestamp-milliseconds": Entry(3, "Timestamp in milliseconds", "Send whole seconds: ten digits."),
    "timestamp-not-integer": Entry(2, "Timestamp is no whole number", "Send Unix time in whole seconds: ten digits."),
    "header-not-encoded-option": Entry(
        3,
        "OAuth parameters sent elsewhere than in the Authorization header",
        "Send them in the header (Postman: Add authorization data to Request Headers).",
    ),
    "bearer-or-nlauth-mixed": Entry(2, "Another scheme than OAuth", "Send 'Authorization: OAuth ...' alone."),
    "cookie-sent": Entry(2, "Session cookie sent together with the header", "Switch the cookie jar off."),
    "params-missing": Entry(
        2, "Parameter missing, empty or sent twice", "Send all six oauth_ parameters once, none of them empty."
    ),
    "method-name-misspelled": Entry(
        2, "Name of the signature method misspelt or not supported", 'Send oauth_signature_method="HMAC-SHA256".'
    ),
    "header-separators": Entry(
        2, "Fields of the header not separated by commas", 'Write OAuth name="value", name="value" on one line.'
    ),
    "header-values-unquoted": Entry(1, "Values of the header without quotes", 'Write each one as name="value".'),
    "header-escape-broken": Entry(0, "Broken percent escape in the header", "Percent-encode each value once."),
    "nonce-too-short": Entry(1, "Nonce of the wrong length", "Send 20 or more random letters and digits."),
    "no-auth-at-all": Entry(1, "No Authorization header", "Sign the request."),
    "version-not-1.0": Entry(0, "oauth_version is not 1.0", 'Send oauth_version="1.0", or leave it out.'),
    "wrong-service-domain": Entry(
        2, "Right signature, wrong domain", "Call the account's own host for this service: {host}."
    ),
    "host-of-no-account": Entry(0, "Host of an account that is not known here", "Call the account's own host: {host}."),
    "soap-ambiguous-authentication": Entry(
        4,
        "Another way to log in beside the tokenPassport",
        "Send one tokenPassport and nothing else.",
    ),
    "soap-namespace-or-format": Entry(
        2,
        "tokenPassport in the wrong namespace or form",
        "Use the namespaces of the endpoint's WSDL, and bare base64 as the signature.",
    ),
    "soap-old-passport": Entry(
        2, "User credentials in place of a tokenPassport", "Send a tokenPassport with each request, and no login."
    ),
    "nonce-special-characters": Entry(1, "Nonce with other characters than letters and digits", "Send hex digits."),
    # -- what the server remembers -------------------------------------------------------------------------------
    "redirect-reuses-header": Entry(
        9, "Redirect followed with the old header", "Sign again for the new URL, or call the account's own host."
    ),
    "redirect-drops-header": Entry(1, "Redirect followed without the header", "Call the account's own host directly."),
    "retry-resends-header": Entry(
        7, "Automatic retry sent the same header again", "Sign again inside the retry: new nonce, new timestamp."
    ),
    "memoised-passport": Entry(
        2, "One tokenPassport sent with several requests", "Make a new one, nonce and all, for each request."
    ),
    "nonce-collision": Entry(6, "Nonce used before for another request", "Make nonces of 128 random bits."),
    "header-reused": Entry(4, "One header used for several requests", "Sign each request: new nonce, new timestamp."),
    # -- what the records say ------------------------------------------------------------------------------------
    "role-lacks-permission": Entry(
        6,
        "Role lacks a permission",
        "Give the role the permission {permission}.",
    ),
    "tokens-of-another-environment": Entry(
        4,
        "Credentials of another account or environment",
        "Make tokens in the account that is called; again after each refresh.",
    ),
    "token-revoked-or-inactive": Entry(3, "Token revoked, inactive or unknown", "Create another token."),
    "token-of-another-integration": Entry(
        0, "Token of another integration", "Use the token together with the consumer key of its own integration."
    ),
    "feature-disabled": Entry(2, "A feature is switched off", "Setup > Company > Enable Features > SuiteCloud."),
    "integration-blocked-or-unknown": Entry(
        2,
        "Integration unknown, blocked or not for tokens",
        "Enable the integration record, tick Token-based Authentication, or use its present consumer key.",
    ),
    "user-inactive-or-ip-blocked": Entry(
        2, "User inactive, locked or not allowed from this address", "Set the user's record right."
    ),
    "role-inactive-or-taken-away": Entry(
        0, "Role inactive or not the user's any more", "Give the user the role again, or make a token for another role."
    ),
    "web-services-only-role": Entry(
        2, "Role is Web Services Only", "Use a role without that box for RESTlets; web services take it."
    ),
}


def mistake(id: str, cause: str = "", **facts: str) -> Mistake:
    """A mistake of the catalogue, as found in a request; ``facts`` fill its cure."""
    entry = CATALOGUE[id]
    return Mistake(id=id, title=entry.title, cause=cause or f"{entry.title}.", cure=entry.cure.format(**facts))
