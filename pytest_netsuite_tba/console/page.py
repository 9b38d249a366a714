"""The Login Audit Trail page, and what a browser without the token gets: each in one piece, allowed by its hashes."""

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
    """Read a page with its style and script, and make the policy by which nothing else is run (CSP level 3)."""
    text = _read(name)
    text = text.replace('<link rel="stylesheet" href="page.css">', f"<style>\n{_read('page.css')}</style>")
    module = '<script type="module"'
    text = text.replace(f'{module} src="page.js"></script>', f"{module}>\n{_read('page.js')}</script>")
    return text, (
        "default-src 'none'; connect-src 'self'; img-src data:; "
        f"script-src {_hashes(text, 'script')}; style-src {_hashes(text, 'style')}; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _hashes(text: str, element: str) -> str:
    contents = re.findall(rf"<{element}[^>]*>(.*?)</{element}>", text, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() for content in contents)
    return " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
