"""curl command lines, as Postman and browsers write them for bash, cmd and PowerShell."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from .capture import Capture, CaptureError, request_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_START = re.compile(r"curl(?:\.exe)?", re.IGNORECASE)
_PROMPT = re.compile(
    r"[ \t]*(?:\$[ \t]+|PS [^>\n]*>[ \t]*|[A-Za-z]:\\[^>\n]*>[ \t]*)?(?=curl(?:\.exe)?[ \t\^`\\])",
    re.IGNORECASE,
)
_ANSI_C = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}
_BACKTICKED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_VARIABLE = re.compile(r"(?<!\\)\$\{?([A-Za-z_]\w*)")
_ENDS = frozenset("\n;|&")  # of a command
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"

# What the options that matter are called; each takes a value.
_TAKEN = {
    "-X": "method", "--request": "method",
    "-H": "header", "--header": "header",
    "-d": "data", "--data": "data", "--data-ascii": "data", "--data-binary": "data",
    "--data-raw": "raw", "--data-urlencode": "urlencode", "--json": "json",
    "-u": "user", "--user": "user", "--oauth2-bearer": "bearer",
    "-b": "cookie", "--cookie": "cookie", "-A": "agent", "--user-agent": "agent", "-e": "referer", "--referer": "referer",
    "-F": "multipart", "--form": "multipart", "--form-string": "multipart",
    "-T": "upload", "--upload-file": "upload",
    "--url": "url", "--request-target": "target",
}  # fmt: skip
_FLAGS = {"-G": "get", "--get": "get", "-I": "head", "--head": "head"}
# Options of curl that take a value and change nothing of what is signed; all others take none.
_SKIPPED = frozenset(
    [
        "-c",
        "-C",
        "-D",
        "-E",
        "-h",
        "-K",
        "-m",
        "-o",
        "-P",
        "-Q",
        "-r",
        "-t",
        "-w",
        "-x",
        "-y",
        "-Y",
        "-z",
        "--abstract-unix-socket",
        "--alt-svc",
        "--aws-sigv4",
        "--cacert",
        "--capath",
        "--cert",
        "--cert-type",
        "--ciphers",
        "--config",
        "--connect-timeout",
        "--connect-to",
        "--continue-at",
        "--cookie-jar",
        "--create-file-mode",
        "--crlfile",
        "--curves",
        "--delegation",
        "--dns-interface",
        "--dns-ipv4-addr",
        "--dns-ipv6-addr",
        "--dns-servers",
        "--doh-url",
        "--dump-header",
        "--ech",
        "--egd-file",
        "--engine",
        "--etag-compare",
        "--etag-save",
        "--expect100-timeout",
        "--happy-eyeballs-timeout-ms",
        "--haproxy-clientip",
        "--help",
        "--hostpubmd5",
        "--hostpubsha256",
        "--hsts",
        "--interface",
        "--ip-tos",
        "--ipfs-gateway",
        "--keepalive-time",
        "--keepalive-cnt",
        "--key",
        "--key-type",
        "--krb",
        "--libcurl",
        "--limit-rate",
        "--local-port",
        "--login-options",
        "--mail-auth",
        "--mail-from",
        "--mail-rcpt",
        "--max-filesize",
        "--max-redirs",
        "--max-time",
        "--netrc-file",
        "--noproxy",
        "--output",
        "--output-dir",
        "--parallel-max",
        "--pass",
        "--pinnedpubkey",
        "--preproxy",
        "--proto",
        "--proto-default",
        "--proto-redir",
        "--proxy",
        "--proxy-cacert",
        "--proxy-capath",
        "--proxy-cert",
        "--proxy-cert-type",
        "--proxy-ciphers",
        "--proxy-crlfile",
        "--proxy-header",
        "--proxy-key",
        "--proxy-key-type",
        "--proxy-pass",
        "--proxy-pinnedpubkey",
        "--proxy-service-name",
        "--proxy-tls13-ciphers",
        "--proxy-tlsauthtype",
        "--proxy-tlspassword",
        "--proxy-tlsuser",
        "--proxy-user",
        "--proxy1.0",
        "--pubkey",
        "--quote",
        "--random-file",
        "--range",
        "--rate",
        "--resolve",
        "--retry",
        "--retry-delay",
        "--retry-max-time",
        "--sasl-authzid",
        "--service-name",
        "--socks4",
        "--socks4a",
        "--socks5",
        "--socks5-gssapi-service",
        "--socks5-hostname",
        "--speed-limit",
        "--speed-time",
        "--stderr",
        "--tftp-blksize",
        "--time-cond",
        "--tls-max",
        "--tls13-ciphers",
        "--tlsauthtype",
        "--tlspassword",
        "--tlsuser",
        "--trace",
        "--trace-ascii",
        "--trace-config",
        "--unix-socket",
        "--variable",
        "--vlan-priority",
        "--write-out",
    ],
)


class _Word(NamedTuple):
    text: str
    line: int
    notes: tuple[str, ...] = ()


def read(text: str) -> list[Capture]:
    """Give the request of each curl command of a text.

    Raises:
        CaptureError: a quote is not closed, an option lacks its value, or there is no URL.

    """
    text = text.replace("\r\n", "\n")
    captures = [_capture(words) for words in _commands(text) if _is_curl(words[0].text)]
    if not captures:
        raise CaptureError("there is no curl command in the input")
    return captures


# -- words, as the shell makes them ------------------------------------------------------------------------------

# What a word is made of, by shell: how it is written, and what it stands for. The first that fits is taken.
_Piece = tuple[str, "Callable[[str], str]"]


def _nothing(_: str) -> str:
    return ""


def _as_it_is(text: str) -> str:
    return text


def _replaced(pattern: str, by: str | Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.DOTALL)
    return lambda text: compiled.sub(by, text)


def _ansi_c(text: str) -> str:
    """Undo the escapes of bash's quote with a dollar sign; bytes that make UTF-8 together become one character."""

    def unescape(one: re.Match[str]) -> str:
        if one[1]:
            return bytes([int(one[1], 16)]).decode("utf-8", "surrogateescape")
        if one[2] or one[3]:
            number = int(one[2] or one[3], 16)
            return chr(number) if number <= sys.maxunicode else "\ufffd"
        if one[4]:
            return bytes([int(one[4], 8) & 0xFF]).decode("utf-8", "surrogateescape")
        return _ESCAPED.get(one[5], one[5] if one[5] in "\\'\"?" else f"\\{one[5]}")

    piece = _ANSI_C.sub(unescape, text)
    return (
        piece.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape") if _is_encodable(piece) else piece
    )


_SHELLS: dict[str, tuple[_Piece, ...]] = {
    "bash": (
        (r"\\\n", _nothing),
        (r"\\(.)", _as_it_is),
        (r"'([^']*)'", _as_it_is),
        (r"\$'((?:[^'\\]|\\.)*)'", _ansi_c),
        (r'"((?:[^"\\]|\\.)*)"', _replaced(r'\\(["\\$`])|\\\n', r"\1")),
        (r"((?:[^\s'\"\\$;|&]|&(?=\S)|\$(?!'))+)", _as_it_is),
    ),
    "cmd": (
        (r"\^\n", _nothing),
        (
            r'\^"((?:\\\^"|\^\^|\^\n\n|\^[^"\n]|[^^])*)\^"',
            _replaced(r'\\\^(")|\^\n(\n)|\^(.)|\\(["\\])', lambda one: one[1] or one[2] or one[3] or one[4]),
        ),
        (r'"((?:[^"\\]|\\.|"")*)"(?!")', _replaced(r'\\(["\\])|"(")', lambda one: one[1] or one[2])),
        (r"\^(.)", _as_it_is),
        (r'([^\s"^]+)', _as_it_is),
    ),
    "powershell": (
        (r"`\n", _nothing),
        (r"'((?:[^']|'')*)'(?!')", _replaced("''", "'")),
        (
            r'"((?:[^"`\\]|`.|""|\\"?)*)"(?!")',
            _replaced(r'`(.)|["\\](")', lambda one: _BACKTICKED.get(one[1], one[1]) if one[1] else one[2]),
        ),
        (r"`(.)", _as_it_is),
        (r"([^\s'\"`]+)", _as_it_is),
    ),
}
_PIECES = {
    shell: [(re.compile(pattern, re.DOTALL), meaning) for pattern, meaning in pieces]
    for shell, pieces in _SHELLS.items()
}


def _shell(text: str) -> str:
    if re.search(r"\^\n|\^[\"%&]", text):
        return "cmd"
    if re.search(r"`\n|`[\"$`]", text) or re.match(r"\s*PS ", text):
        return "powershell"
    return "bash"


def _commands(text: str) -> Iterator[list[_Word]]:
    """Split into commands: each ends with its line, or with ``;``, ``|`` or a lone ``&``."""
    pieces = _PIECES[_shell(text)]
    at, line = 0, 1
    command: list[_Word] = []
    while at < len(text):
        if not command:
            prompt = _PROMPT.match(text, at)
            at = prompt.end() if prompt else at
        word, end = _word(text, at, pieces, line)
        if word is not None:
            command.append(word)
        line += text.count("\n", at, end)
        at = end
        if text[at : at + 1] in _ENDS and command:
            yield command
            command = []
        if at < len(text) and (text[at] in _ENDS or text[at].isspace()):
            line += text[at] == "\n"
            at += 1
    if command:
        yield command


def _word(
    text: str,
    at: int,
    pieces: list[tuple[re.Pattern[str], Callable[[str], str]]],
    line: int,
) -> tuple[_Word | None, int]:
    """Read one word; give None where there is none, and where reading stopped.

    Raises:
        CaptureError: a quote is not closed.

    """
    parts: list[str] = []
    notes: list[str] = []
    begin = at
    while at < len(text) and not text[at].isspace():
        matches = ((pattern.match(text, at), meaning) for pattern, meaning in pieces)
        found, meaning = next(((one, meaning) for one, meaning in matches if one), (None, _nothing))
        if found is None:
            if text[at] in ";|&":
                break
            where = line + text.count("\n", begin, at)
            raise CaptureError(f"line {where}: the quote {text[at : at + 1]} is not closed")
        if found.re.groups:
            parts.append(meaning(found[1]))
            if found[0].startswith('"') and pieces is _PIECES["bash"]:
                said = "is a variable of a shell; it stands as it is."
                notes += [f"${name} {said}" for name in _VARIABLE.findall(found[1])]
        at = found.end()
    return (_Word("".join(parts), line, tuple(notes)) if parts else None), at


# -- options -----------------------------------------------------------------------------------------------------


class _Options(NamedTuple):
    """What the options of one command say, in the order given."""

    taken: list[tuple[str, str]]
    notes: list[str]


def _is_curl(word: str) -> bool:
    return _START.fullmatch(word.rpartition("/")[2].rpartition("\\")[2]) is not None


def _capture(words: list[_Word]) -> Capture:
    where = f"line {words[0].line}"
    options = _options(words[1:])
    values: dict[str, list[str]] = {}
    for name, value in options.taken:
        values.setdefault(name, []).append(value)
    urls = values.get("url", [])
    if not urls:
        raise CaptureError(f"{where}: the curl command has no URL")
    headers, body = _headers_and_body(options)
    url = urls[0]
    if len(urls) > 1:
        options.notes.append(f"The command has {len(urls)} URLs; the first was taken.")
    has_body = bool({"data", "raw", "urlencode", "json", "multipart"} & set(values))
    if "get" in values and body:
        url = url.partition("#")[0]
        url += ("&" if "?" in url else "?") + body.decode("utf-8", "surrogateescape")
        body, has_body = b"", False
        headers = [one for one in headers if one != ("Content-Type", _FORM)]
    default = "HEAD" if "head" in values else "POST" if has_body else "PUT" if "upload" in values else "GET"
    return Capture(
        request=request_to(
            url,
            where,
            method=values.get("method", [default])[-1],
            headers=headers,
            body=body,
            target=values.get("target", [""])[-1],
        ),
        where=where,
        notes=tuple(options.notes),
    )


def _options(words: list[_Word]) -> _Options:
    taken: list[tuple[str, str]] = []
    notes = [note for word in words for note in word.notes]
    rest = iter(words)
    for word in rest:
        for option, value in _split_options(word.text):
            name = _TAKEN.get(option) or _FLAGS.get(option, "")
            needs_one = option in _TAKEN or option in _SKIPPED
            if needs_one and not value:
                following = next(rest, None)
                if following is None:
                    raise CaptureError(f"line {word.line}: {option} has no value")
                value = following.text  # noqa: PLW2901
            if name:
                taken.append((name, value))
    return _Options(taken, notes)


def _split_options(text: str) -> list[tuple[str, str]]:
    """Split ``-sSL``, ``-XPOST`` and ``-sHName:value`` into options, the last with its value."""
    if not text.startswith("-") or text == "-":
        return [("--url", text)]
    if text.startswith("--"):
        return [(text, "")]
    options: list[tuple[str, str]] = []
    for at, letter in enumerate(text[1:], 2):
        option = f"-{letter}"
        if option in _TAKEN or option in _SKIPPED:
            return [*options, (option, text[at:])]
        options.append((option, ""))
    return options


# Options whose value is a header of its own.
_AS_HEADER = {
    "agent": ("User-Agent", "{}"),
    "referer": ("Referer", "{}"),
    "bearer": ("Authorization", "Bearer {}"),
    "user": ("Authorization", "Basic ..."),  # a password is of no use here
    "cookie": ("Cookie", "{}"),
}
_CONTENT_TYPES = {"json": _JSON, "data": _FORM, "raw": _FORM, "urlencode": _FORM}


def _headers_and_body(options: _Options) -> tuple[list[tuple[str, str]], bytes]:
    headers: list[tuple[str, str]] = []
    removed: set[str] = set()
    for name, value in options.taken:
        if name == "header":
            _add_header(value, headers, removed, options.notes)
        elif name in _AS_HEADER:
            header, form = _AS_HEADER[name]
            headers.append((header, form.format(value)))
        elif name in {"multipart", "upload"}:
            options.notes.append("The body is a form of several parts or a file, which was not read.")
    kinds = [_CONTENT_TYPES[name] for name, _ in options.taken if name in _CONTENT_TYPES]
    given = {name.lower() for name, _ in headers} | removed
    if kinds and "content-type" not in given:
        headers.append(("Content-Type", kinds[-1]))
    text = _data(options)
    return headers, text.encode("utf-8", "surrogateescape" if _is_encodable(text) else "replace")


def _data(options: _Options) -> str:
    """Join the parts of the body as curl does: by ``&``, but for ``--json``."""
    data = ""
    for name, value in options.taken:
        joint = "&" if data else ""
        if name in {"data", "json"} and value.startswith("@"):
            options.notes.append(f"The body stands in the file {value[1:60]!r}, which was not read.")
        elif name in {"data", "raw"}:
            data += joint + value
        elif name == "json":
            data += value
        elif name == "urlencode":
            data += joint + _urlencoded(value, options.notes)
    return data


def _add_header(value: str, headers: list[tuple[str, str]], removed: set[str], notes: list[str]) -> None:
    if value.startswith("@"):
        notes.append(f"Headers stand in the file {value[1:60]!r}, which was not read.")
        return
    name, colon, text = value.partition(":")
    if not colon and name.endswith(";"):
        headers.append((name[:-1].strip(), ""))
    elif colon and not text.strip():
        removed.add(name.strip().lower())
    elif colon:
        headers.append((name.strip(), text.strip()))


def _urlencoded(value: str, notes: list[str]) -> str:
    """Encode as curl does: ``content``, ``=content``, ``name=content``; ``@file`` and ``name@file`` are not read."""
    name, equals, content = value.partition("=")
    if not equals:
        if "@" in value:
            notes.append(f"A part of the body stands in a file ({value[:60]!r}), which was not read.")
            return ""
        name, content = "", value
    encoded = quote(content, safe="", errors="surrogateescape" if _is_encodable(content) else "replace")
    encoded = encoded.replace("%20", "+")  # as curl does
    return f"{name}={encoded}" if name else encoded


def _is_encodable(text: str) -> bool:
    """Whether every surrogate of the text stands for a byte."""
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
