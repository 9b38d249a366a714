"""Write what the docs and the JSON Schema say of records, refusals, operations and clients, from the code itself.

``python docs/generate.py`` writes; with ``--check`` it only looks, and exits 1 if a file is stale.
"""

from __future__ import annotations

import json
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_netsuite_tba.account.behaviour import Behaviour
from pytest_netsuite_tba.account.fields import rules_of
from pytest_netsuite_tba.account.schema import json_schema
from pytest_netsuite_tba.console.operations import OPERATIONS
from pytest_netsuite_tba.console.trail import PARAMETERS
from pytest_netsuite_tba.diagnosis.catalogue import CATALOGUE
from pytest_netsuite_tba.diagnosis.wrong_secret import EVIDENCE
from pytest_netsuite_tba.fake.faults import KINDS, Kind
from pytest_netsuite_tba.login.refusals import BY_ID, REFUSALS
from pytest_netsuite_tba.login.refusals.token_endpoints import BY_TOKEN_ID, TOKEN_REFUSALS, TokenRefusal
from pytest_netsuite_tba.login.web_services_only import WAYS_IN

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
SCHEMA_FILE = ROOT / "pytest_netsuite_tba" / "account" / "account.schema.json"
TYPES = {
    "any": "any value that JSON can hold",
    "boolean": "`true` or `false`",
    "date-time": "date and time",
    "integer": "whole number",
    "number": "number",
    "string": "text",
}
PLURALS = {"boolean": "booleans", "integer": "whole numbers", "string": "texts"}
MATRIX = ROOT / "tests" / "matrix"
AWKWARD = ("awkward characters", "a repeated name", "an empty value")  # the three GETs of the matrix
# Heading of a record's table: how the file writes it.
HEADINGS = {
    "Account": "Top level, or `[[accounts]]`",
    "Features": "`[features]`",
    "Behaviour": "`[behaviour]`",
    "Integration": "`[[integrations]]`",
    "Role": "`[[roles]]`",
    "Entity": "`[[entities]]`",
    "Token": "`[[tokens]]`",
    "Deployment": "`[[restlets]]`",
    "Canned": "An entry point: exactly one of",
    "ScriptError": "`error` of an entry point",
    "Audience": "`audience` as a table",
    "WebServices": "`[web_services]`",
    "BusinessRecord": "`[[web_services.records]]`",
    "QueryAnswer": "`[[web_services.suiteql]]`",
    "OperationAnswer": "`[[web_services.soap]]`: exactly one of `xml` and `fault`",
    "OperationFault": "`fault` of an operation",
}


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Give a Markdown table."""
    columns = list(columns)
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def literal(value: object) -> str:
    """Give a value as TOML writes it."""
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def valid(schema: dict[str, Any]) -> str:
    """Say in words what a property's schema admits."""
    if "anyOf" in schema:
        return " or ".join(valid(one) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return ", ".join(literal(one) for one in schema.get("enum", [schema.get("const")]))
    if "$ref" in schema:
        return "an entry point" if schema["$ref"].endswith("/Canned") else "table"
    if "items" in schema:
        kinds = schema["items"].get("type", [])
        kinds = kinds if isinstance(kinds, list) else [kinds]
        return "list of " + " and ".join(PLURALS[kind] for kind in kinds) if kinds else "tables"
    kind = TYPES[schema.get("format") or schema.get("type", "any")]
    bounds = [f"{word} {schema[bound]}" for word, bound in (("from", "minimum"), ("to", "maximum")) if bound in schema]
    return " ".join([kind, *bounds])


def records() -> str:
    """Give the tables of ``account.toml``, one for each record."""
    definitions = json_schema()["$defs"]
    assert definitions.keys() == HEADINGS.keys()
    parts = []
    for name, heading in HEADINGS.items():
        parts.append(f"### {heading}")
        if name == "Behaviour":
            parts.append("One key for each [open question](behaviour.md).")
            continue
        required = definitions[name].get("required", ())
        parts.append(
            table(
                ("Key", "Valid", "Default", "Meaning"),
                (
                    (f"`{key}`", valid(one), "required" if key in required else default(one), one["description"])
                    for key, one in definitions[name]["properties"].items()
                ),
            )
        )
    return "\n\n".join(parts)


def default(schema: dict[str, Any]) -> str:
    """Give a property's default, where it is plain."""
    return literal(schema["default"]) if "default" in schema else ""


def behaviour() -> str:
    """Give the table of what NetSuite's documents leave open."""
    properties = json_schema()["$defs"]["Behaviour"]["properties"]
    assert [rule.key for rule in rules_of(Behaviour).values()] == list(properties)
    return table(
        ("Field", "Default", "Valid", "Meaning"),
        ((f"`{key}`", default(one), valid(one), one["description"]) for key, one in properties.items()),
    )


def refusals() -> str:
    """Give the table of refused logins."""

    def code(value: str | None) -> str:
        return f"`{value}`" if value else "none"

    def elsewhere(detail: str | None, other: str | None) -> str:
        return "" if other == detail else code(other)

    return table(
        ("Row", "Id", "Where", "Detail", "Detail in SOAP and REST", "Code", "Status", "Cause", "Cure"),
        (
            (
                str(one.row),
                f"`{one.id}`",
                ", ".join(one.channels),
                code(one.detail),
                elsewhere(one.detail, one.detail_for("rest")),
                code(one.code),
                str(one.status or "`login_failure_status`"),
                one.cause,
                one.cure,
            )
            for one in REFUSALS
        ),
    )


def token_refusals() -> str:
    """Give the table of what the token endpoints and the authorize page refuse."""

    def code(value: str | None) -> str:
        return f"`{value}`" if value else "none"

    def status(one: TokenRefusal) -> str:
        switch = "insufficient_permission_status" if one.code == "INSUFFICIENT_PERMISSION" else "login_failure_status"
        return str(one.status or f"`{switch}`")

    return table(
        ("Where", "Id", "What", "Detail", "Code", "Status", "Cause", "Cure"),
        (
            (one.where, f"`{one.id}`", one.title, code(one.detail), code(one.code), status(one), one.cause, one.cure)
            for one in TOKEN_REFUSALS
        ),
    )


def evidence() -> str:
    """Give the table of what speaks for and against a wrong secret."""
    rows = ((row.what, f"{row.factor:g}" if row.factor > 1 else f"1/{1 / row.factor:.0f}") for row in EVIDENCE)
    return table(("Where there is", "the odds are multiplied by"), rows)


def mistakes() -> str:
    """Give the catalogue of mistakes, the most sighted first."""
    return table(
        ("Id", "What", "Cure", "Sightings"),
        (
            (
                f"[`{name}`](mistakes/{name}.md)",
                one.title,
                one.cure.format(
                    account="1234567_SB1",
                    host="...restlets.api.netsuite.com",
                    permission="Log in using Access Tokens",
                ),
                str(one.sightings),
            )
            for name, one in sorted(CATALOGUE.items(), key=lambda item: -item[1].sightings)
        ),
    )


def parameters() -> str:
    """Tabulate what the attempts can be asked for by."""
    return table(
        ("Parameter", "Valid", "Default", "Meaning"),
        (
            (f"`{name}`", valid(parameter.schema), default(parameter.schema), parameter.description)
            for name, parameter in PARAMETERS.items()
        ),
    )


def operations() -> str:
    """Tabulate the operations of the control API."""
    return table(
        ("Operation", "What"),
        ((f"`{operation.method} {operation.path}`", operation.summary) for operation in OPERATIONS),
    )


def faults() -> str:
    """Tabulate the kinds of faults."""

    def options(kind: Kind) -> str:
        return "; ".join(f"`{name}` ({literal(one.default)}): {one.doc}" for name, one in kind.options.items())

    return table(
        ("Kind", "What the client sees", "Options (default)"),
        ((f"`{name}`", kind.doc, options(kind)) for name, kind in KINDS.items()),
    )


def clients() -> list[tuple[dict[str, Any], dict[str, dict[str, str]]]]:
    """Give each client of the matrix: what clients.toml says of it, and what it did when results.json was written."""
    listed = tomllib.loads((MATRIX / "clients.toml").read_text(encoding="utf-8"))["clients"]
    results = json.loads((MATRIX / "results.json").read_text(encoding="utf-8"))
    return [(one, results[one["id"]]) for one in listed]


def compatibility() -> str:
    """Give the table of what each client did; both ways it did the same."""
    rows = []
    for client, result in clients():
        ways = [result[way] for way in ("real host name", "plain URL") if way in result]
        outcomes = ways[0]
        assert all(way == outcomes for way in ways), client["id"]
        failed = [call for call in AWKWARD if outcomes.get(call) != "accepted"]
        signer = client["signer"] + (" (with code of ours)" if "ours" in client else "")
        by = ("yes", "no" if "plain" in client else "yes")
        gets = "all but " + ", ".join(failed) if failed else "yes"
        others = ("yes" if outcomes.get(call) == "accepted" else "no" for call in ("POST", "PUT", "DELETE"))
        rows.append((client["language"], client["client"], signer, *by, gets, *others))
    columns = ("Language", "Client", "Signer", "Host name", "Plain URL", "Awkward GET", "POST", "PUT", "DELETE")
    return table(columns, rows)


def settings() -> str:
    """Give the table of what each client needs, and of what is to be known of it."""
    rows = []
    for client, result in clients():
        notes = [client[key] for key in ("ours", "notes") if key in client]
        notes += [f"No plain URL: {client['plain']}."] if "plain" in client else []
        notes += [f"With {call}: `{mistake}`." for call, mistake in client.get("refused", {}).items()]
        notes += [f"With {call}: {reason}." for call, reason in client.get("omitted", {}).items()]
        rows.append(
            (
                ", ".join(f"{name} {version}" for name, version in result["versions"].items()),
                ", ".join(f"`{name}`" for name in client["reads"]),
                client["code"],
                " ".join(notes),
            )
        )
    return table(("Tested with", "Variables", "In your code", "Notes"), rows)


def web_services_only() -> str:
    """Tell what a Web Services Only role meets at each way into an account."""
    return table(
        ("Way in", "Box not ticked", "Box ticked", "Source"),
        (
            (
                way.title,
                "let in",
                "let in"
                if way.refusal is None
                else f"refused: {(BY_ID | BY_TOKEN_ID)[way.refusal].code} (`{way.refusal}`)",
                way.source,
            )
            for way in WAYS_IN.values()
        ),
    )


# Document and marker -> what stands between <!-- generated:marker --> and <!-- /generated:marker -->.
TABLES = {
    ("account-toml.md", "records"): records,
    ("behaviour.md", "behaviour"): behaviour,
    ("compatibility.md", "compatibility"): compatibility,
    ("compatibility.md", "settings"): settings,
    ("console.md", "parameters"): parameters,
    ("console.md", "operations"): operations,
    ("explain.md", "mistakes"): mistakes,
    ("explain.md", "evidence"): evidence,
    ("how-to.md", "faults"): faults,
    ("refusals.md", "refusals"): refusals,
    ("web-services.md", "web-services-only"): web_services_only,
    ("token-endpoints.md", "refusals"): token_refusals,
}


def _pages_of_mistakes() -> dict[Path, str]:
    """What ``mistake_pages.py`` makes, which stands beside this file and signs wrongly as the tests do."""
    sys.path += [str(ROOT / "docs"), str(ROOT / "tests")]
    return dict(import_module("mistake_pages").outputs(ROOT / "docs"))


def outputs() -> dict[Path, str]:
    """Give each generated file's path with the text that it should have.

    Raises:
        ValueError: a document has lost its markers.

    """
    texts = _pages_of_mistakes()
    texts |= {SCHEMA_FILE: json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"}
    for (name, marker), make in TABLES.items():
        path = ROOT / "docs" / name
        text = texts.get(path) or path.read_text(encoding="utf-8")
        begin, end = f"<!-- generated:{marker} -->\n", f"<!-- /generated:{marker} -->"
        head, found, rest = text.partition(begin)
        _, closed, tail = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"docs/{name} has no {begin.strip()} ... {end}")
        texts[path] = f"{head}{begin}\n{make()}\n\n{end}{tail}"
    return texts


def stale() -> list[str]:
    """Name the files that are not what :func:`outputs` says."""
    return [
        path.relative_to(ROOT).as_posix()
        for path, text in outputs().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write the files, or check them; give the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: python docs/generate.py [--check]", file=sys.stderr)
        return 2
    old = stale()
    if not arguments:
        for path, text in outputs().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    for name in old:
        print(f"{'stale' if arguments else 'written'}: {name}")
    return 1 if arguments and old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
