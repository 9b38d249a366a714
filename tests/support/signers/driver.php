
// A line of standard input is a command and its arguments, by tabs; each is answered by a line.
function answer(string $command, string ...$words): string
{
    if ($command === 'account') {
        return realm($words[0]) . ' ' . host($words[0]);
    }
    if ($command === 'send') {
        return implode(' ', send($words[0], $words[1], readCredentials(), $words[2] ?: null, 3, 0));
    }
    $names = ['account', 'consumer_key', 'consumer_secret', 'token_id', 'token_secret'];
    $credentials = array_combine($names, array_slice($words, 2, 5));
    $oauth = [];
    foreach (array_chunk(array_slice($words, 7), 2) as [$name, $value]) {
        $oauth[$name] = $value;
    }
    if ($command === 'passport') {
        return preg_replace('/\n\s*/', '', tokenPassport($credentials, $oauth));
    }
    return authorization($words[0], $words[1], $credentials, $oauth ?: null);
}

error_reporting(E_ALL);
set_error_handler(function (int $level, string $message) {
    throw new ErrorException($message);
});
foreach (explode("\n", stream_get_contents(STDIN)) as $line) {
    if ($line !== '') {
        echo answer(...explode("\t", $line)), "\n";
    }
}
