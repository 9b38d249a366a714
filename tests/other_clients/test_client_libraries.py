"""netsuite (jacobsvante) and netsuitesdk (Fyle), unmodified, through NetSuite's own host names."""

from pathlib import Path

import anyio
import pytest
import zeep
from netsuite import Config, NetSuite, TokenAuth
from netsuite.exceptions import NetsuiteAPIRequestError
from netsuitesdk import NetSuiteLoginError, NetSuiteRateLimitError
from netsuitesdk.internal.client import NetSuiteClient

WSDL = Path(__file__).with_name("netsuite.wsdl")
MESSAGES = "urn:messages_2024_1.platform.webservices.netsuite.com"
CORE = "urn:core_2024_1.platform.webservices.netsuite.com"
CUSTOMER = (
    f'<getResponse xmlns="{MESSAGES}"><readResponse><c:status xmlns:c="{CORE}" isSuccess="true"/>'
    '<record internalId="7"><companyName>Acme</companyName></record></readResponse></getResponse>'
)
pytestmark = [
    pytest.mark.usefixtures("netsuite_hosts"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # in the libraries' own calls of httpx and oauthlib
]


@pytest.fixture
def client(netsuite):
    """The ``netsuite`` library with the account's credentials."""
    credentials = netsuite.credentials
    auth = TokenAuth(
        consumer_key=credentials.consumer_key,
        consumer_secret=credentials.consumer_secret,
        token_id=credentials.token_id,
        token_secret=credentials.token_secret,
    )
    return NetSuite(
        Config(account=credentials.account, auth=auth),
        soap_api_options={"version": "2024.1.0", "cache": zeep.cache.InMemoryCache()},
    )


@pytest.fixture
def wsdl(netsuite):
    """Serve our small WSDL where the libraries look for Oracle's."""
    netsuite.expect_request("/wsdl/v2024_1_0/netsuite.wsdl").respond_with_data(
        WSDL.read_bytes(), content_type="text/xml"
    )


@pytest.fixture
def sdk(netsuite, wsdl):
    """netsuitesdk, connected with the account's token."""
    credentials = netsuite.credentials
    made = NetSuiteClient(account=credentials.account, caching=False, wsdl_version="2024_1")
    made.connect_tba(
        credentials.consumer_key, credentials.consumer_secret, credentials.token_id, credentials.token_secret
    )
    yield made
    made._client.transport.session.close()


def test_netsuite_calls_a_restlet(netsuite, client):
    """GET and POST, signed by Authlib with oauth_body_hash beside."""
    netsuite.deploy("customscript_a", "customdeploy_a", number=42, get=lambda p: p, post=lambda body: body)

    async def call():
        return await client.restlet.get(script_id=42, deploy=1), await client.restlet.post(42, json={"id": 7})

    assert ({}, {"id": 7}) == anyio.run(call)


def test_netsuite_uses_records_and_suiteql(netsuite, client):
    """Its basic calls of REST web services: create, read, change, list, delete, query."""
    netsuite.suiteql("SELECT id FROM customer", [{"id": str(number)} for number in range(3)])
    rest = client.rest_api

    async def call():
        assert await rest.post("/record/v1/customer", json={"companyName": "Acme"}) is None
        assert await rest.patch("/record/v1/customer/1", json={"phone": "1"}) is None
        assert await rest.put("/record/v1/customer/eid:C2", json={"companyName": "Two"}) is None
        record = await rest.get("/record/v1/customer/1")
        listed = await rest.get("/record/v1/customer", params={"limit": 1})
        rows = await rest.suiteql("SELECT id FROM customer", limit=2, offset=2)
        catalog = await rest.openapi()
        assert await rest.delete("/record/v1/customer/1") is None
        return record, listed, rows, catalog

    record, listed, rows, catalog = anyio.run(call)
    assert ("Acme", "1", "1") == (record["companyName"], record["phone"], record["id"])
    assert (1, 2, True) == (listed["count"], listed["totalResults"], listed["hasMore"])
    assert ["2"] == [row["id"] for row in rows["items"]]
    assert ("3.0", True) == (catalog["openapi"][:3], "customer" in catalog["components"]["schemas"])
    assert {"rest"} == {attempt.channel for attempt in netsuite.audit_trail}


def test_netsuite_asks_about_its_token(netsuite, client):
    """token_info, at the RESTlets' host."""
    found = anyio.run(client.rest_api.token_info)

    assert (netsuite.account.id, netsuite.role.id) == (found["companyId"], found["roleId"])


def test_netsuite_sees_a_refusal_as_it_would(netsuite, client):
    """What it raises has NetSuite's own status and text."""
    netsuite.token.revoke()
    with netsuite.expect_refusal("token_rejected", count=1), pytest.raises(NetsuiteAPIRequestError) as refused:
        anyio.run(client.rest_api.get, "/record/v1/customer")

    assert 401 == refused.value.status_code
    assert '"o:errorCode":"INVALID_LOGIN"' in refused.value.response_text


def test_netsuite_soap_signs_a_passport(netsuite, client, wsdl):
    """Its SOAP side on zeep, with our WSDL in place of Oracle's."""

    async def call():
        transport = client.soap_api.transport
        try:
            return await client.soap_api.request("getServerTime")
        finally:
            await transport.aclose()
            transport.wsdl_client.close()

    assert anyio.run(call) is not None
    assert [("soap", "Success")] == [(attempt.channel, attempt.status) for attempt in netsuite.audit_trail]


def test_netsuitesdk_reads_a_record(netsuite, sdk):
    """An operation answered as the test said, read by the SDK's own types."""
    netsuite.soap("get", CUSTOMER)

    assert sdk.request("getServerTime") is not None
    assert sdk.request("get", baseRef=sdk.RecordRef(type="customer", internalId="7")) is not None
    assert [("soap", "Success")] * 2 == [(attempt.channel, attempt.status) for attempt in netsuite.audit_trail]


def test_netsuitesdk_knows_a_login_error(netsuite, sdk):
    """The SDK tells faults by their text: Invalid login attempt."""
    netsuite.token.revoke()
    with netsuite.expect_refusal("token_rejected", count=1), pytest.raises(NetSuiteLoginError):
        sdk.request("getServerTime")


def test_netsuitesdk_knows_a_busy_account(netsuite, sdk):
    """And the concurrency fault by its own."""
    netsuite.account.concurrency_limit = 0

    with pytest.raises(NetSuiteRateLimitError):
        sdk.request("getServerTime")


def test_zeep_gets_the_data_center_urls(netsuite, wsdl):
    """No login, at the host for all accounts."""
    client = zeep.Client("https://1234567-sb1.suitetalk.api.netsuite.com/wsdl/v2024_1_0/netsuite.wsdl")
    own = client.create_service(
        "{urn:platform_2024_1.webservices.netsuite.com}NetSuiteBinding",
        "https://webservices.netsuite.com/services/NetSuitePort_2024_1",
    )

    urls = own.getDataCenterUrls(account="1234567_SB1").dataCenterUrls
    client.transport.session.close()

    assert "https://1234567-sb1.suitetalk.api.netsuite.com" == urls.webservicesDomain
    assert 0 == len(netsuite.audit_trail)


def test_zeep_is_led_to_the_fake_by_the_wsdl_alone(netsuite):
    """The address in it is the fake's own; its fault is zeep's."""
    client = zeep.Client(netsuite.url + netsuite.soap_wsdl(WSDL))

    urls = client.service.getDataCenterUrls(account="1234567_sb1").dataCenterUrls
    with netsuite.expect_refusal("no-authorization", count=1), pytest.raises(zeep.exceptions.Fault) as fault:
        client.service.getServerTime()
    client.transport.session.close()

    assert "https://1234567-sb1.suitetalk.api.netsuite.com" == urls.webservicesDomain
    assert "Invalid login attempt." == fault.value.message
    assert {netsuite.url + "/services/NetSuitePort_2024_1"} == {attempt.url for attempt in netsuite.audit_trail}
