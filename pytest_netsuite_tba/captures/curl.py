"""The options of a curl command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from pytest_netsuite_tba.oauth1.encoding import FORM, to_bytes

from .capture import Capture, CaptureError, request_to
from .shells import AMPERSAND, VARIABLE

if TYPE_CHECKING:
    from .shells import Word

_JSON = "application/json"

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
    "--url": "url", "--url-query": "query", "--request-target": "target", "-K": "config", "--config": "config",
}  # fmt: skip
_FLAGS = {"-G": "get", "--get": "get", "-I": "head", "--head": "head", "-g": "globoff", "--globoff": "globoff"}
# Options of curl that take a value and change nothing of what is signed; all others take none.
_SKIPPED = frozenset([
    "-c", "-C", "-D", "-E", "-h", "-m", "-o", "-P", "-Q", "-r", "-t", "-U", "-w", "-x", "-y", "-Y", "-z",
    "--abstract-unix-socket", "--alt-svc", "--aws-sigv4", "--cacert", "--capath", "--cert", "--cert-type",
    "--ciphers", "--connect-timeout", "--connect-to", "--continue-at", "--cookie-jar",
    "--create-file-mode", "--crlfile", "--curves", "--delegation", "--dns-interface", "--dns-ipv4-addr",
    "--dns-ipv6-addr", "--dns-servers", "--doh-url", "--dump-header", "--ech", "--egd-file", "--engine",
    "--etag-compare", "--etag-save", "--expect100-timeout", "--happy-eyeballs-timeout-ms", "--haproxy-clientip",
    "--help", "--hostpubmd5", "--hostpubsha256", "--hsts", "--interface", "--ip-tos", "--ipfs-gateway",
    "--keepalive-time", "--keepalive-cnt", "--key", "--key-type", "--krb", "--libcurl", "--limit-rate",
    "--local-port", "--login-options", "--mail-auth", "--mail-from", "--mail-rcpt", "--max-filesize", "--max-redirs",
    "--max-time", "--netrc-file", "--noproxy", "--output", "--output-dir", "--parallel-max", "--pass",
    "--pinnedpubkey", "--preproxy", "--proto", "--proto-default", "--proto-redir", "--proxy", "--proxy-cacert",
    "--proxy-capath", "--proxy-cert", "--proxy-cert-type", "--proxy-ciphers", "--proxy-crlfile", "--proxy-header",
    "--proxy-key", "--proxy-key-type", "--proxy-pass", "--proxy-pinnedpubkey", "--proxy-service-name",
    "--proxy-tls13-ciphers", "--proxy-tlsauthtype", "--proxy-tlspassword", "--proxy-tlsuser", "--proxy-user",
    "--proxy1.0", "--pubkey", "--quote", "--random-file", "--range", "--rate", "--resolve", "--retry",
    "--retry-delay", "--retry-max-time", "--sasl-authzid", "--service-name", "--socks4", "--socks4a", "--socks5",
    "--socks5-gssapi-service", "--socks5-hostname", "--speed-limit", "--speed-time", "--stderr", "--tftp-blksize",
    "--time-cond", "--tls-max", "--tls13-ciphers", "--tlsauthtype", "--tlspassword", "--tlsuser", "--trace",
    "--trace-ascii", "--trace-config", "--unix-socket", "--variable", "--vlan-priority", "--write-out",
])  # fmt: skip


# -- options -----------------------------------------------------------------------------------------------------


_BODY = {"data", "raw", "urlencode", "json"}
_NOT_READ = "which was not read."
_UNKNOWN = "A shell puts values into the command that are not in the capture."
_CONFIG = "Options or headers stand in the file {!r}, which was not read."
_WITH_EQUALS = "curl takes no value behind an equals sign ({}=...): it refuses this command."
_NO_FORM = "The body is a form, which is signed, and it stands in a file, which was not read."


class _Options(NamedTuple):
    """What the options of one command say, in the order given."""

    taken: list[tuple[str, str]]
    notes: list[str]
    unknown: list[str]  # the names of those whose value a shell would have put in
    doubts: list[str]  # why no verdict can be given


def capture(words: list[Word]) -> Capture:
    """Read the request of one command.

    Raises:
        CaptureError: an option lacks its value, or there is no URL.
    """
    where = f"line {words[0].line}"
    options = _options(words[1:])
    values: dict[str, list[str]] = {}
    for name, value in options.taken:
        values.setdefault(name, []).append(value)
    urls = values.get("url", [])
    if not urls:
        raise CaptureError(f"{where}: the curl command has no URL")
    headers, body = _headers_and_body(options)
    url = urls[0] if "globoff" in values else _unglob(urls[0], options.notes)
    if len(urls) > 1:
        options.notes.append(f"The command has {len(urls)} URLs; the first was taken.")
    has_body = bool({"data", "raw", "urlencode", "json", "multipart"} & set(values))
    if "get" in values and body:
        url = url.partition("#")[0]
        url += ("&" if "?" in url else "?") + body.decode("utf-8", "surrogateescape")
        body, has_body = b"", False
        headers = [header for header in headers if header != ("Content-Type", FORM)]
    if "query" in values:
        kept = (_urlencode(value, options.notes) if value[:1] != "+" else value[1:] for value in values["query"])
        url, query = url.partition("#")[0], "&".join(kept)
        url += ("&" if "?" in url else "?") + query
    default = "HEAD" if "head" in values else "POST" if has_body else "PUT" if "upload" in values else "GET"
    method, target = values.get("method", [default])[-1], values.get("target", [""])[-1]
    request = request_to(url, where, method=method, headers=headers, body=body, target=target)
    is_form = request.media_type == FORM or "get" in values or "query" in values
    unsure = _UNKNOWN if set(options.unknown) - _BODY or (is_form and set(options.unknown) & _BODY) else None
    if is_form and any(note.endswith(_NOT_READ) for note in options.notes):
        unsure = _NO_FORM
    unsure = unsure or next(iter(options.doubts), None)
    return Capture(request=request, where=where, notes=tuple(options.notes), unsure=unsure)


_BRACKET = re.compile(r"\\([\[\]{}])|[\[{](?![\da-f:.]*\])", re.IGNORECASE)  # none where an IPv6 address stands in them


def _unglob(url: str, notes: list[str]) -> str:
    """Take the backslashes from brackets and braces, as curl does unless it is told ``--globoff``."""
    if any(not found[1] for found in _BRACKET.finditer(url)):
        notes.append("Brackets or braces make curl send several requests (without -g); the URL stands as it is.")
        return url
    return _BRACKET.sub(r"\1", url)


def _options(words: list[Word]) -> _Options:
    taken: list[tuple[str, str]] = []
    unknown: list[str] = []
    doubts = [note for word in words for note in word.notes if note == AMPERSAND]
    notes = list(dict.fromkeys(note for word in words for note in word.notes))
    notes = [note for note in notes if note != AMPERSAND]
    rest = iter(words)
    for word in rest:
        for option, attached in _split_options(word.text):
            if option.startswith("--") and option.partition("=")[0] in _TAKEN and "=" in option:
                doubts.append(_WITH_EQUALS.format(option.partition("=")[0]))
            value: Word | None = word._replace(text=attached)
            if not attached and (option in _TAKEN or option in _SKIPPED):
                value = next(rest, None)
            if value is None:
                raise CaptureError(f"line {word.line}: {option} has no value")
            if name := _TAKEN.get(option) or _FLAGS.get(option):
                if name == "config" or (name == "header" and value.text.startswith("@")):
                    doubts.append(_CONFIG.format(value.text.removeprefix("@")[:60]))
                taken.append((name, value.text))
                unknown += [name] if _is_unknown(name, value) else []
    return _Options(taken, notes, unknown, doubts)


def _is_unknown(name: str, word: Word) -> bool:
    """Whether a shell puts something into a value that decides the verdict."""
    if not any(note.endswith(VARIABLE) for note in word.notes):
        return False
    return (
        name != "header"
        or word.text.partition(":")[0].strip().lower() in {"authorization", "content-type", "host"}
        or (word.text.startswith("$"))
    )


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
    "user": ("Authorization", "Basic dXNlcjpwYXNzd29yZA=="),  # user:password, as the right ones are of no use here
    "cookie": ("Cookie", "{}"),
}
_CONTENT_TYPES = {"json": _JSON, "data": FORM, "raw": FORM, "urlencode": FORM}


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
    return headers, to_bytes(_data(options))


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
            data += joint + _urlencode(value, options.notes)
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


def _urlencode(value: str, notes: list[str]) -> str:
    """Encode as curl does: ``content``, ``=content``, ``name=content``; ``@file`` and ``name@file`` are not read."""
    name, equals, content = value.partition("=")
    if not equals:
        if "@" in value:
            notes.append(f"A part of the body stands in a file ({value[:60]!r}), which was not read.")
            return ""
        name, content = "", value
    content = quote(to_bytes(content), safe="").replace("%20", "+")  # as curl does
    return f"{name}={content}" if name else content
