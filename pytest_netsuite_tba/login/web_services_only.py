"""What a role with the Web Services Only box ticked meets at each way into an account: one table.

The checks, the docs and the test of the whole truth are made of it.
"""

from __future__ import annotations

from typing import NamedTuple


class WayIn(NamedTuple):
    """A way into an account.

    Attributes:
        title: what it is called.
        refusal: id of the refusal that a role with the box ticked meets, or None where it is let in; every other
            role is let in everywhere.
        source: who says so.
    """

    title: str
    refusal: str | None
    source: str


WAYS_IN: dict[str, WayIn] = {
    "restlet": WayIn("RESTlets", "web-services-only", "Oracle section_4254801119, chapter_157011522878"),
    "rest": WayIn("REST web services", None, "Oracle section_N3424894: web services calls only"),
    "soap": WayIn("SOAP web services", None, "the same"),
    "tokeninfo": WayIn("tokeninfo and revoketoken, signed", "web-services-only", "no source: they are no web services"),
    "issuetoken": WayIn("issuetoken and revoketoken, by password", "user-web-services-only", "the same"),
    "ui": WayIn("The authorize page, then accesstoken", "user-web-services-only", "Oracle section_N3424894: no UI"),
}
