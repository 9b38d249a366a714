"""The order pusher against a fake NetSuite that checks every signature."""
# mypy: allow-untyped-defs, allow-untyped-calls

import pytest
from order_pusher import PAUSES, OrderNotSentError, OrderPusher, OrderRefusedError

from pytest_netsuite_tba import SuiteScriptError

ORDER = {"number": "SO-1001", "lines": [{"item": "Crème brûlée", "quantity": 2}]}


@pytest.fixture
def waits():
    """Seconds that the pusher waited: the list grows, the test does not."""
    return []


@pytest.fixture
def pusher(netsuite_env, waits):
    one = OrderPusher(sleep=waits.append)
    yield one
    one.close()


@pytest.fixture
def orders(netsuite):
    """The RESTlet that takes orders; ``orders.calls`` is what arrived there."""
    return netsuite.deploy("customscript_orders", "customdeploy_orders", post={"id": 4711})


# -- the good days -------------------------------------------------------------------------------------------------


def test_an_order_arrives(pusher, orders):
    assert pusher.push(ORDER) == 4711
    assert [call.body for call in orders.calls] == [ORDER]


def test_the_script_can_be_a_function_of_the_order(pusher, netsuite):
    netsuite.deploy("customscript_orders", "customdeploy_orders", post=lambda order: {"id": len(order["lines"])})
    assert pusher.push(ORDER) == 1


# -- NetSuite has trouble: trying again helps ----------------------------------------------------------------------


def test_an_unavailable_netsuite_is_tried_again(pusher, orders, netsuite, waits):
    netsuite.faults.add("unavailable", times=2)
    assert pusher.push(ORDER) == 4711
    assert waits == [1.0, 5.0]
    assert len(orders.calls) == 1


def test_a_busy_netsuite_is_tried_again(pusher, netsuite, waits):
    def take(_order):
        if not waits:
            raise SuiteScriptError("SSS_REQUEST_LIMIT_EXCEEDED", "Request Limit Exceeded!")
        return {"id": 4711}

    netsuite.deploy("customscript_orders", "customdeploy_orders", post=take)
    assert pusher.push(ORDER) == 4711
    assert waits == [1.0]


def test_a_retry_after_a_dropped_connection_is_signed_anew(pusher, orders, netsuite):
    # The connection drops after the script has run: this nonce is spent. Sent again with the same header,
    # the order would be refused with nonce_used, and an unannounced refusal fails the test.
    netsuite.faults.add("reset", after_script=True)
    assert pusher.push(ORDER) == 4711
    assert [attempt.status for attempt in netsuite.audit_trail] == ["Success", "Success"]
    assert [call.body["number"] for call in orders.calls] == ["SO-1001", "SO-1001"]


def test_the_pusher_gives_up_in_the_end(pusher, orders, netsuite, waits):
    netsuite.faults.add("reset", times=4)
    with pytest.raises(OrderNotSentError, match="SO-1001"):
        pusher.push(ORDER)
    assert tuple(waits) == PAUSES
    assert not orders.calls


# -- NetSuite refuses: trying again does not -----------------------------------------------------------------------


def test_a_revoked_token_is_reported(pusher, netsuite, waits):
    netsuite.token.revoke()
    with netsuite.expect_refusal("token_rejected", count=1), pytest.raises(OrderRefusedError) as refused:
        pusher.push(ORDER)
    assert (refused.value.status, refused.value.code) == (401, "INVALID_LOGIN_ATTEMPT")
    assert not waits


def test_a_wrong_clock_is_reported(pusher, netsuite):
    netsuite.clock.skew(minutes=7)
    with netsuite.expect_refusal("InvalidTimestamp"), pytest.raises(OrderRefusedError) as refused:
        pusher.push(ORDER)
    assert refused.value.code == "INVALID_REQUEST"


def test_a_wrong_secret_is_reported(netsuite, netsuite_env):
    pusher = OrderPusher(netsuite_env | {"NETSUITE_TOKEN_SECRET": "that of another token"})
    with netsuite.expect_refusal("InvalidSignature"), pytest.raises(OrderRefusedError):
        pusher.push(ORDER)
    pusher.close()


def test_every_refused_login_is_reported_and_never_repeated(netsuite_refusal, pusher, orders, waits):
    """Runs once for each way that NetSuite has of refusing a login."""
    with pytest.raises(OrderRefusedError) as refused:
        pusher.push(ORDER)
    assert (refused.value.status, refused.value.code) == (netsuite_refusal.status, netsuite_refusal.code)
    assert not waits
    assert not orders.calls


def test_an_error_of_the_script_is_reported(pusher, netsuite):
    def take(_order):
        raise SuiteScriptError("RCRD_DSNT_EXIST", "That record does not exist.")

    netsuite.deploy("customscript_orders", "customdeploy_orders", post=take)
    with pytest.raises(OrderRefusedError) as refused:
        pusher.push(ORDER)
    assert (refused.value.status, refused.value.code) == (400, "RCRD_DSNT_EXIST")


def test_a_redirect_to_another_data_center_is_not_followed_unsigned(pusher, orders, netsuite):
    netsuite.faults.add("wrong_data_center")
    with pytest.raises(OrderRefusedError) as refused:
        pusher.push(ORDER)
    assert refused.value.status == 302
    assert not orders.calls


# -- an account of your own ----------------------------------------------------------------------------------------


@pytest.mark.netsuite(file="account.toml")
def test_orders_go_to_the_account_in_the_file(pusher, netsuite):
    assert pusher.push(ORDER) == 1001
    login = netsuite.audit_trail[-1]
    assert (login.application, login.user, login.role) == ("Web shop", "Shop Integration", "Order entry")


@pytest.mark.netsuite(file="account.toml")
def test_the_warehouse_role_may_not_enter_orders(pusher, netsuite):
    netsuite.token.role = netsuite.accounts["7654321"].roles[1012]
    with pytest.raises(OrderRefusedError) as refused:
        pusher.push(ORDER)
    assert (refused.value.status, refused.value.code) == (403, "INSUFFICIENT_PERMISSION")
