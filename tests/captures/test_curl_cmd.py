"""curl for cmd.exe is read in two stages: cmd.exe undoes its carets, then the C runtime makes the arguments.

The rules of the second: https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
"""

import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_netsuite_tba.captures import CaptureError, read
from pytest_netsuite_tba.captures.shells import commands

SAMPLES = json.loads((Path(__file__).parent / "chromium.json").read_text("utf-8"))
WHOLE = SAMPLES["whole"]
SHELLS = {"cmd": " &\r\n", "bash": " ;\n"}  # and how Chromium joins the commands of several requests
URL = "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=1&deploy=2"


def only(text):
    """The one request of a text, with what was said of it."""
    [capture] = read(text)
    return capture


def facts(capture):
    """All that a browser put into the request; the host is of the URL."""
    request = capture.request
    headers = [(name.lower(), value) for name, value in request.headers if name != "Host"]
    return request.method, request.url, sorted(headers), request.body.decode("utf-8")


def facts_of(sample):
    """The same, of what the browser was told to copy."""
    return sample["method"], sample["url"], sorted(map(tuple, sample["headers"])), sample["body"]


# -- what Chromium wrote -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("sample", WHOLE, ids=range(len(WHOLE)))
def test_what_chromium_copied_comes_back_whole(sample, shell):
    assert facts_of(sample) == facts(only(sample[shell]))


@pytest.mark.parametrize(("shell", "joint"), SHELLS.items(), ids=SHELLS)
def test_copy_all_comes_back_whole(shell, joint):
    captures = read(joint.join(sample[shell] for sample in WHOLE))

    assert [facts_of(sample) for sample in WHOLE] == [facts(capture) for capture in captures]


def test_what_chromium_lost_is_said():
    """For cmd it writes a space for what is not ASCII: one for each half of a surrogate pair."""
    lost = SAMPLES["lost"]
    capture = only(lost["cmd"])

    assert lost["body"].encode() == only(lost["bash"]).request.body
    assert capture.request.body == b'{"name":"Zo    "}'
    assert capture.notes == ("A character beyond ASCII was lost: for cmd, the browser writes a space for it.",)


def as_chromium_writes(text):
    """Write one argument as DevTools 1.0.1705227 does, rule by rule."""
    written = {"\\": r"^\^" + "\\", '"': r"^\^" + '"', "\n": "^\n\n"}
    plain = re.compile(r"[a-zA-Z0-9 _\-:=+~'/.,?;*]")
    carets = "".join(
        written.get(character) or (character if plain.fullmatch(character) else f"^{character}") for character in text
    )
    return f'^"{re.sub("%(?=[a-zA-Z0-9_])", "%^", carets)}^"'


@pytest.mark.parametrize("sample", WHOLE, ids=range(len(WHOLE)))
def test_the_writer_of_these_tests_writes_as_chromium_does(sample):
    """Each argument of the copied commands is found as it is written here; the URL has backslashes of curl's own."""
    url = re.sub(r"[][{}]", r"\\\g<0>", as_chromium_writes(sample["url"]))
    arguments = [
        url,
        *(as_chromium_writes(f"{name}: {value}") for name, value in sample["headers"] if name[:2] == "x-"),
    ]

    assert [] == [argument for argument in arguments if value_is_missing(argument, sample["cmd"])]
    assert not sample["body"] or sample["cmd"].endswith(f"--data-raw {as_chromium_writes(sample['body'])}")


def value_is_missing(argument, command):
    """Whether a command lacks an argument; an empty header is written otherwise."""
    return argument not in command and not argument.endswith(': ^"')


CMDS = st.sampled_from([*'\\"^%&|<>!()\n', "%PATH%", "%41", "^^", '\\"', "\\\\", '""', "^\n", '^"', "\\\n"])
TEXTS = st.lists(CMDS | st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS.map(lambda text: text.replace("\n", " ").strip() or "-"), TEXTS)
@example("\\", "\\")
@example('"', '"')
def test_random_headers_and_bodies_come_back_whole(header, body):
    arguments = ["--url " + as_chromium_writes(URL), "-X " + as_chromium_writes("PUT")]
    arguments += [
        "-H " + as_chromium_writes(header_line) for header_line in (f"x-a: {header}", "content-type: text/plain")
    ]
    capture = only("curl " + " ^\n  ".join([*arguments, "--data-raw " + as_chromium_writes(body)]))

    assert ("PUT", URL, [("content-type", "text/plain"), ("x-a", header)], body) == facts(capture)


def test_firefox_leaves_quotes_dollars_and_ampersands_without_carets():
    capture = only(f'curl ^"{URL}^" -H ^"X-A: \\"a\\\\\\"b^%^2B\\" \\$c \\`d \\\\e^"')

    assert capture.request.url == URL
    assert capture.request.header("x-a") == r'"a\"b%2B" $c `d \e'


def test_doubled_backslashes_are_said():
    """curl.exe would send two; the browser sent one."""
    [said] = only(f'curl ^"{URL}^" -H ^"x-a: a^\\^\\b^" -H ^"x-c: d^\\^\\e^"').notes

    assert said == "Backslashes were read as the browser had them; curl.exe itself would send more of them."


# -- what a hand wrote -------------------------------------------------------------------------------------------

ARGUMENTS = {
    # from Microsoft's page
    r'"a b c" d e': ["a b c", "d", "e"],
    r'"ab\"c" "\\" d': ['ab"c', "\\", "d"],
    r'a\\\b d"e f"g h': [r"a\\\b", "de fg", "h"],
    r"a\\\"b c d": [r"a\"b", "c", "d"],
    r'a\\\\"b c" d e': [r"a\\b c", "d", "e"],
    r'a"b"" c d"': ['ab" c d'],
    # quotes
    '"" """" "a""b"': ["", '"', 'a"b'],
    # carets
    "a^&b ^^ ^%^41": ["a&b", "^", "%41"],
    '"a&b" "c d"': ["a&b", "c d"],
    "a^\nb ^\n  c ^\n": ["ab", "c"],
    # what cmd.exe keeps for itself
    "a > out.json b": ["a", "b"],
    "a & echo b": ["a"],
    "a | more": ["a"],
}


@pytest.mark.parametrize(("line", "arguments"), ARGUMENTS.items())
def test_the_arguments_of_a_line(line, arguments):
    words = next(commands(f"C:\\Users\\me>curl {line}"))

    assert ["curl", *arguments] == [word.text for word in words]


@settings(deadline=None)
@given(st.lists(st.text(st.sampled_from('ab \t\\\\""&|<>%()!=.:/\'')).map("x".__add__), min_size=1))
def test_python_writes_arguments_by_the_same_rules(arguments):
    """``subprocess`` quotes for the C runtime; outside of its quotes, what cmd.exe acts on gets a caret here."""
    written, quoted = "", False
    for character in subprocess.list2cmdline(arguments):
        quoted ^= character == '"'
        written += f"^{character}" if character in "&|<>" and not quoted else character

    assert [["curl", *arguments]] == [[word.text for word in words] for words in commands(f"C:\\>curl {written}")]


def test_comments_and_other_commands_are_passed_over():
    text = f"rem it's not this one: \"\n:: nor \"that\nC:\\>curl ^\n  {URL.replace('&', '^&')}\n'x' is not a command\n"

    assert only(text).request.url == URL
    assert only(text).where == "line 3"


def test_a_variable_of_cmd_is_said():
    """Percent signs of a URL are none."""
    capture = only('C:\\>curl "https://x.netsuite.com/?a=%C3%A9%20%2F" -H "Authorization: %TOKEN%"')

    assert capture.notes == ("%TOKEN% is a variable of a shell; it stands as it is.",)


OLD = "a caret stands in quotes or joins two: cmd.exe reads it otherwise than the old browser that wrote it meant it"
ENDED = "an option stands here, but the command has ended above"
REFUSED = {
    "an ampersand": (
        'curl ^\n "https://x/" -d "{\\"a\\":\\"b&c\\"}"',
        'line 2: the quote " is not closed before the & of line 2, where cmd.exe cuts the command',
    ),
    "the end of a line": (
        'curl https://x/ ^\n  -d "{\n}"',
        'line 2: the quote " is not closed before the end of line 2, where cmd.exe cuts the command',
    ),
    "Chromium of 2022": ('curl "https://x/" ^\n  -H "a: ^%^41"', f"line 2: {OLD}; copy the command for bash"),
    "Chromium of 2017": ('curl "https://x/" ^\n  -d "a"^\n"b"', f"line 2: {OLD}; copy the command for bash"),
    "single quotes": (
        "curl https://x/ ^\n  -H 'a: b'",
        "line 2: a single quote is nothing to cmd.exe, whose carets this text has",
    ),
    "a backslash at the end of a line": (
        'curl https://x/ ^\n  -H "a: b" \\\n  -H "c: d"',
        f"line 3: {ENDED}; bash goes on after \\, cmd after ^, PowerShell after `",
    ),
    "a NUL": ("curl https://x/ ^\n  -d \0", "line 2: here is a NUL, which no command can hold"),
}


@pytest.mark.parametrize(("text", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cmd_reads_otherwise_than_it_was_meant_is_refused(text, message):
    with pytest.raises(CaptureError) as raised:
        read(text)

    assert message == str(raised.value)


# -- which shell -------------------------------------------------------------------------------------------------

BODY = 'a^\n^" ^% ^& `$ `"'
TEXTS_OF_SHELLS = {
    "bash, single quotes": f"curl https://x/ -d '{BODY}'",
    "bash, ANSI quotes": f"curl https://x/ -d $'{BODY}'",
    "bash, a prompt": f"$ curl https://x/ -d '{BODY}'",
    "PowerShell": f"curl.exe https://x/ `\n  -d '{BODY}'",
    "PowerShell, a prompt": f"PS C:\\> curl.exe https://x/ -d '{BODY}'",
    "cmd": f"curl https://x/ ^\n  --data-raw {as_chromium_writes(BODY)}",
    "a comment before": f"# it isn't ^\ncurl https://x/ -d '{BODY}' # and doesn't",
}


@pytest.mark.parametrize("text", TEXTS_OF_SHELLS.values(), ids=TEXTS_OF_SHELLS)
def test_marks_of_another_shell_count_for_nothing_in_quotes(text):
    assert BODY.encode() == only(text).request.body


# -- brackets, which curl takes for a pattern --------------------------------------------------------------------


@pytest.mark.parametrize("written", [r"'https://x/?a=\[1\]\{b\}'", "-g 'https://x/?a=[1]{b}'"])
def test_brackets_of_a_url(written):
    capture = only(f"curl {written}")

    assert (capture.request.target, capture.notes) == ("/?a=[1]{b}", ())


@pytest.mark.parametrize(("url", "said"), [("https://x/?a=[1-3]", True), ("https://[::1]/", False)])
def test_a_pattern_of_several_urls_is_said(url, said):
    capture = only(f"curl '{url}'")

    assert capture.request.url == url
    assert [said] == [bool(capture.notes)]
