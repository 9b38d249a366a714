"""docs/rules.md: what is cited is there, and every fact has a source and says how sure it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pytest_netsuite_tba

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(pytest_netsuite_tba.__file__).parent
DOCS = ROOT / "docs"
PAGE = (DOCS / "rules.md").read_text("utf-8")
NUMBER = r"\d+(?:\.\d+)?"
HEADINGS = re.findall(rf"^##+ (({NUMBER}) .*)$", PAGE, re.MULTILINE)
SECTIONS = [number for _, number in HEADINGS]

MARK = r"(documented|thinly observed|observed|inferred|open)(?: \([^)]+\))?"
ORACLE = r"(?:article|bridgehead|chapter|section|subsect)_N?\d+"
SOURCE = rf"{ORACLE}|[\w.-]+/[\w.-]+(?:#\d+)?(?: \(REST\))?|RFC \d+|[a-z]+\.(?:com|dev|io)|a public [^,]+"
# Sections whose tables hold no facts: questions, and what to think of a source.
WITHOUT_FACTS = ("12", "13")


def cited(text):
    """The sections that a text cites: ``docs/rules.md 1.1, 3.4 and 9`` cites three."""
    cites = re.findall(rf"docs/rules\.md ({NUMBER}(?:(?:, | and ){NUMBER})*)", re.sub(r"\s+#?\s*", " ", text))
    return [number for cite in cites for number in re.findall(NUMBER, cite)]


def unknown(folder):
    """Every citation below a folder that leads nowhere: its file, and the section."""
    paths = [path.relative_to(folder) for pattern in ("*.py", "*.md") for path in folder.rglob(pattern)]
    return [
        (path.as_posix(), number)
        for path in sorted(paths)
        if "node_modules" not in path.parts
        for number in cited((folder / path).read_text("utf-8"))
        if number not in SECTIONS
    ]


def tables():
    """Each table of facts: its section, its columns, its rows."""
    for part in re.split(r"\n(?=##+ )", PAGE):
        heading = re.match(rf"##+ ({NUMBER}) ", part)
        if heading and heading[1] not in WITHOUT_FACTS:
            for block in re.findall(r"(?:^\|.*\n)+", part + "\n", re.MULTILINE):
                columns, _, *rows = [re.split(r" ?\| ?", line.strip("|\n ")) for line in block.splitlines()]
                yield heading[1], columns, rows


def facts():
    """Each row: its section, and its cells."""
    return [(section, row) for section, _, rows in tables() for row in rows]


def is_sure(cell):
    """Whether it is one mark or several."""
    return all(re.fullmatch(MARK, mark) for mark in re.split(r", (?![^(]*\))", cell))


def is_sourced(sure, cell):
    """Whether it names its sources; only what is inferred or open may do without."""
    if cell == "none":
        return {"inferred", "open"} >= set(re.findall(MARK, sure))
    return all(re.fullmatch(SOURCE, source) for source in cell.split(", "))


@pytest.mark.parametrize("folder", [PACKAGE, ROOT / "tests", DOCS], ids=lambda folder: folder.name)
def test_a_cited_section_is_there(folder):
    """Whoever follows ``docs/rules.md 7.2`` finds it."""
    assert [] == [cite for cite in unknown(folder) if cite[0] != "docs/test_rules_page.py"]


def test_the_code_cites_the_page_and_no_rules_elsewhere():
    """A number of a section is of this page, or says whose it is."""
    ours = [path for folder in (PACKAGE, ROOT / "tests") for path in folder.rglob("*.py")]
    installed = {".venv", "node_modules"}  # what tests/matrix/install and npm put there is nobody's of us
    texts = {path: path.read_text("utf-8") for path in ours if not installed & set(path.parts)}
    elsewhere = r"(?i)(?<!docs/)\brules,? (?:section )?\d|^(?!.*(?:RFC|XML) ).*\(sections? \d"

    assert len({path for path, text in texts.items() if cited(text)}) > 10
    assert {} == {path: found for path, text in texts.items() if (found := re.findall(elsewhere, text, re.MULTILINE))}


def test_a_section_that_is_not_there_is_found(tmp_path):
    """Alone, in a list, and where a comment goes on in the next line."""
    (tmp_path / "one.py").write_text('"""It is so (docs/rules.md 3.3, 3.99 and 7)."""\n# Guessed: docs/rules.md\n# 99.')

    assert [("one.py", "3.99"), ("one.py", "99")] == unknown(tmp_path)


def test_sections_are_numbered_once_and_in_order():
    """No two sections share a number."""
    assert sorted(set(SECTIONS), key=lambda number: [int(part) for part in number.split(".")]) == SECTIONS


def test_links_into_the_page_lead_somewhere():
    """Those of its own table of contents, and those of every other page."""
    links = re.findall(r"\]\(#([^)]+)\)", PAGE)
    for path in [*DOCS.glob("*.md"), ROOT / "README.md"]:
        links += re.findall(r"\]\((?:docs/)?rules\.md#([^)]+)\)", path.read_text("utf-8"))
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading, _ in HEADINGS}

    assert (True, []) == (len(links) > 20, [link for link in links if link not in slugs])


def test_every_fact_says_how_sure_it_is_and_where_it_is_from():
    """The last two cells of its row are the mark and the source."""
    assert [] == [(section, columns) for section, columns, _ in tables() if columns[-2:] != ["Sure", "Source"]]
    assert [] == [(section, row) for section, columns, rows in tables() for row in rows if len(row) != len(columns)]
    assert [] == [(section, row[0], row[-2]) for section, row in facts() if not is_sure(row[-2])]
    assert [] == [(section, row[0], row[-1]) for section, row in facts() if not is_sourced(row[-2], row[-1])]
    assert len(facts()) > 300


def test_what_the_fake_does_not_follow_is_marked_in_one_way():
    """So that it can be searched for."""
    assert re.findall("not yet", PAGE, re.IGNORECASE) == re.findall(r"(?<=\(the fake: )not yet(?=[;)])", PAGE)
