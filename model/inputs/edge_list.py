"""Edge lists: the dialect of a file, found from all its lines, and the ties that it gives.

A dialect is a separator and the meaning of '#' within a line. Every dialect is tried on the whole file. The file is
read where one dialect fits, or several give the same ties. Otherwise it is refused.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from model.declaration.errors import BadInput
from model.inputs.node_names import FEWEST, WHOLE_NAME, Misfit, TieRow, check_names
from model.inputs.text_table import (
    DECIMAL_NUMBER,
    SEPARATORS,
    TextLine,
    TextLines,
    cells_of,
    read_lines,
    without_empty_ends,
)

_SOURCES = ("source", "src", "from", "fromnode", "fromid", "fromnodeid", "sourceid", "sourcenode", "node1", "ego")
_TARGETS = (
    "target", "tgt", "to", "tonode", "toid", "tonodeid", "targetid", "targetnode", "dst", "dest", "destination",
    "node2", "alter",
)  # fmt: skip
_HEADER = "name the columns in a first line such as source,target,weight"
_MOST_COLUMNS = 4  # without a header: two names, weight and time, as collections of networks write them
_DATA = re.compile(r"[\s,;|]\s*\{.*\}$")  # what networkx.write_edgelist adds to a tie
_NOTE = re.compile(r"\s#.*$")
_POINT = re.compile(r"[eE][+-](?=[0-9])|(?<=,)[+-]|\.")  # of a number such as -1.5e-3
_JOINED = re.compile(r"[-/:>=→，、_]")


class _Reading(NamedTuple):
    """The ties of a file in one dialect, with the dialect in words."""

    ties: list[tuple[str, str]]
    words: str


def read_edge_list(path: str, text: str) -> Any:
    """Return the ties of an edge list as a networkx.MultiGraph, which says in `read_as` how the file was read.

    Raises BadInput where no dialect fits all lines, and where two fit that give different ties.
    """
    import networkx as nx

    lines = read_lines(path, text)
    if not lines.content:
        raise BadInput("has no ties, lines that begin with # or % are comments").at(path, 1)
    _check_comments(path, lines)
    readings, misfits = [], []
    for separator, notes in _dialects(lines):
        try:
            readings.append(_read(lines, separator, notes))
        except Misfit as misfit:
            misfits.append(misfit)
    if not readings and misfits:
        furthest = max(misfits, key=lambda misfit: misfit.line)
        raise BadInput(furthest.allowed, furthest.key, furthest.value).at(path, furthest.line)
    if any(reading.ties != readings[0].ties for reading in readings):
        both = " or ".join(dict.fromkeys(reading.words for reading in readings))
        raise BadInput(f"may be {both}, put names in quotes", place=path)
    graph = nx.MultiGraph(read_as=f"an edge list with {readings[0].words}")
    graph.add_edges_from(_once(readings[0].ties))
    return graph


def _dialects(lines: TextLines) -> Iterator[tuple[str, bool]]:
    """Yield separators and whether ' #' begins a note, as far as the file may have them."""
    texts = [line.text for line in _without_data(lines.content)]
    for notes in (True, False) if any(_NOTE.search(text) for text in texts) else (False,):
        bare = [_NOTE.sub("", text) for text in texts] if notes else texts
        for separator in SEPARATORS:
            seen = any(separator in text for text in bare) and not _decimal(separator, bare)
            if separator == lines.separator or (not lines.separator and (seen or separator == " ")):
                yield separator, notes


def _decimal(separator: str, texts: list[str]) -> bool:
    """Return whether all commas stand within numbers, as in 0,5, and something else may separate cells."""
    if separator != "," or any(re.search(r"(?<![0-9]),|,(?![0-9])", text) for text in texts):
        return False
    return any(re.search(r"[^\w,]", _POINT.sub("", text)) for text in texts)


def _without_data(lines: list[TextLine]) -> list[TextLine]:
    """Return lines without the attributes in braces that networkx writes behind every tie."""
    if not all(_DATA.search(line.text) for line in lines):
        return lines
    return [TextLine(line.number, _DATA.sub("", line.text)) for line in lines]


def _read(lines: TextLines, separator: str, notes: bool) -> _Reading:
    content = _without_data(lines.content)
    quote = _quote_of(content)
    rows = []
    for number, text in content:
        text = _NOTE.sub("", text) if notes else text
        cells = cells_of(text, separator, quote)
        if cells is None:
            raise Misfit(number, "has a quote that stays open or ends within a cell")
        rows.append(TieRow(TextLine(number, text), cells))
    rows, header = _body(_even(rows), lines.comments, separator, quote)
    ties = [(row.cells[0], row.cells[1]) for row in rows]
    check_names(rows, separator, quote)
    _check_last(rows)
    words = f"names separated by {SEPARATORS[separator]}"
    return _Reading(ties, f"{words}, {header}" if header else words)


def _check_comments(path: str, lines: TextLines) -> None:
    """Raise BadInput where more comments than ties look as ties do: their names may begin with the sign."""
    for separator in SEPARATORS:
        width = len(cells_of(lines.content[0].text, separator) or ())
        lengths = Counter(len(cells_of(line.text, separator) or ()) for line in lines.comments)
        alike = [count for length, count in lengths.items() if width > 1 and length % width == 0 < length]
        if any(count > len(lines.content) for count in alike):
            allowed = "looks as a tie does, put names that begin with # or % in quotes"
            raise BadInput(allowed, "comment", lines.comments[0].text).at(path, lines.comments[0].number)


def _check_last(rows: list[TieRow]) -> None:
    """Raise Misfit for a last line of totals: a word where all other names are numbers."""
    *others, last = rows
    numbers = {name for row in others for name in row.cells[:2]}
    words = [name for name in last.cells[:2] if not WHOLE_NAME.fullmatch(name)]
    if len(words) == 1 and len(others) > 1 and all(WHOLE_NAME.fullmatch(name) for name in numbers):
        raise Misfit(last.line.number, "must be a number as all other names, leave totals out", "name", words[0])


def _quote_of(lines: list[TextLine]) -> str:
    """Return the sign in which names are quoted."""
    single = any(re.match(r"'[^']*'(?![^\s,;|])", line.text) for line in lines)
    return "'" if single and not any('"' in line.text for line in lines) else '"'


def _even(rows: list[TieRow]) -> list[TieRow]:
    """Return rows of one length, without columns that R writes for the numbers of rows and columns that are empty."""
    first, *others = (len(row.cells) for row in rows)
    width = others[0] if others else first
    for row in rows:
        if len(row.cells) < 2:
            raise Misfit(row.line.number, FEWEST, "tie", row.line.text)
    for row in rows[1:]:
        if len(row.cells) != width:
            allowed = f"must have {width} as line {rows[1].line.number}"
            raise Misfit(row.line.number, allowed, "cells", len(row.cells))
    if first == width - 1 and _columns(rows[0].cells) and _counts(rows[1:]):
        rows = [rows[0], *(TieRow(row.line, row.cells[1:]) for row in rows[1:])]
    elif first != width:
        raise Misfit(rows[1].line.number, f"must have {first} as line {rows[0].line.number}", "cells", width)
    elif not rows[0].cells[0] and first > 2:
        rows = _without_row_names(rows)
    cells = without_empty_ends(row.cells for row in rows)
    for row in rows:
        if len(cells[0]) < 2:
            raise Misfit(row.line.number, FEWEST, "tie", row.line.text)
    return [TieRow(row.line, kept) for row, kept in zip(rows, cells, strict=True)]


def _without_row_names(rows: list[TieRow]) -> list[TieRow]:
    """Return rows without their first column, which has no name in the header, as R and pandas write it."""
    header, number = rows[0].cells, rows[0].line.number
    labels = {row.cells[0] for row in rows[1:]}
    if labels == set(header[1:]):
        raise Misfit(number, "is the head of a matrix, must be a list with a tie a line")
    if len(labels) < len(rows) - 1 or "" in labels or (len(header) > 3 and not _columns(header)):
        raise Misfit(number, f"has a column without a name, {_HEADER}")
    known = header[1:] if _columns(header) else ["source", "target"]
    return [TieRow(rows[0].line, known), *(TieRow(row.line, row.cells[1:]) for row in rows[1:])]


def _counts(rows: list[TieRow]) -> bool:
    """Return whether the first column counts the rows in quotes, as R writes their names."""
    return all(row.cells[0] == str(k) and row.line.text[0] == '"' for k, row in enumerate(rows, 1))


def _columns(cells: list[str]) -> tuple[int, int] | None:
    """Return the columns that a header calls source and target, or None where it names none or several."""
    words = [re.sub(r"[^a-z0-9]", "", cell.lower()) for cell in cells]
    sources = [k for k, word in enumerate(words) if word in _SOURCES]
    targets = [k for k, word in enumerate(words) if word in _TARGETS]
    return (sources[0], targets[0]) if len(sources) == len(targets) == 1 else None


def _body(rows: list[TieRow], comments: list[TextLine], separator: str, quote: str) -> tuple[list[TieRow], str]:
    """Return the ties' rows with both names first, and the header in words."""
    first, rest = rows[0], rows[1:]
    found = _columns(first.cells)
    if found and not rest:
        raise Misfit(first.line.number, "is a header, must be followed by ties")
    if found:
        names = {row.cells[k] for row in rest for k in found}
        known = [first.cells[k] in names for k in found]
        again = [row.line.number for row in rest if row.cells == first.cells]
        if again:
            raise Misfit(again[0], f"is the header of line {first.line.number} again, must be a tie")
        if not any(known):
            return _named(rest, first.cells, found), f"header in line {first.line.number}"
        if not all(known) or len(first.cells) > 2:
            raise Misfit(first.line.number, "is a header or a tie, put names in quotes and give another header")
    before = [line for line in comments if line.number < first.line.number]
    if before:
        cells = cells_of(before[-1].text.lstrip("#%/ "), separator, quote) or []
        found = _columns(cells) if len(cells) == len(first.cells) else None
        if found:
            return _named(rows, cells, found), f"header in line {before[-1].number}"
    if _is_plain_header(rows):
        return rest, f"header in line {first.line.number}"
    _check_without_header(rows)
    return rows, ""


def _named(rows: list[TieRow], header: list[str], columns: tuple[int, int]) -> list[TieRow]:
    """Return rows with the columns of both names first. Raises Misfit for directed ties."""
    kinds = [k for k, name in enumerate(header) if name.lower() in ("type", "directed")]
    for row in rows:
        for k in kinds:
            if row.cells[k].lower() in ("directed", "true"):
                raise Misfit(row.line.number, "is directed, which only GraphML can say")
    return [TieRow(row.line, [row.cells[k] for k in columns]) for row in rows]


def _is_plain_header(rows: list[TieRow]) -> bool:
    """Return whether the first of two columns' rows has words where all others have numbers."""
    first, rest = rows[0], rows[1:]
    if len(first.cells) != 2 or not rest or any(DECIMAL_NUMBER.fullmatch(cell) for cell in first.cells):
        return False
    return all(WHOLE_NAME.fullmatch(cell) for row in rest for cell in row.cells)


def _check_without_header(rows: list[TieRow]) -> None:
    """Raise Misfit unless rows can only be two names, and then numbers."""
    first, width = rows[0], len(rows[0].cells)
    if width > _MOST_COLUMNS or (width > 3 and len(rows) in (width, width - 1)) or (width == 3 and len(rows) == 2):
        raise Misfit(first.line.number, f"has {width} columns, which may be a matrix. For a list {_HEADER}")
    for row in rows:
        for cell in row.cells[2:]:
            if cell and not DECIMAL_NUMBER.fullmatch(cell):
                allowed = f"must be a number behind two names. Put names in quotes, or {_HEADER}"
                raise Misfit(row.line.number, allowed, "cell", cell)
    cells = [row.cells for row in rows]
    if _is_star(cells, width) or (width > 2 and _is_ambiguous(cells)):
        raise Misfit(first.line.number, f"has columns whose meaning is open, {_HEADER}")
    names = [name for row in rows[1:] for name in row.cells[:2]]
    if first.cells[:2] == [str(len(set(names))), str(len(rows) - 1)] or _is_repeated(rows):
        raise Misfit(first.line.number, f"is a tie or says what follows. Leave it out, or {_HEADER}")
    if names and not set(first.cells[:2]) & set(names):
        shapes = {_shape(name) for name in names}
        if not all(_shape(name) in shapes for name in first.cells[:2]):
            allowed = "is a header or a tie of two names that stand in no other line. Begin with source,target"
            raise Misfit(first.line.number, allowed, "line", first.line.text)


def _is_repeated(rows: list[TieRow]) -> bool:
    """Return whether the first row may be the columns' numbers, as pandas writes them: its tie alone is there again."""
    labels = [str(k) for k in range(len(rows[0].cells))]
    pairs = [frozenset(row.cells[:2]) for row in rows]
    return rows[0].cells == labels and pairs[0] in pairs[1:] and len(set(pairs[1:])) == len(pairs) - 1


def _is_ambiguous(rows: list[list[str]]) -> bool:
    """Return whether rows may be numbered ties, or nodes with all their neighbours, instead of ties with weights."""
    neighbours = {(row[0], other) for row in rows for other in row[1:]}
    if all((other, one) in neighbours for one, other in neighbours):
        return True
    third = {row[2] for row in rows}
    distinct = len({row[0] for row in rows}) == len(rows) > 1
    whole = all(WHOLE_NAME.fullmatch(cell) for cell in third)
    return distinct and whole and len(third) > 1 and all(row[1] != row[2] for row in rows)


def _is_star(rows: list[list[str]], width: int) -> bool:
    """Return whether all rows name one node that may be no node: a word beside numbers, or beside ties such as 0-1."""
    for k in (0, 1):
        if len(rows) > 2 and len({row[k] for row in rows}) == 1:
            parts = [[part for part in _JOINED.split(row[1 - k]) if part] for row in rows]
            ends = {part[0] for part in parts if len(part) > 1} & {part[-1] for part in parts if len(part) > 1}
            if width > 2 or ends:
                return True
    return False


def _shape(name: str) -> str:
    """Return a name with every number as 0."""
    return re.sub("[0-9]+", "0", name)


def _once(ties: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return ties once where every one of them is given from both ends."""
    given = set(ties)
    if len(given) < len(ties) or not all((other, one) in given for one, other in ties):
        return ties
    kept: dict[frozenset[str], tuple[str, str]] = {}
    for tie in ties:
        kept.setdefault(frozenset(tie), tie)
    return list(kept.values())
