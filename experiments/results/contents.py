"""The contents of rows: whether they belong to their run's id, and whether rows of one run agree."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from experiments.study.addresses import ADDRESSES
from experiments.study.digests import Template, run_digest
from model.declaration.errors import BadInput
from model.declaration.input_file import digest_of
from model.declaration.settings import is_file
from model.parameters import Parameters
from model.policy.policy import Policy

NAMES = ("point", "set", "policy", "rerun")
"""Columns that say what asked for a run. They may differ between rows of one run."""

FILE_COLUMNS = tuple(address for address, setting in ADDRESSES.items() if is_file(*setting))
"""Columns that name files. A run's id holds what a file holds, so that its name may differ between rows of one run."""

OF_ID = ("seed", *ADDRESSES)
"""Columns that a run's id is made of."""

ATTEMPT = ("run_id", "status", "error", "point", "set", "policy", *FILE_COLUMNS)
"""Columns that decide which of several rows of one run counts, in this order."""


class Contradiction(BadInput):
    """Stored results that cannot all be right: of these `runs`, in these shards."""

    def __init__(self, problem: str, shards: Sequence[Path] = (), runs: Sequence[str] = ()) -> None:
        allowed = "move the wrong file out of the folder and give the command again"
        super().__init__(allowed, place=" and ".join(map(str, shards)), problem=problem)
        self.runs = runs


def one_row_each(runs: pa.Table) -> pa.Table:
    """Return runs sorted by id, each once: the row that succeeded if any did.

    Raises Contradiction where rows of one run that succeeded do not agree.
    """
    orders = ["ascending" if name != "status" else "descending" for name in ATTEMPT]
    runs = runs.sort_by(list(zip(ATTEMPT, orders, strict=True)))
    return _first_of_each(runs, ("run_id",), pc.equal(runs["status"], "ok"))


def rows_once(table: pa.Table, keys: Sequence[str]) -> pa.Table:
    """Return a table sorted by its keys, each once. Raises Contradiction where rows of one key do not agree."""
    return _first_of_each(table.sort_by([(name, "ascending") for name in keys]), keys)


def _first_of_each(table: pa.Table, keys: Sequence[str], compared: Any = None) -> pa.Table:
    """Return the first row of each group of equal keys in a sorted table, if the others (or those compared) agree."""
    length = table.num_rows
    new = np.ones(length, dtype=bool)
    if length > 1:
        columns = [table[name].combine_chunks() for name in keys]
        same = [np.asarray(pc.equal(key.slice(1), key.slice(0, length - 1))) for key in columns]
        new[1:] = ~np.logical_and.reduce(same)
    if new.all():
        return table
    first, dropped = np.flatnonzero(new), np.flatnonzero(~new)
    if compared is not None:
        dropped = dropped[np.asarray(compared)[dropped]]
    kept = first[np.cumsum(new)[dropped] - 1]
    _refuse_disagreement(table.take(pa.array(kept)), table.take(pa.array(dropped)))
    return table.take(pa.array(first))


def _refuse_disagreement(ours: pa.Table, theirs: pa.Table) -> None:
    """Raise Contradiction where rows of two tables side by side differ in a result."""
    apart = np.zeros(ours.num_rows, dtype=bool)
    example = ""
    for name in ours.column_names:
        one, other = ours[name].combine_chunks(), theirs[name].combine_chunks()
        if name in (*NAMES, *FILE_COLUMNS, "error") or one.equals(other):
            continue
        differ = np.array([not one[row].equals(other[row]) for row in range(len(one))])
        where = int(np.argmax(differ))
        example = example or f"{ours['run_id'][where]} ({name} is {one[where]} and {other[where]})"
        apart |= differ
    if not example:
        return
    runs = sorted(set(ours["run_id"].filter(pa.array(apart)).to_pylist()))
    rest = f", and so have {len(runs) - 1} more" if len(runs) > 1 else ""
    raise Contradiction(f"run {example} has two different results{rest}", runs=runs)


def misplaced(runs: pa.Table, model: str) -> list[str]:
    """Return the ids of rows whose settings and seed are not those of their run."""
    return [
        str(stored)
        for stored, right in zip(runs["run_id"].to_pylist(), _ids(runs, model), strict=True)
        if stored != right
    ]


def _ids(runs: pa.Table, model: str) -> Iterator[str]:
    """Yield the id that belongs to each row's settings and seed, as `experiments.study.digests.run_id` makes it."""
    parameters, policies = (_digests(runs, kind) for kind in (Parameters, Policy))
    seeds = runs["seed"].to_pylist()
    for settings, policy, seed in zip(parameters, policies, seeds, strict=True):
        yield run_digest(settings, policy, seed, model)


def _digests(runs: pa.Table, kind: type) -> Iterator[str]:
    """Yield the digest of each row's settings of a kind. Few settings vary, so each combination is hashed once."""
    own = {address: name for address, (owner, name) in ADDRESSES.items() if owner is kind}
    columns = {address: runs[address] for address in own}
    varying = [address for address, column in columns.items() if pc.count_distinct(column, mode="all").as_py() > 1]
    fixed = {
        name: _plain(address, columns[address][0].as_py())
        for address, name in own.items()
        if runs.num_rows and address not in varying
    }
    template = Template(fixed | dict.fromkeys(own[address] for address in varying))
    known: dict[tuple[Any, ...], str] = {}
    lists = [columns[address].to_pylist() for address in varying]
    for row in range(runs.num_rows):
        values = tuple(column[row] for column in lists)
        if values not in known:
            changed = {own[address]: _plain(address, value) for address, value in zip(varying, values, strict=True)}
            known[values] = template.digest(changed)
        yield known[values]


def _plain(address: str, value: Any) -> Any:
    """Return a stored setting as the plain data that ids are made of."""
    if not isinstance(value, str):
        return value
    kind, name = ADDRESSES[address]
    if is_file(kind, name):
        return digest_of(value)
    return value if _is_text(address) else _parsed(value)


@cache
def _is_text(address: str) -> bool:
    """Return whether a setting is always a word, which is stored as it is."""
    kind, name = ADDRESSES[address]
    annotation = kind.model_fields[name].annotation
    options = getattr(annotation, "__args__", ())
    return annotation is str or (bool(options) and all(isinstance(option, str) for option in options))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
