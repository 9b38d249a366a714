"""WSDLs and their schemas: answered to anybody, and at the fake's own address they lead there (docs/web-services.md)."""

import pytest
from support.passports import HOST
from werkzeug.test import Client

from pytest_netsuite_tba import NetSuiteServer

WSDL = "/wsdl/v2024_1_0/netsuite.wsdl"
CORE = "/xsd/platform/v2024_1_0/core.xsd"
MESSAGES = "/xsd/platform/v2024_1_0/messages.xsd"
SHARED = "https://webservices.netsuite.com"
HOSTS = [f"https://{HOST}", f"https://{HOST.upper()}.", SHARED, "http://127.0.0.1:8080"]
SCHEMA = '<schema xmlns="http://www.w3.org/2001/XMLSchema">{}</schema>'


def wsdl(*locations, root=SHARED):
    """A WSDL whose types import these."""
    imports = "".join(f'<x:import namespace="urn:a" schemaLocation="{location}"/>' for location in locations)
    return (
        '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" '
        f'xmlns:x="http://www.w3.org/2001/XMLSchema"><types><x:schema>{imports}</x:schema></types><service><port>'
        f'<soap:address location="{root}/services/NetSuitePort_2024_1"/></port></service></definitions>'
    )


def write(folder, **files):
    """Write files, by their paths with two underscores for a slash; gives the WSDL."""
    for name, text in files.items():
        file = folder / name.replace("__", "/").replace("_DOT_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return next(folder.rglob("netsuite.wsdl"))


def as_netsuite_has_them(folder):
    """A mirror of NetSuite's own tree; the schemas import each other."""
    return write(
        folder,
        wsdl__v2024_1_0__netsuite_DOT_wsdl=wsdl(f"{SHARED}{CORE}", f"{SHARED}{MESSAGES}"),
        xsd__platform__v2024_1_0__core_DOT_xsd=SCHEMA.format(f'<import schemaLocation="{SHARED}{MESSAGES}"/>'),
        xsd__platform__v2024_1_0__messages_DOT_xsd=SCHEMA.format(f'<include schemaLocation="{SHARED}{CORE}"/>'),
    )


@pytest.mark.parametrize("host", HOSTS)
def test_a_wsdl_and_its_schemas_need_no_login(netsuite, tmp_path, host):
    """They are no login, and leave no attempt; NetSuite's hosts have the files as they are."""
    file = as_netsuite_has_them(tmp_path)
    assert WSDL == netsuite.soap_wsdl(file)
    client = Client(netsuite.wsgi_app)

    answers = [client.get(path, base_url=host) for path in (WSDL, CORE, MESSAGES)]

    assert [(200, "text/xml")] * 3 == [(answer.status_code, answer.content_type) for answer in answers]
    assert [] == list(netsuite.audit_trail)
    sent = file.read_text("utf-8")
    assert answers[0].text == (sent.replace(SHARED, host) if "127" in host else sent)
    netsuite.verify()


@pytest.mark.parametrize("host", HOSTS)
def test_schemas_that_a_test_expects(netsuite, host):
    """An expectation answers them without a login, as it does a WSDL, and goes before the file."""
    for path in (WSDL, CORE):
        netsuite.expect_request(path).respond_with_data(f"<own at='{path}'/>")
        assert f"<own at='{path}'/>" == Client(netsuite.wsgi_app).get(path, base_url=host).text
    assert [] == list(netsuite.audit_trail)


@pytest.mark.parametrize(
    "location", [f"{SHARED}{CORE}", f"https://{HOST}{CORE}", f"HTTP://webservices.NetSuite.com{CORE}"]
)
def test_a_schema_may_lie_beside_the_wsdl(netsuite, tmp_path, location):
    """Whoever saved all files into one folder."""
    netsuite.soap_wsdl(write(tmp_path, netsuite_DOT_wsdl=wsdl(location), core_DOT_xsd=SCHEMA))

    assert SCHEMA == Client(netsuite.wsgi_app).get(CORE, base_url=SHARED).text


@pytest.mark.parametrize("location", ["types/core.xsd", "./types/core.xsd"])
def test_a_relative_import(netsuite, tmp_path, location):
    """It is beside the file that names it, on the disk and on the wire; a query behind it counts for nothing."""
    more = {
        "types__more_DOT_xsd": SCHEMA.format(""),
        "types__core_DOT_xsd": SCHEMA.format('<include schemaLocation="more.xsd"/>'),
    }
    netsuite.soap_wsdl(write(tmp_path, netsuite_DOT_wsdl=wsdl(location), **more))
    client = Client(netsuite.wsgi_app)

    for name in ("core", "more"):
        assert 200 == client.get(f"/wsdl/v2024_1_0/types/{name}.xsd", base_url=SHARED).status_code


def test_a_path_alone_is_of_the_wsdls_host(netsuite, tmp_path):
    """It is no path of this machine."""
    netsuite.soap_wsdl(write(tmp_path, netsuite_DOT_wsdl=wsdl(CORE), core_DOT_xsd=SCHEMA))

    assert SCHEMA == Client(netsuite.wsgi_app).get(CORE, base_url=SHARED).text


def test_no_file_of_another_folder_is_given_away(netsuite, tmp_path):
    """Neither by a name that climbs above the root, nor by a ``file:`` URL, which is left to the client."""
    (tmp_path / "secret.xml").write_text("<secret/>", "utf-8")
    file = write(tmp_path, a__b__c__netsuite_DOT_wsdl=wsdl("../../../secret.xml"))
    with pytest.raises(ValueError, match=r"imports: '\.\./\.\./\.\./secret\.xml' .*not above the root"):
        netsuite.soap_wsdl(file)

    file.write_text(wsdl((tmp_path / "secret.xml").as_uri()), "utf-8")
    netsuite.soap_wsdl(file)
    assert 404 == Client(netsuite.wsgi_app).get((tmp_path / "secret.xml").as_posix()).status_code
    with pytest.raises(AssertionError, match="nothing answers this path"):
        netsuite.verify()


def test_other_hosts_keep_theirs(netsuite, tmp_path):
    """A schema of another host is not looked for, and its address stays."""
    netsuite.soap_wsdl(write(tmp_path, netsuite_DOT_wsdl=wsdl("http://example.com/xsd/a.xsd")))

    assert "http://example.com/xsd/a.xsd" in Client(netsuite.wsgi_app).get(WSDL).text


BAD = {
    "not there": ({}, r"netsuite\.wsdl' is not valid; expected a file that can be read \(No such file"),
    "no XML": ({"netsuite_DOT_wsdl": wsdl()[:-3]}, r"expected an XML file \("),
    "of no endpoint": ({"netsuite_DOT_wsdl": "<definitions/>"}, r"expected the WSDL of an endpoint"),
    "a schema is missing": (
        {"netsuite_DOT_wsdl": wsdl(f"{SHARED}{CORE}")},
        r"netsuite\.wsdl imports: '/xsd/platform/v2024_1_0/core\.xsd' .* expected a file at .*/xsd/platform/.* or .*/core\.xsd",
    ),
    "a relative one is missing": ({"netsuite_DOT_wsdl": wsdl("core.xsd")}, r"core\.xsd' is not valid; expected a file"),
    "a schema is no XML": ({"netsuite_DOT_wsdl": wsdl("a.xsd"), "a_DOT_xsd": "<a"}, r"a\.xsd' .*expected an XML file"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_served_is_said_at_once(netsuite, tmp_path, what):
    """With the file, and what is valid; nothing is served then."""
    files, message = BAD[what]
    if files:
        write(tmp_path, **files)
    with pytest.raises(ValueError, match=message):
        netsuite.soap_wsdl(tmp_path / "netsuite.wsdl")
    assert 404 == Client(netsuite.wsgi_app).get(WSDL).status_code
    with pytest.raises(
        AssertionError, match=r"netsuite\.soap_wsdl\(path\) serves a WSDL and its schemas; there is: none\."
    ):
        netsuite.verify()


def test_another_version_says_which_there_are(netsuite, tmp_path):
    """404, and the test's failure has the path that there is."""
    netsuite.soap_wsdl(as_netsuite_has_them(tmp_path))

    assert 404 == Client(netsuite.wsgi_app).get("/wsdl/v2019_2_0/netsuite.wsdl").status_code
    with pytest.raises(AssertionError, match=f"there is: {WSDL}"):
        netsuite.verify()


@pytest.mark.parametrize("host", ['a"><b', "a'b&c"])
def test_a_host_cannot_write_into_the_file(netsuite, tmp_path, host):
    """What is written into the WSDL is escaped."""
    netsuite.soap_wsdl(as_netsuite_has_them(tmp_path))

    text = Client(netsuite.wsgi_app).get(WSDL, headers={"Host": host}).text

    assert host not in text


def test_it_stays_when_the_records_go_back(tmp_path):
    """It is of no account."""
    netsuite = NetSuiteServer()
    netsuite.soap_wsdl(as_netsuite_has_them(tmp_path))
    netsuite.restore([netsuite.account.copy()])

    assert 200 == Client(netsuite.wsgi_app).get(WSDL).status_code
