<?php
// PECL's OAuth extension signs, curl sends.

$restlet = getenv('NETSUITE_BASE_URL') . '/app/site/hosting/restlet.nl';
$script = ['script' => 'customscript_orders', 'deploy' => 'customdeploy_orders'];

$oauth = new OAuth(getenv('NETSUITE_CONSUMER_KEY'), getenv('NETSUITE_CONSUMER_SECRET'), OAUTH_SIG_METHOD_HMACSHA256);
$oauth->setToken(getenv('NETSUITE_TOKEN_ID'), getenv('NETSUITE_TOKEN_SECRET'));

function call(string $method, string $query, ?array $body = null): void
{
    global $oauth, $restlet, $script;
    $url = $restlet . '?' . http_build_query($script, '', '&', PHP_QUERY_RFC3986) . $query;
    // The extension knows no realm: it is put in front of its header. It is not signed.
    $header = preg_replace('/^OAuth /', 'OAuth realm="' . getenv('NETSUITE_ACCOUNT') . '",', $oauth->getRequestHeader($method, $url));
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_CUSTOMREQUEST => $method,
        CURLOPT_HTTPHEADER => ["Authorization: $header", 'Content-Type: application/json'],
        CURLOPT_RETURNTRANSFER => true,
    ]);
    if ($body !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, json_encode($body));
    }
    if (curl_exec($curl) === false) {
        fwrite(STDERR, curl_error($curl) . "\n");
    }
    echo $method, ' ', curl_getinfo($curl, CURLINFO_RESPONSE_CODE), "\n";
}

call('GET', '&' . http_build_query(['customer' => "Café O'Hara & Co. (50%+1=x*!~)"], '', '&', PHP_QUERY_RFC3986));
call('GET', '&tag=red&tag=blue'); // refused: the extension signs one value of a repeated name
call('GET', '&note=&id=7');
call('POST', '', ['item' => 'Café', 'quantity' => 2]);
call('PUT', '', ['id' => 7, 'item' => 'Café']);
call('DELETE', '&id=7');
