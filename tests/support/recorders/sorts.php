<?php
$texts = array_map(fn ($line) => hex2bin(rtrim($line, "\n")), file('php://stdin'));
$show = fn ($name, $sorted) => print(implode("\t", [$name, ...array_map(fn ($text) => bin2hex((string) $text), $sorted)]) . "\n");
foreach (['strcmp', 'strcasecmp', 'strnatcmp', 'strnatcasecmp'] as $compare) {
    $sorted = $texts;
    usort($sorted, $compare);
    $show("PHP's $compare", $sorted);
}
setlocale(LC_COLLATE, 'en_US.UTF-8');
$flags = ['SORT_REGULAR' => SORT_REGULAR, 'SORT_STRING' => SORT_STRING, 'SORT_STRING | SORT_FLAG_CASE' => SORT_STRING | SORT_FLAG_CASE,
    'SORT_NATURAL' => SORT_NATURAL, 'SORT_LOCALE_STRING' => SORT_LOCALE_STRING];
foreach ($flags as $name => $flag) {
    $sorted = array_fill_keys($texts, 1);
    ksort($sorted, $flag);
    $show("PHP's ksort, $name", array_keys($sorted));
}
