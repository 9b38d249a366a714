"""Realistic requests to NetSuite, drawn by a seed: with values awkward enough that a mistake of a signer shows.

Nothing here knows the product: a call is what a client holds before it signs.
"""

from __future__ import annotations

import hashlib
import json
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    import random

FORM = "application/x-www-form-urlencoded"
UNRESERVED = "-._~"


class Credentials(NamedTuple):
    """What one token consists of, and the secrets that lie beside it in the same account."""

    account: str
    consumer_key: str
    consumer_secret: str
    token_id: str
    token_secret: str
    other_consumer_key: str
    other_consumer_secret: str
    other_token_id: str
    other_token_secret: str


def _made_up(account):
    fields = Credentials._fields[1:]
    return Credentials(account, *(hashlib.sha256(f"{account}/{name}".encode()).hexdigest() for name in fields))


ACCOUNTS = tuple(map(_made_up, ("1234567_SB1", "1234567", "TSTDRV2345678", "7654321_RP")))


@dataclass(frozen=True, kw_only=True)
class Call:
    """What is to be signed.

    Attributes:
        scheme, host, path, query: as they go over the wire; ``host`` may hold a port, ``query`` has no ``?``.
        nonce, timestamp, version: of the header; ``version`` is "" where it is not sent.
        order: in which the header holds its fields.
        passport: a SOAP call, signed by a token passport.
    """

    credentials: Credentials
    method: str
    scheme: str
    host: str
    path: str
    query: str = ""
    content_type: str = "application/json"
    body: str = ""
    nonce: str
    timestamp: str
    version: str = "1.0"
    order: tuple[str, ...] = field(default=(), compare=False)
    agent: str = ""
    passport: bool = False

    @property
    def target(self):
        """The request target."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def oauth(self):
        """The fields of the header that are signed, in the header's order."""
        values = {
            "oauth_consumer_key": self.credentials.consumer_key,
            "oauth_token": self.credentials.token_id,
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": self.timestamp,
            "oauth_nonce": self.nonce,
        }
        if self.version:
            values["oauth_version"] = self.version
        return [(name, values[name]) for name in self.order if name in values]


ORDERS = (
    ("oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_timestamp", "oauth_nonce", "oauth_version"),
    ("oauth_consumer_key", "oauth_nonce", "oauth_signature_method", "oauth_timestamp", "oauth_token", "oauth_version"),
    ("oauth_nonce", "oauth_timestamp", "oauth_version", "oauth_signature_method", "oauth_consumer_key", "oauth_token"),
    ("oauth_token", "oauth_consumer_key", "oauth_nonce", "oauth_timestamp", "oauth_signature_method", "oauth_version"),
    ("oauth_version", "oauth_nonce", "oauth_timestamp", "oauth_consumer_key", "oauth_token", "oauth_signature_method"),
)
AGENTS = (
    "", "PostmanRuntime/7.43.0", "python-requests/2.32.3", "axios/1.7.9", "node-fetch", "GuzzleHttp/7",
    "Java/17.0.9", "Apache-HttpClient/4.5.14 (Java/11)", "RestSharp/110.2.0.0", "Go-http-client/1.1", "Ruby", "curl/8.5.0",
)  # fmt: skip

NAMES = (
    "id", "name", "email", "item_id", "item2", "Item", "a", "b", "filter", "ids", "ids", "ids[]", "f[name]",
    "from", "to", "recordType", "debug", "z", "a.b", "Zone", "customParam", "custom_2", "q", "limit", "type", "m\u00e9mo",
    "page", "search text",
)  # fmt: skip
VALUES = (
    "O'Neil (UK)", "two words", "joe@shop.example", "M\u00fcller & S\u00f6hne", "caf\u00e9 \u20ac5", "\u65e5\u672c", "smile \U0001f600",
    "a+b", "YQ==", "x=y", "Tom & Jerry", '5/8"', "2026-01-31", "2026-01-31T10:00:00Z", "~home", "Sale! *now*",
    "1,2,3", "#12", "true", "false", "007", "10", "9", "2", "A", "b", "_x", "<a>", "[x]", '{"a":1}', "50%", "100% wool",
    " padded ", "", "", "C:\\temp", "$5.00", "a;b", "a|b", "it's 'so'", "Caf\u00e9", "-1", "1.50", "12345678901234567890", "A%20B",
)  # fmt: skip
FILTERS = (
    'companyName IS "O\'Neil (UK)"', 'email IS "joe@shop.example"', 'entityId START_WITH "A&B"',
    'dateCreated ON_OR_AFTER "1/31/2026" AND isInactive IS false', "id ANY_OF [1, 2, 3]", 'companyName CONTAIN "M\u00fcller"',
    'firstName IS "Zo\u00eb!" OR (id GREATER 5)', 'memo IS "a*b~c"', 'externalId IS "x=1+2"', 'memo IS "100% \U0001f600"',
)  # fmt: skip
# Pairs that show what a single one cannot: order, repeats, arrays.
CLUSTERS = (
    (("ids", "10"), ("ids", "9"), ("ids", "2")),
    (("item_id", "5"), ("item2", "3"), ("item", "1")),
    (("a", "1"), ("a.b", "2"), ("A", "3")),
    (("token", "YQ=="), ("list", "a;b"), ("id2", "7"), ("id", "x")),
    (("c@", "1"), ("c2", "2"), ("c_", "3")),
    (("ids[]", "5"), ("ids[]", "40")),
    (("page", "1"), ("Page", "2"), ("page", "10")),
    (("n", "\U0001f600"), ("n", "\ufb01n"), ("n", "z")),
    (("v", "b"), ("v", "a"), ("debug", None)),
)
RECORDS = ("customer", "salesOrder", "assemblyItem", "invoice", "vendorBill", "customrecord_my_rec", "contact")

# How a client writes a query: what stays as it is beside letters and digits, the space, the hex digits.
SPELLINGS = ((UNRESERVED, "%20", False),) * 4 + (
    ("-._~!'()*", "%20", False),
    ("-._*", "+", False),
    ("-._~:@,/!'()*$;=", "%20", False),
    ("-._~[]", "%20", False),
    ("-._~=", "%20", False),
    ("-_.!()*", "+", True),
)


def spelt(text, spelling):
    """``text`` as a query holds it."""
    safe, space, lower = spelling
    written = quote(text, safe=safe + " ").replace(" ", space)
    if lower:
        written = "".join(part if number == 0 else "%" + part[:2].lower() + part[2:]
                          for number, part in enumerate(written.split("%")))  # fmt: skip
    return written


def draw_call(source: random.Random, *, passport: bool | None = None) -> Call:
    """A call of any kind; ``passport`` settles whether it is SOAP's."""
    credentials = source.choice(ACCOUNTS)
    if passport or (passport is None and source.random() < 0.05):
        return _finished(source, credentials, "suitetalk.api", method="POST", passport=True, content_type="text/xml",
                         path=f"/services/NetSuitePort_{source.choice(('2021_2', '2023_1', '2024_1'))}")  # fmt: skip
    kind = source.choice((_restlet, _restlet, _restlet, _search, _search, _record, _transform, _suiteql, _form))
    return kind(source, credentials)


def _restlet(source, credentials):
    number = source.randint(0, 4)
    pairs = [("script", source.choice(("6", "757", "1204", "customscript_echo"))),
             ("deploy", source.choice(("1", "2", "customdeploy_echo")))]  # fmt: skip
    pairs += [_pair(source) for _ in range(number)]
    if source.random() < 0.4:
        pairs += source.choice(CLUSTERS)
    method = source.choice(("GET", "GET", "POST", "PUT", "DELETE"))
    body = _json(source) if method in ("POST", "PUT") else ""
    return _finished(source, credentials, "restlets.api", method=method, path="/app/site/hosting/restlet.nl",
                     pairs=pairs, body=body)  # fmt: skip


def _pair(source):
    name = source.choice(NAMES)
    return name, None if name == "debug" and source.random() < 0.7 else source.choice(VALUES)


def _search(source, credentials):
    pairs = []
    if source.random() < 0.75:
        pairs.append(("q", source.choice(FILTERS)))
    if source.random() < 0.6:
        pairs += [("limit", source.choice(("1", "20", "100", "1000"))), ("offset", source.choice(("0", "100", "2000")))]
    if source.random() < 0.3:
        pairs.append(("expandSubResources", "true"))
    if source.random() < 0.3:
        pairs.append(("fields", "id,companyName,email"))
    return _finished(source, credentials, "suitetalk.api", method="GET", pairs=pairs,
                     path=f"/services/rest/record/v1/{source.choice(RECORDS)}")  # fmt: skip


def _record(source, credentials):
    key = source.choice(("40", "eid:EXT-7", "eid:EXT-7", "eid%3AA%20B", "eid:O%27Neil", "12/item/1", "eid:C(1)"))
    method = source.choice(("GET", "PATCH", "DELETE", "PUT"))
    pairs = source.choice(([], [("expandSubResources", "true")], [("replace", "item")], [("fields", "entityId,email")]))
    return _finished(source, credentials, "suitetalk.api", method=method, pairs=pairs,
                     body=_json(source) if method in ("PATCH", "PUT") else "",
                     path=f"/services/rest/record/v1/{source.choice(RECORDS)}/{key}")  # fmt: skip


def _transform(source, credentials):
    path = source.choice(("salesOrder/5/!transform/invoice", "purchaseOrder/eid:P(1)/!transform/itemReceipt"))
    return _finished(source, credentials, "suitetalk.api", method="POST", path=f"/services/rest/record/v1/{path}",
                     pairs=source.choice(([], [], [("idempotent", "it's"), ("replace", "item")])), body=_json(source))  # fmt: skip


def _suiteql(source, credentials):
    pairs = source.choice(
        ([], [("limit", "1000"), ("offset", "0")], [("limit", "10")], [("limit", "5"), ("offset", "10")])
    )
    body = json.dumps({"q": "SELECT id, email FROM customer WHERE email LIKE '%@x.example'"})
    return _finished(source, credentials, "suitetalk.api", method="POST", path="/services/rest/query/v1/suiteql",
                     pairs=pairs, body=body)  # fmt: skip


def _form(source, credentials):
    spelling = source.choice(SPELLINGS)
    pairs = [_pair(source) for _ in range(source.randint(1, 3))]
    return _finished(source, credentials, "restlets.api", method="POST", path="/app/site/hosting/restlet.nl",
                     pairs=[("script", "6"), ("deploy", "1")], body=_query(pairs, spelling), content_type=FORM)  # fmt: skip


def _json(source):
    given = {"companyName": source.choice(("O'Neil", "ACME & Co", "Caf\u00e9")), "quantity": source.randint(1, 9)}
    if source.random() < 0.5:
        given["subsidiary"] = {"id": "1"}
    if source.random() < 0.4:
        given["ids"] = [1, 2]
    if source.random() < 0.3:
        given["isInactive"] = False
    return json.dumps(given, ensure_ascii=source.random() < 0.5, separators=source.choice(((",", ":"), (", ", ": "))))


def _query(pairs, spelling):
    return "&".join(spelt(name, spelling) if value is None else f"{spelt(name, spelling)}={spelt(value, spelling)}"
                    for name, value in pairs)  # fmt: skip


def _finished(source, credentials, domain, *, method, path, pairs=(), **more):
    """The call with all that does not depend on its kind."""
    scheme, host = "https", f"{credentials.account.lower().replace('_', '-')}.{domain}.netsuite.com"
    if not more.get("passport") and source.random() < 0.12:
        scheme, host = source.choice(
            (("http", "localhost:8080"), ("http", "127.0.0.1:5001"), ("https", "localhost:8443"))
        )
    elif source.random() < 0.06:
        host = source.choice((host.partition(".")[0].upper() + "." + host.partition(".")[2], host + ":443"))
    letters = string.ascii_letters + string.digits
    nonce = source.choice((
        "".join(source.choices(letters, k=20)), "".join(source.choices(letters, k=11)),
        "".join(source.choices(letters, k=32)), f"{source.getrandbits(128):032x}", str(source.randint(10**9, 10**10)),
        f"{source.getrandbits(32):08x}-{source.getrandbits(16):04x}-4{source.getrandbits(12):03x}-a0b1-{source.getrandbits(48):012x}",
        "".join(source.choices(letters, k=18)) + source.choice(("+/a==", "/+b=", "+x+=")),
    ))  # fmt: skip
    if more.get("passport"):
        nonce = "".join(source.choices(letters, k=20))
    return Call(
        credentials=credentials, method=method, scheme=scheme, host=host, path=path,
        query=_query(pairs, source.choice(SPELLINGS)), nonce=nonce, timestamp=str(1_790_000_000 + source.randint(0, 9_999_999)),
        version="" if source.random() < 0.1 else "1.0", order=source.choice(ORDERS), agent=source.choice(AGENTS), **more,
    )  # fmt: skip
