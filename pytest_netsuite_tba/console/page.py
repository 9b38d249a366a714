"""The Login Audit Trail page, and what a browser without the token gets: a file each, allowed by their hashes."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from werkzeug import Response

if TYPE_CHECKING:
    from .answers import ApiError

_NONE = "'none'"


def page() -> Response:
    """Answer with the page."""
    return _answer("page.html")


def locked(error: ApiError) -> Response:
    """Say in plain HTML how the page is opened, with the error's status and headers."""
    response = _answer("locked.html", error.status)
    response.headers.extend(error.headers)
    return response


def _answer(name: str, status: int = 200) -> Response:
    text, policy = _loaded(name)
    headers = {"Content-Security-Policy": policy}
    return Response(text, status=status, content_type="text/html; charset=utf-8", headers=headers)


@cache
def _loaded(name: str) -> tuple[str, str]:
    """Read a page; give it and the policy by which nothing but what it holds is run (CSP level 3)."""
    text = files(__package__).joinpath(name).read_text("utf-8")
    policy = (
        "default-src 'none'; connect-src 'self'; img-src data:; "
        f"script-src {_hashes(text, 'script') or _NONE}; style-src {_hashes(text, 'style')}; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    return text, policy


def _hashes(text: str, element: str) -> str:
    contents = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in contents)
