<?php
// SOAP web services by PHP's own SoapClient, as NetSuite's PHP toolkits use it: the passport's namespace is made up.

class TokenPassport
{
    public $account, $consumerKey, $token, $nonce, $timestamp, $signature;
}

class TokenPassportSignature
{
    public $_, $algorithm = "HMAC-SHA256";
}

function passport(): TokenPassport
{
    $made = new TokenPassport();
    $made->account = getenv("NETSUITE_ACCOUNT");
    $made->consumerKey = getenv("NETSUITE_CONSUMER_KEY");
    $made->token = getenv("NETSUITE_TOKEN_ID");
    $made->nonce = bin2hex(random_bytes(10));
    $made->timestamp = time();
    $text = "$made->account&$made->consumerKey&$made->token&$made->nonce&$made->timestamp";
    $key = getenv("NETSUITE_CONSUMER_SECRET") . "&" . getenv("NETSUITE_TOKEN_SECRET");
    $made->signature = new TokenPassportSignature();
    $made->signature->_ = base64_encode(hash_hmac("sha256", $text, $key, true));
    return $made;
}

$client = new SoapClient(getenv("NETSUITE_BASE_URL") . "/wsdl/v2024_1_0/netsuite.wsdl", [
    "cache_wsdl" => WSDL_CACHE_NONE,
    "classmap" => ["TokenPassport" => "TokenPassport", "TokenPassportSignature" => "TokenPassportSignature"],
]);
foreach (["ns", "urn:messages_2024_1.platform.webservices.netsuite.com"] as $namespace) {
    $client->__setSoapHeaders(new SoapHeader($namespace, "tokenPassport", passport()));
    echo $client->getServerTime(new stdClass())->getServerTimeResult->serverTime, "\n";
}
try {
    $client->get(["baseRef" => ["internalId" => "7"]]);
} catch (SoapFault $fault) {
    echo "fault: ", $fault->getMessage(), "\n";
}
