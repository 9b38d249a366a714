"""Push orders to a RESTlet in NetSuite, signed with Token-Based Authentication.

An ordinary integration: it reads its credentials from the environment and knows nothing of any test.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import requests
from requests_oauthlib import OAuth1

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RESTLET = "/app/site/hosting/restlet.nl"
SCRIPT = {"script": "customscript_orders", "deploy": "customdeploy_orders"}
TIMEOUT_SECONDS = 30
PAUSES = (1.0, 5.0, 25.0)  # seconds before the second, third and fourth attempt


class OrderRefusedError(Exception):
    """NetSuite did not take the order, and would not if it were sent again.

    Attributes:
        status: HTTP status of the answer.
        code: NetSuite's error code, or None where the answer has none.

    """

    def __init__(self, status: int, code: str | None, message: str) -> None:
        super().__init__(f"NetSuite answered {status} {code or ''}: {message}")
        self.status = status
        self.code = code


class OrderNotSentError(Exception):
    """NetSuite could not be reached, or was too busy, at every attempt."""


class OrderPusher:
    """Pushes orders, and tries again where that can help.

    Args:
        environ: where the six ``NETSUITE_...`` variables are.
        sleep: waits for so many seconds.

    """

    def __init__(self, environ: Mapping[str, str] = os.environ, sleep: Callable[[float], None] = time.sleep) -> None:
        self.url = environ["NETSUITE_BASE_URL"] + RESTLET
        self.sleep = sleep
        self.session = requests.Session()
        self.session.auth = OAuth1(  # signs each request anew: another nonce, the time of that attempt
            environ["NETSUITE_CONSUMER_KEY"],
            environ["NETSUITE_CONSUMER_SECRET"],
            environ["NETSUITE_TOKEN_ID"],
            environ["NETSUITE_TOKEN_SECRET"],
            signature_method="HMAC-SHA256",
            realm=environ["NETSUITE_ACCOUNT"],
        )

    def push(self, order: dict[str, Any]) -> int:
        """Send one order and give its internal id in NetSuite.

        An order may arrive twice, when the connection drops after NetSuite has taken it; the RESTlet is to
        tell by ``order["number"]``.

        Raises:
            OrderRefusedError: NetSuite refused the login or the order.
            OrderNotSentError: the last attempt failed as well.

        """
        problem = ""
        for pause in (*PAUSES, None):
            try:
                answer = self._post(order)
            except requests.ConnectionError as error:
                problem = str(error)
            else:
                if answer.status_code == requests.codes.ok:
                    return int(answer.json()["id"])
                status, code, problem = answer.status_code, *_error_in(answer)
                if status != requests.codes.unavailable and code != "SSS_REQUEST_LIMIT_EXCEEDED":
                    raise OrderRefusedError(status, code, problem)
            if pause is not None:
                self.sleep(pause)
        raise OrderNotSentError(f"order {order['number']} was tried {len(PAUSES) + 1} times: {problem}")

    def _post(self, order: dict[str, Any]) -> requests.Response:
        # A redirect would be followed without a signature, and as a GET.
        return self.session.post(self.url, params=SCRIPT, json=order, timeout=TIMEOUT_SECONDS, allow_redirects=False)

    def close(self) -> None:
        """Close the connections."""
        self.session.close()


def _error_in(answer: requests.Response) -> tuple[str | None, str]:
    """Give NetSuite's code and message, as far as the answer has them."""
    try:
        error = answer.json()["error"]
        return error["code"], error["message"]
    except (ValueError, KeyError, TypeError):
        return None, answer.reason
