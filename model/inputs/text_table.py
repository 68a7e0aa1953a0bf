"""Lines of a text file and their cells: what every reader of tables and edge lists shares."""

import csv
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from model.declaration.errors import BadInput

SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", " ": "white space"}
"""Characters that may separate cells, the most telling first, with their names."""

COMMENTS = ("#", "%", "//")
"""Beginnings of a line of comment."""

UNSEEN = "cannot be seen, and must be removed"
"""Allowed instead of a control character."""

DECIMAL_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?")
"""A number with a decimal point or comma."""

_SEPARATOR_LINE = re.compile(r"\"?sep=([;|,]?)\"?", re.IGNORECASE)  # Excel's, with nothing seen for a tab
_JOINERS = "\u200c\u200d"  # belong to words of some languages


class TextLine(NamedTuple):
    """A line with its number in the file."""

    number: int
    text: str


class TextLines(NamedTuple):
    """A file's lines with content, and its lines of comment. `separator`: that of a line `sep=;`, or ""."""

    content: list[TextLine]
    comments: list[TextLine]
    separator: str


def read_lines(path: str, text: str) -> TextLines:
    """Return the lines of a text. Raises BadInput for a character that no editor shows."""
    every = [TextLine(number, line.strip()) for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1)]
    filled = [line for line in every if line.text]
    for line in filled:
        if hidden := hidden_character(line.text.replace("\t", " ")):
            raise BadInput(UNSEEN, "character", hidden).at(path, line.number)
    marked = _SEPARATOR_LINE.fullmatch(filled[0].text) if filled else None
    filled = filled[1:] if marked else filled
    comments = [line for line in filled if line.text.startswith(COMMENTS)]
    content = [line for line in filled if not line.text.startswith(COMMENTS)]
    return TextLines(content, comments, (marked[1] or "\t") if marked else "")


def hidden_character(text: str) -> str:
    """Return the first control or other invisible character of a text as U+..., or "" where there is none."""
    if text.isprintable():
        return ""
    hidden = (letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Cn", "Cs", "Zl", "Zp"))
    return next((f"U+{ord(letter):04X}" for letter in hidden if letter not in _JOINERS), "")


def cells_of(line: str, separator: str, quote: str = '"') -> list[str] | None:
    """Return the cells of a line without quotes, or None where a quote stays open or ends within a cell."""
    if separator == " ":
        line = line.replace("\t", " ").replace("\u00a0", " ")
    try:
        reader = csv.reader([line], delimiter=separator, quotechar=quote, skipinitialspace=True, strict=True)
        return [cell.strip() for cell in next(reader)]
    except csv.Error:
        return None


def without_empty_ends(rows: Iterable[list[str]]) -> list[list[str]]:
    """Return rows of one length without the last cells that are empty in every row."""
    kept = list(rows)
    while kept and kept[0] and not any(row[-1] for row in kept):
        kept = [row[:-1] for row in kept]
    return kept
