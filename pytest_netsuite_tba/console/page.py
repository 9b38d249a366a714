"""The Login Audit Trail page: one file of this package, its script and style allowed by their hashes."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from werkzeug import Response

if TYPE_CHECKING:
    from werkzeug import Request


def page(_: Request) -> Response:
    """Give the page."""
    text, policy = _loaded()
    return Response(text, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": policy})


@cache
def _loaded() -> tuple[str, str]:
    """Read the page; give it and the policy by which nothing but what it holds is run (CSP level 3)."""
    text = files(__package__).joinpath("page.html").read_text("utf-8")
    policy = (
        "default-src 'none'; connect-src 'self'; img-src data:; "
        f"script-src {_hashes(text, 'script')}; style-src {_hashes(text, 'style')}; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return text, policy


def _hashes(text: str, element: str) -> str:
    contents = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in contents)
