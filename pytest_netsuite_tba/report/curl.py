"""A request as a curl command that sends it as it came, whatever it holds, when it is pasted into bash or zsh."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.oauth1.encoding import to_text
from pytest_netsuite_tba.oauth1.target import Target, origin_form

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pytest_netsuite_tba.login.request import SignedRequest

MOST_BODY_BYTES = 10_000  # of a body that a command line shows
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2; for a header "@name" curl reads a file
_HOST = re.compile(r"[^\0-\x20\x7f@/?#\\]+")
_TARGET = re.compile(r"[^\0-\x20\x7f]+")
_ENDS_LINE = re.compile(r"[\0\r\n]")
_CURL_CHANGES = re.compile(
    r"[^!-~]|#|/\.|/%2e", re.IGNORECASE
)  # in a URL: it encodes, cuts off, or takes the path apart
_CURL_MAKES = {"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "expect"}
_UNPACKED = re.compile(
    r"(?:(?:x-)?gzip|identity|[ \t,])*", re.IGNORECASE
)  # codings of which a body is freed when it comes
_NO_SHELL_READS = re.compile(r"[A-Za-z0-9_./:-]+")  # zsh makes a path of =ls


def curl_command(
    request: SignedRequest,
    *,
    server: Target | None = None,
    options: Sequence[str] = (),
    hide: Callable[[str], str] = str,
    most_body_bytes: int = MOST_BODY_BYTES,
) -> str | None:
    """Write the command; None where curl cannot send the request.

    Args:
        request: what to send.
        server: of which scheme and host are called in place of the request's.
        options: of curl, besides.
        hide: takes secrets out of a word.
        most_body_bytes: a longer body is read from a file ``body``.
    """
    called = server or request
    target = "*" if request.target == "*" else origin_form(request.target)
    lines = [("Host", request.host)] if called.host != request.host else []
    lines += [(name, value) for name, value in request.headers if not _is_made(name, value)]
    if not _can_send(request.method, called, target, lines):
        return None
    is_bare_head = request.method == "HEAD" and not request.body  # by -X, curl would wait for the body of the answer
    words = ["curl", *(["--head"] if is_bare_head else ["-X", request.method]), *options, "--globoff"]
    origin = f"{called.scheme}://{called.host}"
    is_kept = target.startswith("/") and not _CURL_CHANGES.search(target)
    words += [f"{origin}{target}"] if is_kept else ["--request-target", target, f"{origin}/"]
    for name, value in lines:
        words += ["-H", f"{name}: {value}" if value else f"{name};"]  # "name:" would take a header away
    if request.body and all(name.lower() != "content-type" for name, _ in lines):
        words += ["-H", "Content-Type:"]  # else curl says that it is a form, which would be signed
    if len(request.body) > most_body_bytes:
        words += ["--data-binary", "@body"]
    elif b"\0" in request.body:  # no argument holds one
        return f"printf {_as_format(hide(to_text(request.body)))} | {_joined([*words, '--data-binary', '@-'], hide)}"
    elif request.body:
        words += ["--data-raw", to_text(request.body)]  # --data-binary would read a file for "@name"
    return _joined(words, hide)


def _can_send(method: str, called: Target | SignedRequest, target: str, lines: list[tuple[str, str]]) -> bool:
    """Whether curl writes these into a request as they are, calls that host, and reads no file instead."""
    return (
        called.scheme in {"http", "https"}
        and bool(_TOKEN.fullmatch(method) and _HOST.fullmatch(called.host) and _TARGET.fullmatch(target))
        and all(_TOKEN.fullmatch(name) and not _ENDS_LINE.search(value) for name, value in lines)
    )


def _is_made(name: str, value: str) -> bool:
    """Whether curl makes a header itself, or it is no longer true of the body."""
    return name.lower() in _CURL_MAKES or (name.lower() == "content-encoding" and bool(_UNPACKED.fullmatch(value)))


def _joined(words: Sequence[str], hide: Callable[[str], str]) -> str:
    return " ".join(_pasted(hide(word)) for word in words)


def quote(word: str) -> str:
    """Quote a word for any shell of POSIX's family; one that no shell gives a meaning to stays bare."""
    return word if _NO_SHELL_READS.fullmatch(word) else "'{}'".format(word.replace("'", "'\\''"))


def _pasted(word: str) -> str:
    """Quote a word for bash and zsh, such that a terminal takes it as text: what is not printable becomes an escape."""
    return quote(word) if word.isprintable() else f"$'{_escaped(word)}'"


def _as_format(text: str) -> str:
    """Quote a text for ``printf``, which writes a NUL too."""
    return f"'{_escaped(text.replace('%', '%%'))}'"


def _escaped(text: str) -> str:
    """Write whatever ends a quotation or is not printable as three octal digits a byte."""
    return "".join(
        char
        if char.isprintable() and char not in "'\\"
        else "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))
        for char in text
    )
