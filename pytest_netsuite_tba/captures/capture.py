"""What every kind of capture is read into."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple

from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.oauth1.encoding import percent_encode
from pytest_netsuite_tba.oauth1.target import Target, origin_form, without_fragment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class CaptureError(ValueError):
    """A capture cannot be read; the message names the line or the entry, and holds no credential."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One captured request.

    Attributes:
        request: as its client sent it.
        where: where it stands in the input: ``line 3``, ``entry 7``.
        time: when the server saw it as far as the capture tells, Unix seconds; else None.
        status: of the captured response, if there is one.
        notes: what had to be assumed or could not be taken over, in plain sentences.
        unsure: why no verdict can be given, as a sentence; None where one can.
    """

    request: SignedRequest
    where: str
    time: float | None = None
    status: int | None = None
    notes: tuple[str, ...] = ()
    unsure: str | None = None


class Reader(NamedTuple):
    """A row of the table of what can be read.

    Attributes:
        form: what it reads, as the end of a sentence: "a HAR file".
        recognises: whether a text is of this form; cheap, and never raises.
        read: the requests of such a text, in order; raises CaptureError.
        pick: one of a file's entries by its number, whatever it is; None where that is one of the requests.
    """

    form: str
    recognises: Callable[[str], object]
    read: Callable[[str], list[Capture]]
    pick: Callable[[str, int], Capture] | None = None


def lines_of(text: str) -> Callable[[int], int]:
    """A function that gives the line, from 1, in which a place of the text stands; a text of many is counted once."""
    ends = [found.start() for found in re.finditer("\n", text)]
    return lambda at: bisect_left(ends, at) + 1


def can_be_read(text: str, read: Callable[[str], list[Capture]]) -> bool:
    """Whether a reader can read a text: for forms that no mark makes sure of."""
    try:
        return bool(read(text))
    except CaptureError:
        return False


def request_to(
    url: str, where: str, *, method: str, headers: Iterable[tuple[str, str]], body: bytes = b"", target: str = ""
) -> SignedRequest:
    """Make a request of a full URL, whose fragment is dropped; ``target`` replaces the one in it.

    Raises:
        CaptureError: the URL has no host.
    """
    url = without_fragment(url)
    full = url if Target.of(url).scheme else f"http://{url}"  # as curl does
    scheme, authority, *_ = Target.of(full)
    authority = authority.rpartition("@")[2]
    if scheme not in {"http", "https"} or not authority:
        raise CaptureError(f"{where}: this is no http URL: {_without_credentials(url)!r}")
    pairs = tuple(headers)
    host = next((value for name, value in pairs if name.lower() == "host"), authority)
    if all(name.lower() != "host" for name, _ in pairs):
        pairs = (("Host", authority), *pairs)
    target = target or origin_form(full)
    return SignedRequest(method=method, target=target, host=host, scheme=scheme, headers=pairs, body=body)


def _without_credentials(url: str) -> str:
    return url.rpartition("@")[2][:80]


def with_query(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Put decoded pairs behind the query of a URL; how they are escaped is of no matter to a signature."""
    query = "&".join(f"{percent_encode(name)}={percent_encode(value)}" for name, value in pairs)
    url = without_fragment(url)
    return url + ("&" if "?" in url else "?") + query if query else url


def header_of(headers: Iterable[tuple[str, str]], name: str) -> str:
    """The first value of a header (lower case), or ``""``."""
    return next((value for sent, value in headers if sent.lower() == name), "")


def date_of(headers: Iterable[tuple[str, str]]) -> float | None:
    """The time of a Date header, Unix seconds; None where there is none that can be read."""
    for name, value in headers:
        if name.lower() == "date":
            try:
                return parsedate_to_datetime(value).timestamp()
            except (ValueError, TypeError, OverflowError):
                return None
    return None
