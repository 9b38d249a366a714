"""``netsuite-tba explain --fix``: the right lines below each cure."""

import json

import pytest
from support.explained import TOML, URL, header, run

pytestmark = pytest.mark.usefixtures("no_environment")


def asked_to_fix(account_file, language, *more, capsys, authorization=None, url=URL):
    """Explain a request whose query was not signed, unless it is given."""
    authorization = authorization or header(URL.partition("?")[0])
    words = ("explain", "--account", account_file, "--fix", language, "--url", url, "--authorization", authorization)
    return run(*words, *more, capsys=capsys)


@pytest.mark.parametrize(
    ("language", "title", "line"),
    [
        ("JavaScript", "JavaScript", "function queryPairs(url) {"),
        ("python", "Python", "def query_pairs(url: str) -> list[tuple[str, str]]:"),
        ("php", "PHP", "function queryPairs(string $url): array"),
        ("java", "Java", "static List<String[]> queryPairs(String url) {"),
        ("C#", "C#; not run by our tests", "public static List<KeyValuePair<string, string>> QueryPairs(string url)"),
    ],
)
def test_the_lines_stand_below_the_cure(account_file, capsys, language, title, line):
    """Behind Cure and Docs, whole, to be pasted; C# is marked as not run."""
    status, out, _ = asked_to_fix(account_file, language, capsys=capsys)

    lines = out.splitlines()
    assert 1 == status
    assert f"Fix   Decode and collect the query ({title}):" in lines
    labels = [line[:4] for line in lines if line[:6] in {"What  ", "Why   ", "Cure  ", "Docs  ", "Fix   "}]
    assert ["What", "Why ", "Cure", "Docs", "Fix "] == labels
    assert line in lines


def test_the_lines_in_json(account_file, capsys):
    """`fix` of each mistake, and `docs`, its page; without --fix there is no `fix`."""
    _, out, _ = asked_to_fix(account_file, "py", "--json", capsys=capsys)
    (mistake,) = json.loads(out)["diagnosis"]["mistakes"]

    assert ("docs/mistakes/query-not-signed.md", "query-not-signed") == (mistake["docs"], mistake["id"])
    assert {"topic", "title", "language", "is_tested", "code", "sentence"} == set(mistake["fix"])
    assert ("query", "python", True, "") == tuple(
        mistake["fix"][key] for key in ("topic", "language", "is_tested", "sentence")
    )
    assert "def query_pairs" in mistake["fix"]["code"]

    _, out, _ = run(
        "explain",
        "--account",
        account_file,
        "--json",
        "--url",
        URL,
        "--authorization",
        header(URL.partition("?")[0]),
        capsys=capsys,
    )
    assert "fix" not in json.loads(out)["diagnosis"]["mistakes"][0]


def test_a_request_that_is_let_in_needs_no_lines(account_file, capsys):
    status, out, _ = asked_to_fix(account_file, "js", capsys=capsys, authorization=header())
    assert (0, True, False) == (status, "There is nothing to fix: the request is let in." in out, "Fix   " in out)

    _, out, _ = asked_to_fix(account_file, "js", "--json", capsys=capsys, authorization=header())
    assert "There is nothing to fix: the request is let in." in json.loads(out)["notes"]


def test_what_is_not_judged_needs_no_lines(account_file, capsys):
    status, out, _ = asked_to_fix(account_file, "js", capsys=capsys, authorization="Bearer abc")

    assert (2, True) == (status, "nothing is judged" in out)


def test_an_unnamed_mistake_has_no_lines(account_file, capsys):
    """A wrong secret cannot be told: no line is shown as its cure, but where whole signers are."""
    _, out, _ = asked_to_fix(account_file, "js", capsys=capsys, authorization=header(secret="wrong" * 10))

    assert (True, False) == ("whole right signers:" in out and "docs/signers.md" in out, "function" in out)


def test_what_an_administrator_does_is_a_sentence(tmp_path, capsys):
    """No code for a mistake of the records."""
    file = tmp_path / "account.toml"
    file.write_text(TOML + "revoked = true\n", "utf-8")
    _, out, _ = asked_to_fix(file, "php", capsys=capsys, authorization=header())

    assert "Fix   No code cures this: it is set right in the account, by an administrator." in out
    assert "function" not in out


def test_an_unknown_language_is_named_with_the_valid_ones(account_file, capsys):
    status, out, err = asked_to_fix(account_file, "Cobol", capsys=capsys)

    assert (2, "") == (status, out)
    assert (
        "--fix 'Cobol' is no language that there are lines for; expected one of "
        "javascript (js, node), python (py), php, java, csharp (c#, cs)\n"
    ) == err.partition(": ")[2]
