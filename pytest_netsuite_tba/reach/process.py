"""This process as its own HTTP libraries see it: environment variables, and what they had read of them before."""

from __future__ import annotations

import os
import ssl
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .trust import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_AIOHTTP = "aiohttp.connector"
_AIOHTTP_CONTEXT = "_SSL_CONTEXT_VERIFIED"  # made when aiohttp is imported (3.10 and later), and kept


@contextmanager
def set_variables(variables: Mapping[str, str]) -> Iterator[None]:
    """Set the variables, have urllib and aiohttp read them anew, and put everything back in the end."""
    before = {name: os.environ.get(name) for name in (*variables, *UNSET)}
    opener = urllib.request._opener  # type: ignore[attr-defined]  # noqa: SLF001  (no public way to put it back)
    context = _aiohttp_context()
    _set({name: variables.get(name) for name in before})
    urllib.request.install_opener(None)  # urlopen() then makes one of the environment
    _set_aiohttp_context(ssl.create_default_context)
    try:
        yield
    finally:
        _set(before)
        urllib.request.install_opener(opener)
        _set_aiohttp_context(lambda: context or ssl.create_default_context())


def _set(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _aiohttp_context() -> ssl.SSLContext | None:
    return getattr(sys.modules.get(_AIOHTTP), _AIOHTTP_CONTEXT, None)


def _set_aiohttp_context(make: Callable[[], ssl.SSLContext]) -> None:
    """Replace the context of an aiohttp that is already imported, with the protocols that it asks for."""
    old = _aiohttp_context()
    if old is not None:
        new = make()
        if new is not old:
            new.set_alpn_protocols(("http/1.1",))
        setattr(sys.modules[_AIOHTTP], _AIOHTTP_CONTEXT, new)
