"""Which hosts are an account's, and which roles are a user's: /rest/datacenterurls and /rest/roles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pytest_netsuite_tba.account.records import NETSUITE
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.tokens.user_checks import ENTITY_CHECKS, UserLogin, unusable

from .endpoints import Endpoints, RefusedError, account_of, host_names, json_answer, parameter, user_credentials
from .hosts import host_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug import Response

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.account.users import Entity
    from pytest_netsuite_tba.login.request import SignedRequest

    from .endpoints import Endpoint

# Observed: `_SB1` works, `-sb1` does not (rules, section 6).
_ACCOUNT_ID = re.compile(r"[A-Za-z0-9]+(?:_[A-Za-z0-9]+)?")
_LONGEST_ID = 64


class Discovery(Endpoints):
    """Neither is a login: NetSuite's own trail shows nothing of them."""

    def endpoints(self) -> dict[str, tuple[str, Endpoint]]:
        """Give the method and the answer of each path."""
        return {"/rest/datacenterurls": ("GET", self.data_center_urls), "/rest/roles": ("GET", self.roles)}

    def data_center_urls(self, signed: SignedRequest, _: Account | None) -> Response:
        """Tell an account's domains to anybody (Oracle chapter_157011836591)."""
        sent = {name for name, _ in signed.query_parameters}
        wanted = parameter(signed, "c" if "c" in sent and "account" not in sent else "account")
        if len(wanted) > _LONGEST_ID or _ACCOUNT_ID.fullmatch(wanted) is None:
            raise RefusedError(
                BY_TOKEN_ID["bad-parameter"]
                .because(f"{wanted[:80]!r} is no account id; write it as NetSuite does, as 1234567_SB1.")
                .saying("Company ID is invalid")
            )
        account = self.fake.accounts.get(wanted)
        return json_answer(domains(account))

    def roles(self, signed: SignedRequest, account: Account | None) -> Response:
        """List a user's roles; a call that names the account lists that account's only (Oracle section_4639983016)."""
        credentials = user_credentials(signed)
        desk, account = self.fake.desk, host_names(signed, account)
        if credentials.account:
            homes: tuple[Account, ...] = (account_of(credentials, account, self.fake.accounts),)
        elif not (credentials.email and credentials.password):
            raise RefusedError(BY_TOKEN_ID["user-incomplete"])
        else:
            homes = (account,) if account else desk.homes(credentials.email, credentials.password)
        listed: list[object] = []
        for home in homes:
            login = UserLogin(home, credentials, remote_address=signed.remote_address)
            attempt = desk.log_in(signed, login, ENTITY_CHECKS, logged=False)
            if attempt.refusal is not None:
                return self.refused(attempt)
            self.fake.audit_trail.answered(attempt, 200)
            with home.lock:
                listed += _roles(home, login.found_entity, named=bool(credentials.account or account))
        return json_answer(listed)


def _roles(account: Account, entity: Entity, *, named: bool) -> Iterator[object]:
    for role in entity.roles:
        if unusable(entity, role) is None and (named or not role.customer_center):
            yield {
                "account": {"internalId": account.id, "name": account.name, "type": account.type},
                "role": {"internalId": role.id, "name": role.name},
                "dataCenterURLs": domains(account),
            }


def domains(account: Account | None) -> dict[str, str]:
    """Give an account's domains; those that all accounts share where it is not known."""
    if account is None:
        shared = {"webservicesDomain": "webservices", "restDomain": "rest", "systemDomain": "system"}
        return {name: f"https://{label}{NETSUITE}" for name, label in shared.items()}
    return {
        "webservicesDomain": f"https://{host_of('rest', account)}",
        "restDomain": f"https://{host_of('restlet', account)}",
        "systemDomain": f"https://{host_of('ui', account)}",
    }
