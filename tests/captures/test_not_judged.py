"""Each request is judged by the rules of its own door, and what no rule is known for is not judged."""

import pytest

from pytest_netsuite_tba import Account, Entity
from pytest_netsuite_tba.captures.capture import request_to
from pytest_netsuite_tba.captures.judge import NO_SECRETS, UNCHECKED_STEP, UNCHECKED_USER, Judge
from pytest_netsuite_tba.captures.not_judged import kind_without_login
from pytest_netsuite_tba.clients.credentials import Credentials
from pytest_netsuite_tba.login.request import SignedRequest
from pytest_netsuite_tba.login.verdict import Diagnosis

ACCOUNT = "1234567_SB1"
RESTLETS, APP = "https://1234567-sb1.restlets.api.netsuite.com", "https://1234567-sb1.app.netsuite.com"
RESTLET = f"{RESTLETS}/app/site/hosting/restlet.nl?script=1&deploy=1"
PASSWORD = "a password that is said"


def account():
    made = Account(ACCOUNT, entities=[Entity(email="who@example.com", password=PASSWORD)])
    made.tokens["Default token"].integration.issue_token_endpoint = True
    return made


def judged(url, authorization=None, *more, method="GET", records=None, unsure=None, body=b""):
    headers = [*([] if authorization is None else [("Authorization", authorization)]), *more]
    request = request_to(url, "a test", method=method, headers=headers, body=body)
    return Judge([account()] if records is None else records).judge(request, unsure=unsure)


def nlauth(password=PASSWORD, email="who@example.com", **more):
    values = {"account": ACCOUNT, "email": email, "signature": password.replace(" ", "%20")} | more
    return "NLAuth " + ", ".join(f"nlauth_{name}={value}" for name, value in values.items() if value)


def signed(url, method="GET"):
    return credentials(next(iter(account().tokens.values()))).authorization(method, url)


def credentials(token):
    integration = token.integration
    return Credentials(
        account=ACCOUNT, consumer_key=integration.consumer_key, consumer_secret=integration.consumer_secret,
        token_id=token.id, token_secret=token.secret,
    )  # fmt: skip


def key():
    return next(iter(account().integrations.values())).consumer_key


# -- doors that take user credentials -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://rest.netsuite.com/rest/roles",
        f"{RESTLETS}/rest/roles",
        f"{APP}/rest/roles",
        f"{RESTLETS}/rest/issuetoken?consumerKey=KEY",
        "https://rest.netsuite.com/rest/issuetoken?consumerKey=KEY",
    ],
)
def test_user_credentials_are_right_where_they_belong(url):
    url = url.replace("KEY", key())

    assert judged(url, nlauth()).accepted
    assert judged(url, nlauth(account="")).accepted == ("issuetoken" not in url)  # only roles needs no account
    wrong = judged(url, nlauth("wrong"))
    assert (wrong.accepted, wrong.refusal.id) == (False, "user-wrong-credentials")
    by_token = judged(url, signed(url))
    assert (by_token.accepted, by_token.refusal.id) == (False, "user-no-credentials")
    assert "not NLAuth" in by_token.cause


def test_user_credentials_stay_wrong_elsewhere():
    for url in (RESTLET, f"{RESTLETS}/rest/tokeninfo"):
        assert judged(url, nlauth()).refusal.id == "user-credentials"


def test_a_token_tells_of_itself_by_its_signature():
    url = f"{RESTLETS}/rest/tokeninfo"

    assert judged(url, signed(url)).accepted
    assert judged(url, signed(url), method="POST").refusal.id == "method-not-allowed"


def test_a_password_that_the_records_do_not_say_is_not_called_wrong():
    """A default one is made up; and who said no user at all said nothing of other users."""
    url = f"{RESTLETS}/rest/roles"
    for records, email in (
        ([Account(ACCOUNT)], "integration@example.com"),
        ([Account(ACCOUNT)], "who@example.com"),
        ([Account(ACCOUNT, entities=[Entity(email="who@example.com")])], "who@example.com"),
        ([], "who@example.com"),
    ):
        attempt = judged(url, nlauth(email=email), records=records)
        assert (attempt.status, attempt.cause, attempt.code) == ("NotJudged", UNCHECKED_USER, None)
    assert judged(url, nlauth(email="nobody@example.com")).accepted is False


def test_a_request_token_is_in_no_record():
    url = f"{RESTLETS}/rest/accesstoken"
    header = signed(url, "POST").replace("OAuth ", 'OAuth oauth_verifier="x", ')

    attempt = judged(url, header, method="POST")

    assert (attempt.accepted, attempt.cause) == (None, UNCHECKED_STEP)


# -- what nobody logs in to by a token ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/app/site/hosting/scriptlet.nl?script=1&deploy=1", "a Suitelet takes no token."),
        ("/core/media/media.nl?id=1&c=1234567&h=0", "a file of the File Cabinet takes no token."),
        ("/app/common/media/mediaitem.nl?id=1", "a file of the File Cabinet takes no token."),
        ("/services/rest/auth/oauth2/v1/token", "it is an endpoint of OAuth 2.0, which is not judged here."),
        ("/app/login/oauth2/authorize.nl", "it is an endpoint of OAuth 2.0, which is not judged here."),
        ("/app/login/secure/authorizetoken.nl?oauth_token=x", "it is a page where users log in."),
        ("/wsdl/v2025_2_0/netsuite.wsdl", "a WSDL is for everybody."),
        ("/rest/datacenterurls?account=1234567_SB1", "it answers everybody."),
        ("/app/center/card.nl", "what is there takes no token."),
        ("/rest/roles2", "what is there takes no token."),
    ],
)
@pytest.mark.parametrize("host", [RESTLETS, APP, "https://1234567-sb1.extforms.netsuite.com", "http://127.0.0.1:8000"])
def test_a_path_that_no_token_service_owns(path, said, host):
    """However well it is signed: nothing there looks at the signature."""
    url = host + path
    attempt = judged(url, signed(url))

    assert (attempt.status, attempt.accepted, attempt.code, attempt.detail) == ("NotJudged", None, None, None)
    assert attempt.cause.startswith("No token service owns this path, /")
    assert attempt.cause.endswith(said)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_access_token_is_of_oauth_2(method):
    assert judged(RESTLET, "Bearer eyJhbGciOi.eyJzdWIi.c2ln", method=method).accepted is None
    assert judged(RESTLET, 'Bearer realm="1234567_SB1", oauth_token="x"').refusal.id == "other-scheme"


def test_without_a_header_on_the_host_of_restlets_it_is_refused_as_ever():
    assert judged(RESTLET).refusal.id == "no-authorization"
    assert judged(RESTLET, None, ("Cookie", "NS_ROUTING_VERSION=LAGGING")).refusal.id == "no-authorization"
    assert judged(RESTLET, None, ("Cookie", "a=b; JSESSIONID=x")).accepted is None


# -- what a tool took out -----------------------------------------------------------------------------------------

WHOLE = [
    "***",
    "*",
    "[REDACTED]",
    "<redacted>",
    "REDACTED",
    "\u2588\u2588",
    "OAuth ***",
    "OAuth [Filtered]",
    "OAuth ...",
    "NLAuth ****",
]


@pytest.mark.parametrize("value", WHOLE)
def test_a_redacted_header_is_called_so(value):
    attempt = judged(RESTLET, value)

    assert attempt.accepted is None
    assert attempt.cause.startswith("The header was redacted by the tool")
    assert attempt.diagnosis == Diagnosis()


@pytest.mark.parametrize(
    "name", ["oauth_consumer_key", "oauth_token", "oauth_nonce", "oauth_timestamp", "oauth_signature"]
)
@pytest.mark.parametrize(
    "mask",
    [
        "***",
        "[REDACTED]",
        "<SECRET>",
        "%3CTOKEN%3E",
        "xxxxxxxx",
        "\u2022\u2022\u2022\u2022",
        "8b71***acad",
        "8b71...acad",
    ],
)
def test_a_redacted_value_is_called_so(name, mask):
    if name in {"oauth_nonce", "oauth_timestamp"} and mask.startswith("8b71"):
        mask = "..."
    before, _, rest = signed(RESTLET).partition(f'{name}="')
    attempt = judged(RESTLET, f'{before}{name}="{mask}"{rest[rest.index(chr(34)) + 1 :]}')

    assert attempt.accepted is None
    assert attempt.cause.startswith(f"The header was redacted by the tool: {name} is ")


def test_a_variable_that_was_not_filled_in():
    attempt = judged(RESTLET, signed(RESTLET).replace(key(), "{{consumerKey}}"))

    assert attempt.accepted is None
    assert "oauth_consumer_key is the variable '{{consumerKey}}'" in attempt.cause


def test_a_masked_password_is_not_shown():
    attempt = judged(f"{RESTLETS}/rest/roles", nlauth("****"))

    assert (attempt.accepted, attempt.cause) == (
        None,
        "The header was redacted by the tool: nlauth_signature is masked.",
    )
    assert judged(f"{RESTLETS}/rest/roles", nlauth("[odd]")).accepted is False


def test_what_the_records_know_is_no_mask():
    """A key of a test's own may look like one."""
    records = Account(ACCOUNT)
    token = next(iter(records.tokens.values()))
    token.id = token.integration.consumer_key = "xxxxxxxx"
    header = credentials(token).authorization("GET", RESTLET)

    assert judged(RESTLET, header, records=[records]).accepted


def test_without_secrets_a_right_header_is_not_judged():
    """Not even where it is signed by the secrets that are made up by default."""
    before, _, _ = signed(RESTLET).partition("oauth_signature=")
    attempt = judged(RESTLET, f'{before}oauth_signature="AAAA"', records=[])

    assert (attempt.status, attempt.cause, attempt.refusal) == ("NotJudged", NO_SECRETS, None)
    assert attempt.diagnosis.expected_base_string
    assert judged(RESTLET, signed(RESTLET), records=[]).cause == NO_SECRETS


def test_a_preflight_is_known_by_its_origin_too():
    """A tool that drops headers leaves OPTIONS and Origin of it."""
    request = SignedRequest(
        method="OPTIONS",
        target="/app/site/hosting/restlet.nl",
        host="1234567-sb1.restlets.api.netsuite.com",
        headers=(("Origin", "https://shop.example"),),
    )

    assert "CORS preflight" == kind_without_login(request)
