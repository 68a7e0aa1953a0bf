"""Names of nodes in an edge list, and what shows that a line was cut in the wrong place."""

import re
from typing import Any, NamedTuple

from model.inputs.text_table import COMMENTS, DECIMAL_NUMBER, TextLine

FEWEST = "must be two names, separated by a comma, a semicolon, a tab or white space"
"""Allowed in a line of an edge list."""

WHOLE_NAME = re.compile(r"[0-9]+")
"""A whole number without sign."""

_MISSING = ("na", "nan", "n/a", "none", "null")
_OUTER = ",;|:，；：、\"'"  # a name that begins or ends with one of these was cut in the wrong place
_INNER = {",": ";|\t", " ": ",;|"}  # by separator: what no name holds except in quotes


class TieRow(NamedTuple):
    """A line and its cells."""

    line: TextLine
    cells: list[str]


class Misfit(Exception):
    """The reason why a dialect does not fit, at a line. `value`: what stands there."""

    def __init__(self, line: int, allowed: str, key: str = "", value: Any = ...) -> None:
        super().__init__(allowed)
        self.line, self.allowed, self.key, self.value = line, allowed, key, value


def check_names(rows: list[TieRow], separator: str, quote: str) -> None:
    """Raise Misfit for a name that was cut in the wrong place, is no name, or is tied to itself."""
    known: set[str] = set()
    for row in rows:
        for name in row.cells[:2]:
            if name not in known:
                in_quotes = f"{quote}{name}{quote}" in row.line.text
                if problem := _problem_of(name, "" if in_quotes else _INNER.get(separator, ""), in_quotes):
                    raise Misfit(row.line.number, problem, "name" if name else "tie", name or row.line.text)
                known.add(name)
        if row.cells[0] == row.cells[1]:
            raise Misfit(row.line.number, "is tied to itself, ties must join two nodes", "node", row.cells[0])


def _problem_of(name: str, inner: str, in_quotes: bool) -> str:
    """Return what is wrong with a name, or "". `inner`: characters that it may not hold."""
    if not name:
        return FEWEST
    if not any(letter.isalnum() for letter in name):
        return "must have a letter or a digit"
    if not in_quotes and name.lower() in _MISSING:
        return "is no name, leave the line out or put the name in quotes"
    if not in_quotes and name.startswith(COMMENTS):
        return "begins as a comment, put the name in quotes"
    if DECIMAL_NUMBER.fullmatch(name) and not WHOLE_NAME.fullmatch(name):
        return "must be a word or a whole number"
    cut = name[0] in _OUTER or name[-1] in f"{_OUTER}#" or ": " in name or any(letter in name for letter in inner)
    if cut and not in_quotes:
        return "has a separator in it, put the name in quotes"
    if any(name.count(pair[0]) != name.count(pair[1]) for pair in ("()", "[]", "{}", "<>")):
        return "has a bracket that stays open, put a tie a line, as source,target"
    return ""
