"""One signed call with each of the clients that come as fixtures: use whichever your code uses."""
# mypy: allow-untyped-defs, allow-untyped-calls

import anyio
import pytest

RESTLET = "/app/site/hosting/restlet.nl?script=customscript_stock&deploy=customdeploy_stock"


@pytest.fixture(autouse=True)
def stock(netsuite):
    """A RESTlet that answers with the parameters of a GET, and with the body of a POST."""
    return netsuite.deploy(
        "customscript_stock",
        "customdeploy_stock",
        get=lambda parameters: {"asked": parameters["item"]},
        post=lambda body: {"stored": body["item"]},
    )


def test_in_process_without_a_socket(netsuite_client):
    assert netsuite_client.get(f"{RESTLET}&item=A%201").get_json() == {"asked": "A 1"}
    assert netsuite_client.post(RESTLET, json={"item": "Ä"}).get_json() == {"stored": "Ä"}


@pytest.mark.parametrize("fixture", ["netsuite_requests", "netsuite_httpx", "netsuite_httpx2"])
def test_over_a_socket(fixture, request):
    client = request.getfixturevalue(fixture)
    assert client.get(f"{RESTLET}&item=A%201").json() == {"asked": "A 1"}
    assert client.post(RESTLET, json={"item": "Ä"}).json() == {"stored": "Ä"}


@pytest.mark.parametrize("fixture", ["netsuite_async_httpx", "netsuite_async_httpx2"])
def test_asynchronously(fixture, request):
    client = request.getfixturevalue(fixture)

    async def ask():
        async with client:
            got = await client.get(f"{RESTLET}&item=A%201")
            posted = await client.post(RESTLET, json={"item": "Ä"})
            return got.json(), posted.json()

    assert anyio.run(ask) == ({"asked": "A 1"}, {"stored": "Ä"})


def test_with_another_token(netsuite):
    reader = netsuite.create_token(name="Stock reader")
    client = netsuite.credentials_for(reader).client()
    assert client.get(f"{RESTLET}&item=A").status_code == 200
    assert [attempt.token_name for attempt in netsuite.audit_trail] == ["Stock reader"]


def test_a_full_url_goes_on_unchanged(netsuite, netsuite_requests, stock):
    url = netsuite.restlet_url("customscript_stock", "customdeploy_stock", item="A 1")
    assert netsuite_requests.get(url).json() == {"asked": "A 1"}
    assert stock.calls[0].parameters == {"item": "A 1"}
