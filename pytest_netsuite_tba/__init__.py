"""A fake NetSuite that verifies Token-Based Authentication by the real rules.

The public names are loaded when they are first used (PEP 562), so that importing
the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_netsuite_tba.account.behaviour import Behaviour
    from pytest_netsuite_tba.account.records import Account, Integration, Token
    from pytest_netsuite_tba.account.scripts import Deployment, SuiteScriptError
    from pytest_netsuite_tba.account.users import Entity, Role
    from pytest_netsuite_tba.account.web_services import SoapFault
    from pytest_netsuite_tba.captures.judge import assert_signed, explain
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.server.server import NetSuiteServer

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
    "SoapFault",
    "SuiteScriptError",
    "Token",
    "assert_signed",
    "explain",
]

_HOMES = {
    "Account": "account.records",
    "Behaviour": "account.behaviour",
    "Deployment": "account.scripts",
    "Entity": "account.users",
    "Integration": "account.records",
    "LoginAttempt": "login.audit_trail",
    "NetSuiteServer": "server.server",
    "Refusal": "login.refusal",
    "Role": "account.users",
    "SoapFault": "account.web_services",
    "SuiteScriptError": "account.scripts",
    "Token": "account.records",
    "assert_signed": "captures.judge",
    "explain": "captures.judge",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
