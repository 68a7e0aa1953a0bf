"""The user's own table of industries.

A reader takes a file as Parameters hold it (name and digest) and is cached by it, so that a sweep reads a file once.
Errors are BadInput as 'FILE:LINE: column: what is wrong and what is allowed'.
"""

import math
import re
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from model.declaration.errors import BadInput, unknown
from model.declaration.input_file import path_of, text_of
from model.inputs.shipped_industries import located
from model.inputs.text_table import (
    DECIMAL_NUMBER,
    SEPARATORS,
    TextLine,
    TextLines,
    cells_of,
    read_lines,
    without_empty_ends,
)

NEEDED_COLUMNS = ("name", "share", "layer")
OLD_QUALITY_COLUMN = "old_quality"
INDUSTRY_COLUMNS = (*NEEDED_COLUMNS, OLD_QUALITY_COLUMN)
NEED = "need_"
OLD_QUALITY = (0.05, 3.0)
"""Range of the quality of an old technology."""

MOST_INDUSTRIES = 200
MOST_DOMAINS = 64
_LARGEST = 1e9  # of a share or need as written
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+")
_ROUNDING = 1e-9  # a sum this near to 1 is left alone, so that numbers written by an economy are read back exactly


class IndustryTable(NamedTuple):
    """The rows of `industries_file`: J industries, D problem domains. Arrays are read-only; copy them into a world."""

    names: tuple[str, ...]  # (J,)
    layer: np.ndarray  # (J,): TRADITIONAL, EMERGING or FUTURE
    share: np.ndarray  # (J,): share of economic size, sums to 1
    old_quality: np.ndarray | None  # (J,): quality of every user's old technology at t = 0. None: that of its layer
    needs: np.ndarray  # (J, D): latent needs, each row sums to 1


@lru_cache(maxsize=16)
def industry_table(file: str) -> IndustryTable:
    """Read a CSV table with a row per industry and columns name, share, layer, old_quality, need_... in any order.

    `name`: text, each once. `share`: of output, positive, summing to 1 or (as per cent) to 100 within 1 %, then
    normalised. `layer`: traditional, emerging or future. `old_quality`: in the range of the parameters of that name,
    which hold where there is no such column.
    A column whose name begins with `need_` per problem domain, in the order of domains: non-negative, in any unit, not
    all zero in a row, then normalised to sum to 1 per industry. Cells are separated by commas, semicolons, tabs or
    bars, as the header shows. Numbers may have decimal commas. Raises BadInput for anything else.
    """
    from agents.industry import LAYERS  # loads the compiler, which parameters without a file do not need

    path = path_of(file)
    rows = _rows(path, read_lines(path, text_of(located(file))))
    (top, header), *rest = rows
    needs = _check_header(path, top, header)
    table = [(line, dict(zip(header, row, strict=True))) for line, row in rest]
    if not table:
        raise BadInput("has no industries, must have a row per industry").at(path, top + 1)
    own_quality = OLD_QUALITY_COLUMN in header
    _write_points(path, table, ("share", *((OLD_QUALITY_COLUMN,) if own_quality else ()), *needs))
    names: dict[str, int] = {}
    for line, row in table:
        if not row["name"] or row["name"] in names:
            first = f"is that of line {names[row['name']]} too" if row["name"] else "is empty"
            raise BadInput(f"{first}, every industry needs its own", "name", row["name"]).at(path, line)
        names[row["name"]] = line
        if row["layer"] not in LAYERS:
            raise unknown("layer", row["layer"], LAYERS).within("layer").at(path, line)
    share = np.array([_number(path, line, "share", row, 1.0 / _LARGEST, _LARGEST) for line, row in table])
    latent = np.array([[_number(path, line, need, row, 0.0, _LARGEST) for need in needs] for line, row in table])
    for (line, _), total in zip(table, latent.sum(axis=1), strict=True):
        if total == 0.0:
            raise BadInput("are all 0, at least one must be above 0", f"{needs[0]} to {needs[-1]}").at(path, line)
    return IndustryTable(
        names=tuple(names),
        layer=_frozen(np.array([LAYERS.index(row["layer"]) for _, row in table])),
        share=_frozen(_normalised(_share_of_one(path, share))),
        old_quality=_old_quality(path, table) if own_quality else None,
        needs=_frozen(np.array([_normalised(row) for row in latent])),
    )


def check_industries(file: str, industries: int | None, domains: int | None) -> IndustryTable:
    """Return the table of a file. Raises BadInput where it does not fit the numbers of industries and domains.

    A number that is None is the file's.
    """
    path, table = path_of(file), industry_table(file)
    rows, needs = table.needs.shape
    if rows > MOST_INDUSTRIES:
        raise BadInput(f"must be at most {MOST_INDUSTRIES} industries", "rows", rows, path)
    if industries not in (rows, None):
        raise BadInput(f"must be as many as industries = {industries}, or leave that unset", "rows", rows, path)
    if needs > MOST_DOMAINS:
        raise BadInput(f"has {needs} such columns, must be at most {MOST_DOMAINS}", NEED).at(path, 1)
    if domains not in (needs, None):
        allowed = f"has {needs} such columns, must be as many as domains = {domains}, or leave that unset"
        raise BadInput(allowed, NEED).at(path, 1)
    return table


def _old_quality(path: str, table: list[tuple[int, dict[str, str]]]) -> np.ndarray:
    return _frozen(np.array([_number(path, line, OLD_QUALITY_COLUMN, row, *OLD_QUALITY) for line, row in table]))


def _rows(path: str, lines: TextLines) -> list[tuple[int, list[str]]]:
    """Return line number and cells of every row. All rows are as long as the first, which holds names of columns."""
    if not lines.content:
        raise BadInput("has no header").at(path, 1)
    separator = lines.separator or _separator_of(lines.content[0])
    found: list[list[str]] = []
    for line in lines.content:
        cells = cells_of(line.text, separator)
        if cells is None:
            raise BadInput("is not a CSV table: a quote stays open or ends within a cell").at(path, line.number)
        if not found and len(cells) == 1:
            _check_header(path, line.number, [line.text])
        length = len(found[0]) if found else len(cells)
        if len(cells) != length:
            raise BadInput(f"must be {length} as in the header", "cells", len(cells)).at(path, line.number)
        found.append(cells)
    for line in lines.comments:
        if len(cells_of(line.text, separator) or ()) == len(found[0]):
            raise BadInput("is a comment or a row, put the name in quotes or remove the line").at(path, line.number)
    found = without_empty_ends(found)
    if found[0][0] == "":  # names of rows, as R and pandas write them
        found = [cells[1:] for cells in found]
    found[0] = [name.lower().replace(" ", "_") for name in found[0]]
    return [(line.number, cells) for line, cells in zip(lines.content, found, strict=True)]


def _separator_of(header: TextLine) -> str:
    """Return the separator that finds most of the columns in the header, a comma where none finds any."""
    known = {
        separator: sum(
            cell.lower().replace(" ", "_") in INDUSTRY_COLUMNS for cell in cells_of(header.text, separator) or ()
        )
        for separator in (",", *(sign for sign in SEPARATORS if sign not in ", "))
    }
    return max(known, key=lambda separator: known[separator])


def _write_points(path: str, table: list[tuple[int, dict[str, str]]], columns: tuple[str, ...]) -> None:
    """Write decimal commas as points. Raises BadInput where commas may separate thousands."""
    cells = [(line, row, column) for line, row in table for column in columns]
    commas = [(line, row, column) for line, row, column in cells if "," in row[column]]
    points = any("." in row[column] for _, row, column in cells)
    if commas and (points or all(_THOUSANDS.fullmatch(row[column]) for _, row, column in commas)):
        line, row, column = commas[0]
        raise BadInput("has a comma for decimals or thousands, write a point", column, row[column]).at(path, line)
    for _, row, column in commas:
        row[column] = row[column].replace(",", ".")


def _check_header(path: str, line: int, header: list[str]) -> list[str]:
    """Return the columns of needs. Raises BadInput for a column that is missing, unknown or there twice."""
    needs = [name for name in header if name.startswith(NEED)]
    for name in (*NEEDED_COLUMNS, f"{NEED}1"):
        if name not in header and not (needs and name.startswith(NEED)):
            columns = f"{', '.join(NEEDED_COLUMNS)}, {OLD_QUALITY_COLUMN} (optional) and {NEED}1, {NEED}2, ..."
            allowed = f"there is no such column, columns are {columns}, separated by commas, semicolons, tabs or bars"
            raise BadInput(allowed, name).at(path, line)
    for name in header:
        if name not in INDUSTRY_COLUMNS and name not in needs:
            raise unknown("column", name, (*INDUSTRY_COLUMNS, f"{NEED}1")).within(name).at(path, line)
        if header.count(name) > 1:
            raise BadInput("is there twice, every column must be there once", name).at(path, line)
    return needs


def _number(path: str, line: int, column: str, row: dict[str, str], low: float, high: float) -> float:
    """Return the number in a cell. Raises BadInput unless it is from `low` to `high`."""
    value = float(row[column]) if DECIMAL_NUMBER.fullmatch(row[column]) else math.nan
    if not low <= value <= high:
        raise BadInput(f"must be a number from {low:g} to {high:g}", column, row[column]).at(path, line)
    return value


def _share_of_one(path: str, share: np.ndarray) -> np.ndarray:
    """Return shares, or percentages as shares. Raises BadInput when they do not sum to one within 1 %."""
    total = float(share.sum())
    for whole in (1.0, 100.0):
        if abs(total / whole - 1.0) <= 0.01:
            return share / whole
    raise BadInput("must sum to 1 (or to 100 per cent) within 1 %", "share", total, path)


def _normalised(weights: np.ndarray) -> np.ndarray:
    total = weights.sum()
    return weights if abs(total - 1.0) <= _ROUNDING else weights / total


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
