<?php
// PHP's clients, each with its own signer: php_clients.php CLIENT makes the one call of $CALL.

["method" => $method, "url" => $url, "query" => $query, "body" => $body, "form" => $form, "type" => $type] = json_decode(getenv("CALL"), true);
// http_build_query would number a repeated name, so the pairs are put together one by one, each as it writes it.
$encoded = fn(array $pairs) => implode("&", array_map(fn($pair) => http_build_query([$pair[0] => $pair[1]], "", "&", PHP_QUERY_RFC3986), $pairs));
$full = $query ? "$url?" . $encoded($query) : $url;
$env = fn(string $name) => getenv("NETSUITE_$name");
$data = null;
if ($form !== null) {
    $data = [];
    foreach ($form as [$name, $value]) {
        $data[$name] = $value;
    }
}

function sent_by_curl(string $header): void
{
    global $method, $full, $body, $data, $type;
    $curl = curl_init($full);
    $headers = ["Authorization: $header"];
    if ($data === null && $type !== null) {
        $headers[] = "Content-Type: $type";
    }
    curl_setopt_array($curl, [CURLOPT_CUSTOMREQUEST => $method, CURLOPT_HTTPHEADER => $headers, CURLOPT_RETURNTRANSFER => true]);
    if ($data !== null || $body !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $data !== null ? http_build_query($data) : $body);
    }
    if (curl_exec($curl) === false) {
        fwrite(STDERR, curl_error($curl) . "\n");
        exit(1);
    }
}

$oauth = new OAuth($env("CONSUMER_KEY"), $env("CONSUMER_SECRET"), OAUTH_SIG_METHOD_HMACSHA256);
$oauth->setToken($env("TOKEN_ID"), $env("TOKEN_SECRET"));
$made = $data === null ? $oauth->getRequestHeader($method, $full) : $oauth->getRequestHeader($method, $full, $data);
sent_by_curl(preg_replace("/^OAuth /", 'OAuth realm="' . $env("ACCOUNT") . '",', $made));
