"""The token endpoints: requesttoken, accesstoken, issuetoken, revoketoken, tokeninfo (Oracle chapter_157017286140)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_netsuite_tba.login.channels import CHECKS
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID
from pytest_netsuite_tba.oauth1.encoding import percent_encode
from pytest_netsuite_tba.tokens.user_checks import REVOKE_CHECKS, UserLogin, find_token, why_not_revocable

from .bodies import Answer
from .endpoints import Endpoints, account_of, host_names, json_answer, parameter, user_credentials

if TYPE_CHECKING:
    from werkzeug import Response

    from pytest_netsuite_tba.account.records import Account
    from pytest_netsuite_tba.login.audit_trail import LoginAttempt
    from pytest_netsuite_tba.login.checks import Login
    from pytest_netsuite_tba.login.gate import Gate
    from pytest_netsuite_tba.login.refusal import Refusal
    from pytest_netsuite_tba.login.request import SignedRequest

    from .endpoints import Endpoint

FORM = "application/x-www-form-urlencoded; charset=utf-8"


class TokenEndpoints(Endpoints):
    """How tokens are made, revoked and looked at."""

    def endpoints(self) -> dict[str, tuple[str, Endpoint]]:
        """Give the method and the answer of each path."""
        return {
            "/rest/requesttoken": ("POST", self.request_token),
            "/rest/accesstoken": ("POST", self.access_token),
            "/rest/issuetoken": ("GET", self.issue_token),
            "/rest/revoketoken": ("GET", self.revoke_token),
            "/rest/tokeninfo": ("GET", self.token_info),
        }

    # -- the authorization flow ------------------------------------------------------------------------------

    def request_token(self, signed: SignedRequest, account: Account | None) -> Response:
        """Step 1 (Oracle section_156338994830)."""
        attempt, token = self.fake.desk.request_token(signed, self._named(signed, account))
        if token is None:
            return self.refused(attempt)
        pairs = {"oauth_token": token.id, "oauth_token_secret": token.secret, "oauth_callback_confirmed": "true"}
        return self.answered(attempt, _form(pairs | ({"role": token.role} if token.role else {})))

    def access_token(self, signed: SignedRequest, account: Account | None) -> Response:
        """Step 3 (Oracle section_156537025868)."""
        attempt, token = self.fake.desk.access_token(signed, self._named(signed, account))
        if token is None:
            return self.refused(attempt)
        return self.answered(attempt, _form({"oauth_token": token.id, "oauth_token_secret": token.secret}))

    def _named(self, signed: SignedRequest, account: Account | None) -> Account | None:
        """Give the account if the request names it: by NetSuite's host, by the realm, or as the only one there is."""
        if account is None or len(self.fake.accounts) == 1:
            return account
        header = signed.authorization
        realm = header is not None and any(one.name == "realm" for one in header.parameters)
        return account if realm else host_names(signed, account)

    # -- by user credentials, or by a signature --------------------------------------------------------------

    def issue_token(self, signed: SignedRequest, account: Account | None) -> Response:
        """A token for user credentials; never OAuth-signed."""
        credentials = user_credentials(signed)
        consumer_key, name = parameter(signed, "consumerKey"), parameter(signed, "name", required=False)
        account = account_of(credentials, host_names(signed, account), self.fake.accounts)
        accounts = self.fake.accounts.values()
        login = UserLogin(
            account,
            credentials,
            remote_address=signed.remote_address,
            consumer_key=consumer_key,
            accounts=accounts,
        )
        attempt, token = self.fake.desk.issue(signed, login, name)
        if token is None:
            return self.refused(attempt)
        return self.answered(attempt, json_answer({"tokenId": token.id, "tokenSecret": token.secret}))

    def revoke_token(self, signed: SignedRequest, account: Account | None) -> Response:
        """The end of a token, by its user's credentials or by a signature."""
        header = signed.authorization
        if header is not None and header.scheme.lower() == "nlauth":
            return self._revoke_by_user(signed, account)
        consumer_key, token_id = parameter(signed, "consumerKey"), parameter(signed, "token")
        gate = self._gate(account)

        def role_may_revoke(login: Login) -> Refusal | None:
            may = login.found_token.role.may_make_tokens
            return None if may else BY_TOKEN_ID["user-insufficient-permission"]

        def token_is_ones_own(login: Login) -> Refusal | None:
            return why_not_revocable(login.account, login.found_token.entity, consumer_key, token_id)

        with gate.account.lock:
            attempt, token = gate.judge(signed, "token", (*CHECKS["token"], role_may_revoke, token_is_ones_own))
            if token is None:
                return self.refused(attempt, challenge=True)
            return self.answered(attempt, _revoked(gate.account, token_id, attempt))

    def _revoke_by_user(self, signed: SignedRequest, account: Account | None) -> Response:
        credentials = user_credentials(signed)
        consumer_key, token_id = parameter(signed, "consumerKey"), parameter(signed, "token")
        account = account_of(credentials, host_names(signed, account), self.fake.accounts)
        login = UserLogin(
            account,
            credentials,
            remote_address=signed.remote_address,
            consumer_key=consumer_key,
            token_id=token_id,
        )
        with self.fake.desk.lock, account.lock:
            attempt = self.fake.desk.log_in(signed, login, REVOKE_CHECKS, application=login.integration)
            if attempt.refusal is not None:
                return self.refused(attempt)
            return self.answered(attempt, _revoked(account, token_id, attempt))

    def token_info(self, signed: SignedRequest, account: Account | None) -> Response:
        """Tell what a token stands for; OAuth-signed. Its field names are our guess (rules 7.2)."""
        gate = self._gate(account)
        attempt, token = gate.judge(signed, "token")
        if token is None:
            return self.refused(attempt, challenge=True)
        facts = {
            "companyName": gate.account.name,
            "companyId": gate.account.id,
            "userId": token.entity.id,
            "roleName": token.role.name,
            "roleId": token.role.id,
        }
        return self.answered(attempt, json_answer(facts))

    def _gate(self, account: Account | None) -> Gate:
        gates = self.fake.gates
        return next(iter(gates.values())) if account is None else gates[account.id]


def _form(pairs: dict[str, str]) -> Response:
    body = "&".join(f"{name}={percent_encode(value)}" for name, value in pairs.items())
    return Answer(body.encode(), status=200, content_type=FORM)


def _revoked(account: Account, token_id: str, attempt: LoginAttempt) -> Response:
    token = find_token(token_id, account)
    assert token is not None  # noqa: S101  (checked under the same lock)
    token.revoke()
    attempt.token_name = token.name
    return Answer(b"", status=200, content_type="text/plain; charset=utf-8")
