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
$client = new SoapClient(getenv("NETSUITE_BASE_URL") . "/wsdl/v2024_1_0/netsuite.wsdl", [
    "cache_wsdl" => WSDL_CACHE_NONE,
    "classmap" => ["TokenPassport" => "TokenPassport", "TokenPassportSignature" => "TokenPassportSignature"],
]);
$client->__setSoapHeaders(new SoapHeader($argv[1] ?? "ns", "tokenPassport", $made));
$client->getServerTime(new stdClass());
