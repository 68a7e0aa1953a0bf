"""Agreement of stored results: rows with their ids, and rows of one run with each other, in one folder or several."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from experiments.results.contents import OF_ID, Contradiction, misplaced, one_row_each, rows_once
from experiments.results.shards import KINDS, Damaged, read_shard, shards

RUN_KINDS = ("runs", "reruns")
TOGETHER = (RUN_KINDS, ("series",), ("facts",))
"""Kinds whose rows of one run must agree."""


def refuse_contradictions(
    folders: Iterable[Path],
    model: str,
    together: Sequence[Sequence[str]] = TOGETHER,
    checked: set[str] | None = None,
) -> None:
    """Raise Contradiction for the first disagreement in some folders that are to be one.

    Shards whose names are in `checked` are only held against others. It takes up the names of those that are right.
    """
    checked = set() if checked is None else checked
    for error in contradictions(list(folders), model, together, checked):
        raise error


def contradictions(
    folders: list[Path],
    model: str,
    together: Sequence[Sequence[str]] = TOGETHER,
    checked: set[str] | None = None,
) -> Iterator[Contradiction]:
    """Yield what disagrees: within each shard, then between the shards of a kind. Damaged shards are left out."""
    checked = set() if checked is None else checked
    for kinds in together:
        owners: Counter[str] = Counter()
        for path, kind in _shards_once(folders, kinds):
            try:
                if path.name not in checked:
                    yield from _within(path, kind, model)
                    checked.add(path.name)
                owners.update(pc.unique(read_shard(path, KINDS[kind].schema(), ["run_id"])["run_id"]).to_pylist())
            except (Damaged, FileNotFoundError):
                continue  # found by others, or just put into a larger one
        if repeated := [run for run, number in owners.items() if number > 1]:
            yield from _between(folders, kinds, repeated)


def in_order(kinds: Sequence[str], table: pa.Table) -> pa.Table:
    """Return rows of some kinds that go together sorted, each once. Raises Contradiction."""
    return one_row_each(table) if kinds[0] in RUN_KINDS else rows_once(table, KINDS[kinds[0]].keys)


def _within(path: Path, kind: str, model: str) -> Iterator[Contradiction]:
    needed = ["run_id", *OF_ID] if kind in RUN_KINDS else None
    table = read_shard(path, KINDS[kind].schema(), needed)
    if kind in RUN_KINDS and (wrong := misplaced(table, model)):
        rows = "a row has" if len(wrong) == 1 else f"{len(wrong)} rows have"
        yield Contradiction(f"{rows} the settings or seed of another run than their id, {wrong[0]}", [path])
    if kind in RUN_KINDS and pc.count_distinct(table["run_id"]).as_py() == table.num_rows:
        return
    try:
        in_order([kind], table if needed is None else read_shard(path, KINDS[kind].schema()))
    except Contradiction as error:
        yield Contradiction(error.problem, [path])


def _between(folders: list[Path], kinds: Sequence[str], repeated: list[str]) -> Iterator[Contradiction]:
    names = KINDS[kinds[0]].schema().names
    suspects = pa.array(repeated, type=pa.string())
    held = []
    for path, kind in _shards_once(folders, kinds):
        try:
            table = read_shard(path, KINDS[kind].schema(), names)
        except (Damaged, FileNotFoundError):
            continue
        held.append((path, table.filter(pc.is_in(table["run_id"], value_set=suspects))))
    try:
        in_order(kinds, pa.concat_tables([table for _, table in held]))
    except Contradiction as error:
        runs = pa.array(error.runs, type=pa.string())
        holders = [path for path, table in held if pc.any(pc.is_in(table["run_id"], value_set=runs)).as_py()]
        yield Contradiction(error.problem, holders)


def _shards_once(folders: list[Path], kinds: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Yield the shards of some kinds, each content once."""
    seen = set()
    for folder in folders:
        for kind in kinds:
            for path in shards(folder, kind):
                if (kind, path.name) not in seen:
                    seen.add((kind, path.name))
                    yield path, kind
