"""The words of the documents and docstrings in numbers, by the rules of plain words.

`python -m tests.house.words [FILE…]` prints a row per document: words, sentences, their mean length, semicolons per
1,000 words, sentences of more than 25 words and refused words. Then it prints a row per package, and the docstrings
that begin with a clause.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.house.documents import DOCUMENTS, ROOT

LONGEST = 25
PACKAGES = ("agents", "model", "experiments", "viz")
REFUSED = re.compile(
    r"\b(faults?|faulty|mend(?:s|ed|ing)?|foretell(?:s|ing)?|foretold|(?:is|are|was|were) (?:said|told)"
    r"|(?<!equal )(?<!same )(?<!Equal )(?<!Same )[Ll]uck)\b"
)
"""Words of the private English. "equal luck" and "same luck" are terms of the project and stay: see the glossary."""

OPENINGS = re.compile(r"(What|Those|Whether|Of|How|Where)\b")
"""First words of a docstring that begin a clause instead of a command or a noun phrase."""


class Prose(NamedTuple):
    """The sentences of a text, without code, tables, headings and comments."""

    sentences: list[str]

    @property
    def words(self) -> int:
        """Number of words."""
        return sum(map(count_words, self.sentences))

    @property
    def mean(self) -> float:
        """Mean length of a sentence in words."""
        return self.words / max(len(self.sentences), 1)

    @property
    def semicolons(self) -> float:
        """Semicolons per 1,000 words."""
        return 1000.0 * sum(sentence.count(";") for sentence in self.sentences) / max(self.words, 1)

    @property
    def long(self) -> list[str]:
        """Sentences of more than LONGEST words."""
        return [sentence for sentence in self.sentences if count_words(sentence) > LONGEST]

    @property
    def refused(self) -> list[str]:
        """Refused words, as they stand."""
        return [found[0] for sentence in self.sentences for found in REFUSED.finditer(sentence)]


def read_prose(text: str) -> Prose:
    """Return the prose of a Markdown text. A code span counts as one word, and a list item ends a sentence."""
    text = re.sub(r"\A---\n.*?^---$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"`[^`]+`", "CODE", text)
    return Prose([sentence for paragraph in _paragraphs(text) for sentence in _sentences(paragraph)])


def _paragraphs(text: str) -> Iterator[str]:
    """Yield paragraphs and list items, each on one line. Headings, tables and indented code are left out."""
    held: list[str] = []
    listed = False
    for line in [*text.splitlines(), ""]:
        stripped = line.strip()
        begins_item = bool(re.match(r"([-*:]|\d+\.) ", stripped))
        code = line.startswith("    ") and not listed
        if not stripped or begins_item or code or stripped.startswith(("#", "|")):
            if held:
                yield " ".join(held)
            held = []
        listed = begins_item or (listed and bool(stripped))
        if stripped and not code and not stripped.startswith(("#", "|")):
            held.append(re.sub(r"^([-*:]|\d+\.) ", "", stripped))


def _sentences(paragraph: str) -> list[str]:
    text = re.sub(r"\b(e\.g|i\.e|et al|vs|cf)\.", r"\1", paragraph)
    parts = re.split(r"(?<=[.!?])[\"'”’)*_]*\s+(?=[\"'“‘(*_]*[A-Z0-9])", text)
    return [part for part in parts if count_words(part)]


def count_words(text: str) -> int:
    """Return the number of words: runs of characters that hold a letter or a digit."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def docstrings(package: str) -> Iterator[tuple[str, str]]:
    """Yield `file:line` and text of every docstring of a package."""
    for path in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node)):
                yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}", text


def clauses(package: str) -> list[str]:
    """Return where docstrings of a package begin with a clause, and with which words."""
    return [f"{place} {text.split(chr(10))[0]}" for place, text in docstrings(package) if OPENINGS.match(text)]


def refused_in_code(package: str) -> list[str]:
    """Return where docstrings of a package hold refused words, and which."""
    return [f"{place} {found[0]}" for place, text in docstrings(package) for found in REFUSED.finditer(text)]


def documents_table(paths: Iterable[Path]) -> Iterator[str]:
    """Yield a row per document."""
    header = f"{'document':<24}{'words':>7}{'sentences':>11}{'mean':>6}{'; per 1,000':>13}"
    yield f"{header}{f'over {LONGEST}':>9}{'refused':>9}"
    for path in paths:
        prose = read_prose(path.read_text(encoding="utf-8"))
        yield (
            f"{path.name:<24}{prose.words:>7}{len(prose.sentences):>11}{prose.mean:>6.1f}{prose.semicolons:>13.1f}"
            f"{len(prose.long):>9}{len(prose.refused):>9}"
        )


def main(names: list[str]) -> None:
    """Print the tables of documents and packages, or of the files named alone."""
    print("\n".join(documents_table(map(Path, names) if names else DOCUMENTS)))
    if names:
        return
    print(f"\n{'package':<24}{'docstrings':>11}{'clauses':>9}{'refused':>9}")
    for package in PACKAGES:
        count = len(list(docstrings(package)))
        print(f"{package:<24}{count:>11}{len(clauses(package)):>9}{len(refused_in_code(package)):>9}")
    print("\n" + "\n".join(place for package in PACKAGES for place in clauses(package)))


if __name__ == "__main__":
    main(sys.argv[1:])
