"""A WSDL and the schemas that it imports, read from files as a client would fetch them from NetSuite."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit
from xml.parsers import expat

from .fields import RecordError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from urllib.parse import SplitResult

_VERSION = re.compile(rb"(?:/services/NetSuitePort_|urn:platform_)([0-9]{4}_[0-9])")
_SCHEMA = "http://www.w3.org/2001/XMLSchema"
# What names another file -> the attribute that does (WSDL 1.1 section 2.1, XML Schema 1.0 section 4.2).
_IMPORTS = {
    "http://schemas.xmlsoap.org/wsdl/ import": "location",
    f"{_SCHEMA} import": "schemaLocation",
    f"{_SCHEMA} include": "schemaLocation",
    f"{_SCHEMA} redefine": "schemaLocation",
}
_LIMIT = 64 * 1024 * 1024  # bytes of all files; NetSuite's own are a few million
_FOLDERS_ABOVE = 4  # as in wsdl/v2024_1_0/netsuite.wsdl beside xsd/


def read_wsdl(path: str | os.PathLike[str]) -> dict[str, bytes]:
    """Read a WSDL and all that it imports, by the path at which NetSuite has each; its own comes first.

    What is imported by a relative name lies beside the file that names it. For NetSuite's own URL,
    ``https://webservices.netsuite.com/xsd/platform/v2024_1_0/core.xsd``, it is ``xsd/platform/v2024_1_0/core.xsd`` in
    the WSDL's folder or one above it, or ``core.xsd`` in the WSDL's folder; so it is for a path alone, ``/xsd/...``.
    What other hosts have, and what a ``file:`` URL names, is left to them.

    Raises:
        RecordError: a file cannot be read or is no XML, or the WSDL is of no endpoint.
    """
    folder = Path(path).absolute().parent
    first = _text(Path(path))
    version = _VERSION.search(first)
    if version is None:
        raise RecordError(
            "WSDL", os.fspath(path), "the WSDL of an endpoint, with an address of /services/NetSuitePort_2024_1"
        )
    waiting = [(f"/wsdl/v{version[1].decode()}_0/netsuite.wsdl", Path(path))]
    found: dict[str, bytes] = {}
    size = 0
    while waiting:
        at, file = waiting.pop()
        if at in found:
            continue
        found[at] = _text(file)
        size += len(found[at])
        if size > _LIMIT:
            raise RecordError("WSDL", os.fspath(path), f"at most {_LIMIT:,} bytes, schemas included")
        for location in _imported(file, found[at]):
            target = urlsplit(location)
            if target.netloc.lower().endswith(".netsuite.com") or _is_of_the_host(target):
                path_there = urljoin("/", target.path)
                waiting.append((path_there, _local(folder, path_there, file)))
            elif not (target.scheme or target.netloc):
                waiting.append((urljoin(at, target.path), _beside(file, at, target.path)))
    return found


def _is_of_the_host(target: SplitResult) -> bool:
    """Whether it is a path of the host that the WSDL is at, as ``/xsd/platform/v2024_1_0/core.xsd``."""
    return not (target.scheme or target.netloc) and target.path.startswith("/")


def _beside(importer: Path, at: str, relative: str) -> Path:
    """Find the file that one names by a relative name; ``at`` is the importer's path at NetSuite.

    Raises:
        RecordError: it lies above what a client would find there: no file of another folder is given away.
    """
    if posixpath.normpath(posixpath.join(posixpath.dirname(at).lstrip("/"), unquote(relative))).startswith(".."):
        raise RecordError(f"WSDL: {importer.name} imports", relative, f"a file that is not above the root of {at}")
    return importer.parent / unquote(relative)


def _local(folder: Path, path: str, importer: Path) -> Path:
    """Find the file that is at ``path`` of NetSuite's host.

    Raises:
        RecordError: it is not there; the message says where it may lie.
    """
    relative = path.lstrip("/")
    tried = [*(above / relative for above in (folder, *folder.parents[:_FOLDERS_ABOVE])), folder / Path(relative).name]
    for file in tried:
        if file.is_file():
            return file
    raise RecordError(f"WSDL: {importer.name} imports", path, f"a file at {tried[0]} or {tried[-1]}")


def _text(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_LIMIT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RecordError("WSDL", os.fspath(file), f"a file that can be read ({reason})") from None


def _imported(file: Path, text: bytes) -> Iterator[str]:
    """What other files a file names."""
    locations: list[str] = []

    def note(name: str, attributes: dict[str, str]) -> None:
        location = attributes.get(_IMPORTS.get(name, ""))
        if location:
            locations.append(location)

    parser = expat.ParserCreate(namespace_separator=" ")  # it is the user's own file, no stranger's
    parser.StartElementHandler = note
    try:
        parser.Parse(text, True)  # noqa: FBT003  (True is for the last part; expat takes it by position alone)
    except expat.ExpatError as error:
        raise RecordError("WSDL", os.fspath(file), f"an XML file ({error})") from None
    yield from locations
