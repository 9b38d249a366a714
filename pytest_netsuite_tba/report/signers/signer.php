<?php
// -- encode
/** Percent-encode by RFC 3986; urlencode would write a space as +. */
function encode(string $text): string
{
    return rawurlencode($text);
}

// -- url
/** The URL as it is signed: lower-case scheme and host, no default port, the path as sent, no query. */
function baseUrl(string $url): string
{
    $parts = parse_url($url);
    $scheme = strtolower($parts['scheme']);
    $port = $parts['port'] ?? null;
    $isDefault = $port === null || $port === ($scheme === 'https' ? 443 : 80);
    return $scheme . '://' . strtolower($parts['host']) . ($isDefault ? '' : ":$port") . ($parts['path'] ?? '/');
}

// -- query
/** Every pair of the query that is sent, decoded once. Not by parse_str: it loses repeated names and changes dots. */
function queryPairs(string $url): array
{
    $pairs = [];
    foreach (explode('&', parse_url($url, PHP_URL_QUERY) ?? '') as $pair) {
        if ($pair !== '') {
            [$name, $value] = explode('=', $pair, 2) + [1 => ''];
            $pairs[] = [urldecode($name), urldecode($value)];
        }
    }
    return $pairs;
}

// -- parameters
/** What is signed: the oauth_ parameters of the header and the query. Not realm, not oauth_signature, no JSON body. */
function signedPairs(array $oauth, string $url): array
{
    unset($oauth['oauth_signature']);
    return array_merge(array_map(null, array_keys($oauth), array_values($oauth)), queryPairs($url));
}

// -- sort
/** Encode each name and value, then sort by name, then by value, then join. */
function parameterString(array $pairs): string
{
    $encoded = array_map(fn($pair) => [encode($pair[0]), encode($pair[1])], $pairs);
    usort($encoded, fn($a, $b) => strcmp($a[0], $b[0]) ?: strcmp($a[1], $b[1]));
    return implode('&', array_map(fn($pair) => "$pair[0]=$pair[1]", $encoded));
}

// -- base-string
/** Method in upper case, URL and parameters, each of them encoded, joined by "&". */
function baseString(string $method, string $url, string $parameters): string
{
    return implode('&', [strtoupper($method), encode($url), encode($parameters)]);
}

// -- key
/** Both secrets, encoded, joined by "&"; the consumer secret comes first. */
function signingKey(string $consumerSecret, string $tokenSecret): string
{
    return encode($consumerSecret) . '&' . encode($tokenSecret);
}

// -- hmac
/** Base64 of the raw HMAC-SHA256 (the last true); oauth_signature_method says "HMAC-SHA256", too. */
function signature(string $key, string $base): string
{
    return base64_encode(hash_hmac('sha256', $base, $key, true));
}

// -- oauth
/** The oauth_ parameters: made once, then signed and sent; nonce and timestamp are new for every request. */
function oauthParameters(array $credentials): array
{
    return [
        'oauth_consumer_key' => $credentials['consumer_key'],
        'oauth_nonce' => bin2hex(random_bytes(16)),
        'oauth_signature_method' => 'HMAC-SHA256',
        'oauth_timestamp' => (string) time(), // whole seconds
        'oauth_token' => $credentials['token_id'],
        'oauth_version' => '1.0',
    ];
}

// -- account
/** The account as realm: 1234567_SB1. */
function realm(string $account): string
{
    return str_replace('-', '_', strtoupper($account));
}

/** The account as part of a host: 1234567-sb1.restlets.api.netsuite.com (of web services: suitetalk.api). */
function host(string $account, string $service = 'restlets.api'): string
{
    return str_replace('_', '-', strtolower($account)) . ".$service.netsuite.com";
}

// -- header
/** The value of the Authorization header: realm and oauth_ parameters alone, each value encoded and quoted. */
function authorizationHeader(string $realm, array $oauth): string
{
    $fields = [];
    foreach ($oauth as $name => $value) {
        $fields[] = $name . '="' . encode($value) . '"';
    }
    return 'OAuth realm="' . $realm . '", ' . implode(', ', $fields);
}

// -- credentials
/** The account and the four values of one token, without the blanks of a paste; none may be missing. */
function readCredentials(): array
{
    $credentials = [];
    foreach (['account', 'consumer_key', 'consumer_secret', 'token_id', 'token_secret'] as $name) {
        $credentials[$name] = trim((string) getenv('NETSUITE_' . strtoupper($name)));
        if ($credentials[$name] === '') {
            throw new RuntimeException('NETSUITE_' . strtoupper($name) . ' is not set');
        }
    }
    return $credentials;
}

// -- sign
/** Sign one request: $url is the whole URL, as it will be sent. Call it again for every request. */
function authorization(string $method, string $url, array $credentials, ?array $oauth = null): string
{
    $oauth ??= oauthParameters($credentials);
    $base = baseString($method, baseUrl($url), parameterString(signedPairs($oauth, $url)));
    $key = signingKey($credentials['consumer_secret'], $credentials['token_secret']);
    $oauth['oauth_signature'] = signature($key, $base);
    return authorizationHeader(realm($credentials['account']), $oauth);
}

// -- send
/** Send JSON, and sign again for every try: a nonce is good for one request. Gives status and body. */
function send(string $method, string $url, array $credentials, ?string $body = null, int $tries = 3, float $pause = 1): array
{
    for ($attempt = 1; ; $attempt++) {
        $headers = ['Authorization: ' . authorization($method, $url, $credentials), 'Content-Type: application/json'];
        $options = [
            'method' => $method,
            'header' => $headers,
            'content' => $body ?? '',
            'follow_location' => 0, // a redirect is not followed: the header is good for one URL
            'ignore_errors' => true,
        ];
        $answer = fopen($url, 'r', false, stream_context_create(['http' => $options]));
        $status = (int) explode(' ', stream_get_meta_data($answer)['wrapper_data'][0])[1];
        if (!in_array($status, [429, 503], true) || $attempt >= $tries) {
            return [$status, stream_get_contents($answer)];
        }
        usleep((int) ($attempt * $pause * 1000000));
    }
}

// -- passport
/** The tokenPassport of one SOAP call: five fields signed as they are; no method, no URL, nothing encoded. */
function tokenPassport(array $credentials, ?array $oauth = null, string $version = '2025_2'): string
{
    $oauth ??= oauthParameters($credentials);
    $account = realm($credentials['account']);
    [$consumerKey, $token] = [$oauth['oauth_consumer_key'], $oauth['oauth_token']];
    [$nonce, $timestamp] = [$oauth['oauth_nonce'], $oauth['oauth_timestamp']];
    $base = implode('&', [$account, $consumerKey, $token, $nonce, $timestamp]);
    $signature = signature($credentials['consumer_secret'] . '&' . $credentials['token_secret'], $base);
    return <<<XML
<m:tokenPassport xmlns:m="urn:messages_$version.platform.webservices.netsuite.com">
  <m:account>$account</m:account>
  <m:consumerKey>$consumerKey</m:consumerKey>
  <m:token>$token</m:token>
  <m:nonce>$nonce</m:nonce>
  <m:timestamp>$timestamp</m:timestamp>
  <m:signature algorithm="HMAC-SHA256">$signature</m:signature>
</m:tokenPassport>
XML;
}
