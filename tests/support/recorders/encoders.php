<?php
$functions = [
    "PHP's urlencode" => 'urlencode',
    "PHP's rawurlencode" => 'rawurlencode',
    "PHP's http_build_query" => fn ($s) => substr(http_build_query(['a' => $s]), 2),
    "PHP's http_build_query, RFC 3986" => fn ($s) => substr(http_build_query(['a' => $s], '', '&', PHP_QUERY_RFC3986), 2),
    "PHP's curl_escape" => fn ($s) => curl_escape(curl_init(), $s),
];
$texts = array_map(fn ($line) => hex2bin(rtrim($line, "\n")), file('php://stdin'));
foreach ($functions as $name => $function) {
    echo implode("\t", [$name, ...array_map(fn ($text) => bin2hex($function($text)), $texts)]), "\n";
}
