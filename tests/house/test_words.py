"""Plain words: short sentences without semicolons or refused words, and docstrings that begin as they should."""

from pathlib import Path

import pytest

from tests.house.documents import DOCUMENTS
from tests.house.words import OPENINGS, PACKAGES, clauses, docstrings, read_prose, refused_in_code


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_prose_is_plain(document: Path) -> None:
    """No sentence of more than 25 words, no semicolon and no refused word, without exception."""
    prose = read_prose(document.read_text(encoding="utf-8"))
    assert prose.sentences
    assert not prose.long
    assert not prose.refused
    assert not [sentence for sentence in prose.sentences if ";" in sentence]


@pytest.mark.parametrize("package", PACKAGES)
def test_docstrings_begin_plainly(package: str) -> None:
    """No docstring begins with What, Those, Whether, Of, How or Where."""
    assert not clauses(package)


@pytest.mark.parametrize("package", PACKAGES)
def test_docstrings_hold_no_refused_word(package: str) -> None:
    """No docstring speaks of faults or luck, or mends, foretells or is told anything."""
    assert not refused_in_code(package)


def test_packages_exist_and_have_docstrings() -> None:
    """A package without docstrings would pass unseen."""
    assert all(len(list(docstrings(package))) > 20 for package in PACKAGES)


@pytest.mark.parametrize(
    ("text", "long", "semicolons", "refused"),
    [
        ("One two three. Four five.", 0, 0, 0),
        ("word " * 26 + ".", 1, 0, 0),
        ("word " * 25 + ".", 0, 0, 0),
        ("- " + "word " * 20 + "\n- " + "word " * 20, 0, 0, 0),
        ("One; two.\n\n    code; code\n\n| a; b |\n\n```\nc; d\n```\n\n`e; f` g.", 0, 1, 0),
        ("A fault is mended, and that is said.", 0, 0, 3),
        ("All have equal luck, the same luck, but bad luck too.", 0, 0, 1),
        ("# What a fault is\n\nFaulty.", 0, 0, 0),
        ("He went (by A. B.) home. She\nstayed.", 0, 0, 0),
    ],
)
def test_offences_are_found(text: str, long: int, semicolons: int, refused: int) -> None:
    """Code, tables and headings are left out, and everything else counts."""
    prose = read_prose(text)
    found = len(prose.long), sum(sentence.count(";") for sentence in prose.sentences), len(prose.refused)
    assert found == (long, semicolons, refused)


def test_mean_length() -> None:
    """A code span is one word, and a full stop within it ends nothing."""
    prose = read_prose("Run `nqpf run --set users=3. Now` today. Then stop.")
    assert (prose.words, len(prose.sentences), prose.mean) == (5, 2, 2.5)


@pytest.mark.parametrize("line", ["What it is", "Whether so", "Of users", "Those who", "How it is", "Where it is"])
def test_clauses_are_found(line: str) -> None:
    """The openings that are no command and no noun phrase, as whole words."""
    assert OPENINGS.match(line) and not OPENINGS.match(f"Return {line}") and not OPENINGS.match("Offer")
