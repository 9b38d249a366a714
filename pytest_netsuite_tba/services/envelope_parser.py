"""What a login needs of a SOAP envelope, parsed within bounds: all but what is inside the operation is kept.

The rest is parsed too, for an envelope that is no XML is refused; but nothing of it is kept, however much it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import TreeBuilder

from pytest_netsuite_tba.extras import MissingExtraError
from pytest_netsuite_tba.login.bounds import BOUNDS, Bounds

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element
    from xml.parsers.expat import XMLParserType

SOAP_1_1 = "http://schemas.xmlsoap.org/soap/envelope/"
NEEDS_NO_LOGIN = "getDataCenterUrls"
_BODY = f"{{{SOAP_1_1}}}Body"
_OPERATION = 3  # the level of an element in the Body
_PIECE = 64 * 1024  # bytes parsed at a time


class TooMuchError(ValueError):
    """The envelope is more than is read before a login; the message is a sentence with the figure."""


class NotXmlError(ValueError):
    """The body is no XML, or of a kind that is not let in; the message is a sentence without its full stop."""


def login_part(body: bytes, bounds: Bounds = BOUNDS) -> Element:
    """Parse an envelope; its operation is empty, but for that of :data:`NEEDS_NO_LOGIN`, which is bounded like a header.

    Raises:
        TooMuchError: it is beyond the bounds; nothing behind that place was parsed.
        NotXmlError: it is no XML.
        MissingExtraError: defusedxml is not installed.
    """
    return _parse(body, _LoginPart(bounds))


def whole(body: bytes) -> Element:
    """Parse an envelope, and keep all of it: that of a login that was let in.

    Raises:
        NotXmlError: it is no XML.
        MissingExtraError: defusedxml is not installed.
    """
    return _parse(body, None)


def _parse(body: bytes, part: _LoginPart | None) -> Element:
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import DefusedXMLParser, ParseError
    except ImportError:
        raise MissingExtraError("a SOAP call", "xml") from None
    parser = DefusedXMLParser(target=part, forbid_dtd=True)
    if part is not None:
        part.watch(parser.parser)
    try:
        for at in range(0, len(body), _PIECE):
            parser.feed(body[at : at + _PIECE])
            if part is not None:
                part.check_open_tag(min(at + _PIECE, len(body)))
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise NotXmlError(f"The body is XML that is not let in ({type(error).__name__})") from None
    except TooMuchError:
        raise
    except (ParseError, RecursionError, LookupError, ValueError) as error:
        raise NotXmlError(f"The body is not XML: {error}") from None
    return root


class _LoginPart:
    """Builds the tree of an envelope without what is inside its operations, and counts.

    Names are counted too: the parser keeps every one that it has met.
    """

    _expat: XMLParserType

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._tree = TreeBuilder()
        self._level = 0
        self._elements = 0
        self._in_body = False
        self._names: set[str] = set()
        self._kept: tuple[Any, Any, Any] = None, None, None  # the handlers of what is kept

    def watch(self, expat: XMLParserType) -> None:
        """Be told by the parser how far it is, and which prefixes it meets."""
        self._expat = expat
        expat.StartNamespaceDeclHandler = lambda prefix, _: self._count((prefix,))

    # -- what is kept: called by the parser, see xml.etree.ElementTree.XMLParser ------------------------------------

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._enter(tag)
        self._count(attributes)
        self._elements += 1
        if self._elements > self._bounds.elements:
            self._refuse(f"has {self._elements} elements or more besides its operation", self._bounds.elements)
        self._tree.start(tag, attributes)
        if self._level == _OPERATION - 1:
            self._in_body = tag == _BODY
        elif self._level == _OPERATION and self._in_body and tag.rpartition("}")[2] != NEEDS_NO_LOGIN:
            self._pass_over()

    def end(self, tag: str) -> None:
        """An element ends."""
        self._level -= 1
        self._tree.end(tag)

    def data(self, text: str) -> None:
        """Text comes."""
        self._tree.data(text)

    def close(self) -> Element:
        """The root."""
        return self._tree.close()

    # -- what is passed over: called by expat itself ---------------------------------------------------------------

    def _pass_over(self) -> None:
        """Keep nothing until the operation ends."""
        expat = self._expat
        self._kept = expat.StartElementHandler, expat.EndElementHandler, expat.CharacterDataHandler
        expat.StartElementHandler, expat.EndElementHandler = self._passed_start, self._passed_end
        expat.CharacterDataHandler = _ignore

    def _passed_start(self, tag: str, attributes: list[str]) -> None:
        self._enter(tag)
        if attributes:  # names and values in turn
            self._count(attributes[::2])

    def _passed_end(self, tag: str) -> None:
        if self._level > _OPERATION:
            self._level -= 1
            return
        expat, (start, end, data) = self._expat, self._kept
        expat.StartElementHandler, expat.EndElementHandler, expat.CharacterDataHandler = start, end, data
        end(tag)

    # -- the bounds ------------------------------------------------------------------------------------------------

    def check_open_tag(self, fed: int) -> None:
        """Refuse a tag, or a comment, that goes on and on: the parser keeps it until it ends.

        Args:
            fed: how many bytes the parser was given.
        """
        size = fed - max(self._expat.CurrentByteIndex, 0)
        if size > self._bounds.text:
            self._refuse(f"has a tag or comment of {size} bytes or more", self._bounds.text)

    def _enter(self, tag: str) -> None:
        self._level += 1
        if self._level > self._bounds.levels:
            self._refuse(f"has elements {self._level} levels deep or deeper", self._bounds.levels)
        if tag not in self._names:
            self._count((tag,))

    def _count(self, names: Iterable[str]) -> None:
        self._names.update(names)
        if len(self._names) > self._bounds.elements:
            self._refuse(f"has {len(self._names)} different names or more", self._bounds.elements)

    @staticmethod
    def _refuse(figure: str, bound: int) -> None:
        raise TooMuchError(f"The envelope {figure}; more than {bound} are not read.")


def _ignore(_: object) -> None:
    """Keep nothing."""
