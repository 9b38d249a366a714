"""A fake NetSuite that verifies Token-Based Authentication by the real rules.

The public names are loaded when they are first used (PEP 562), so that importing
the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .account.behaviour import Behaviour
    from .account.records import Account, Entity, Integration, Role, Token
    from .account.scripts import Deployment, SuiteScriptError
    from .judge import assert_signed, explain
    from .login.audit_trail import LoginAttempt
    from .login.refusal import Refusal
    from .server import NetSuiteServer

__all__ = [
    "Account",
    "Behaviour",
    "Deployment",
    "Entity",
    "Integration",
    "LoginAttempt",
    "NetSuiteServer",
    "Refusal",
    "Role",
    "SuiteScriptError",
    "Token",
    "assert_signed",
    "explain",
]

_HOMES = {
    "Account": "account.records",
    "Behaviour": "account.behaviour",
    "Deployment": "account.scripts",
    "Entity": "account.records",
    "Integration": "account.records",
    "LoginAttempt": "login.audit_trail",
    "NetSuiteServer": "server",
    "Refusal": "login.refusal",
    "Role": "account.records",
    "SuiteScriptError": "account.scripts",
    "Token": "account.records",
    "assert_signed": "judge",
    "explain": "judge",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
