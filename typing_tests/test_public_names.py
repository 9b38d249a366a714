"""A user's own helpers: every public name, in an annotation or called."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, assert_type

import pytest
import requests
from pytest_httpserver import URIPattern
from werkzeug.test import Client

from pytest_netsuite_tba import (
    Account,
    Behaviour,
    Deployment,
    Entity,
    Integration,
    LoginAttempt,
    NetSuiteServer,
    Refusal,
    Role,
    SoapFault,
    SuiteScriptError,
    Token,
    assert_signed,
    explain,
)
from pytest_netsuite_tba.wire import Limits

RESTLETS = "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=1&deploy=1"


def an_account() -> Account:
    role = Role(id=1010, name="Orders", permissions={"Log in using Access Tokens", "SuiteScript"})
    entity = Entity(email="orders@example.com", roles=[role])
    integration = Integration(name="Order pusher", state="ENABLED")
    token = Token(integration=integration, entity=entity, role=role, name="Nightly")
    return Account(
        "1234567_SB1",
        roles=[role],
        entities=[entity],
        integrations=[integration],
        tokens=[token],
        behaviour=Behaviour(login_failure_status=401),
        restlets=[Deployment(script="customscript_orders", deploy="customdeploy_orders", get={"open": 7})],
    )


def add_order(body: dict[str, Any]) -> dict[str, Any]:
    if "id" not in body:
        raise SuiteScriptError("NO_ID", "An order has an id.")
    return {"id": body["id"]}


def details(attempts: Sequence[LoginAttempt]) -> list[str]:
    return [attempt.detail for attempt in attempts if attempt.detail is not None]


def test_records() -> None:
    with NetSuiteServer(an_account()) as netsuite:
        assert_type(netsuite.account, Account)
        assert_type(netsuite.accounts["1234567_SB1"], Account)
        assert_type(netsuite.token, Token | None)
        assert_type(netsuite.integration, Integration)
        assert_type(netsuite.entity, Entity)
        assert_type(netsuite.role, Role)
        assert_type(netsuite.behaviour, Behaviour)
        assert_type(netsuite.url, str)
        assert_type(netsuite.create_token(name="Another"), Token)
        assert_type(netsuite.account.tokens["Nightly"], Token)
        assert_type(netsuite.account.roles[1010], Role)
        assert_type(netsuite.account.entities["orders@example.com"], Entity)
        assert_type(
            netsuite.account.integrations["Order pusher"].state, Literal["ENABLED", "BLOCKED", "WAITING_FOR_APPROVAL"]
        )


def test_deployments(netsuite: NetSuiteServer) -> None:
    orders = netsuite.deploy(
        "customscript_orders", "customdeploy_orders", post=add_order, get=lambda parameters: parameters
    )
    assert_type(orders, Deployment)
    client = netsuite.credentials.client()
    client.post(netsuite.restlet_url("customscript_orders", "customdeploy_orders", page=7), json={"id": 7})
    assert_type(orders.calls[0].parameters, dict[str, str])
    assert_type(orders.calls[0].method, str)


def test_attempts(netsuite: NetSuiteServer) -> None:
    assert_type(netsuite.refuse_next("nonce_used"), None)
    assert_type(netsuite.arrange_refusal("nonce_used"), Refusal)
    netsuite.clock.freeze("2026-09-21T14:13:20Z")
    netsuite.clock.advance(minutes=7)
    netsuite.faults.add("delay", seconds=0)
    netsuite.credentials.client().get(netsuite.restlet_url("customscript_echo", "customdeploy_echo"))
    attempt = netsuite.audit_trail[-1]
    assert_type(attempt, LoginAttempt)
    assert_type(attempt.time, datetime)
    assert_type(attempt.status, Literal["Success", "Failure", "NotJudged"])
    assert_type(attempt.accepted, bool | None)
    assert_type(attempt.http_status, int | None)
    assert_type(attempt.as_dict(), dict[str, Any])
    diagnosis = attempt.diagnosis
    assert_type(diagnosis.proven, bool)
    assert_type([mistake.id for mistake in diagnosis.mistakes], list[str])
    assert details(netsuite.audit_trail) == ["nonce_used"]


def test_without_a_server() -> None:
    account = Account()
    request = requests.Request("GET", RESTLETS, headers={"Authorization": "OAuth"}).prepare()
    assert_type(explain(request, account), LoginAttempt)
    assert explain(f"GET {RESTLETS} HTTP/1.1\r\n\r\n", account).detail is None
    with pytest.raises(AssertionError):
        assert_signed(request, account)


def test_what_web_services_find(netsuite: NetSuiteServer) -> None:
    netsuite.suiteql("SELECT id FROM customer", [{"id": 7}])
    netsuite.suiteql(re.compile("FROM item"), lambda query: [{"length": len(query)}])
    netsuite.soap("get", '<getResponse xmlns="urn:messages_2023_1.platform.webservices.netsuite.com"/>')
    netsuite.soap("upsert", SoapFault("INVALID_KEY", "No such record."))
    assert_type(netsuite.records.add("customer", {"companyName": "A"}, id=7), dict[str, Any])


def test_the_flow(netsuite: NetSuiteServer) -> None:
    with pytest.raises(ValueError, match="request token"):
        netsuite.authorize("no request token", entity=netsuite.entity, role=netsuite.role, deny=True)


def test_what_was_announced(netsuite: NetSuiteServer) -> None:
    netsuite.expect_request("/own").respond_with_data("a")
    netsuite.expect_oneshot_request("/once").respond_with_json({"a": 1})
    netsuite.expect_ordered_request("/next")
    assert_type(netsuite.httpserver.handlers[0].matcher.uri, str | URIPattern | re.Pattern[str])
    assert_type(len(netsuite.log), int)
    netsuite.check()
    netsuite.check_assertions()
    netsuite.clear()
    netsuite.verify(required=False, strict=False)
    netsuite.restore([Account()])


def test_where_it_listens() -> None:
    netsuite = NetSuiteServer(
        Account(), host="127.0.0.1", port=0, limits=Limits(body_bytes=1_000), history=10, history_bytes=1_000
    )
    netsuite.start()
    assert_type(netsuite.host, str)
    assert_type(netsuite.port, int)
    assert_type(netsuite.limits, Limits)
    assert_type(netsuite.is_running(), bool)
    assert netsuite.proxy is None
    assert netsuite.console is None
    netsuite.stop(grace=0.0)
    answer = Client(netsuite.wsgi_app).get("/services/rest/record/v1/customer")
    assert_type(answer.status_code, int)
    token = netsuite.create_token(name="Another")
    assert_type(netsuite.credentials_for(token).authorization("GET", RESTLETS), str)
