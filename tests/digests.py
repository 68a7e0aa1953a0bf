"""Digests of all that a run leaves behind: equal digests, equal bytes."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from model.simulation import Run


def arrays(run: Run) -> Iterator[tuple[str, np.ndarray]]:
    """Every series, the summary, the panel of firms if there is one, and every array of the state by name.

    Not the phases' working space, and not what compares with another run.
    """
    yield from run.series.items()
    yield "summary", np.array(list(run.own_summary.values()))
    yield from ((f"panel.{name}", column) for name, column in (run.firms or {}).items())
    yield from _state_arrays(run.state)


def digest(named: Iterable[tuple[str, np.ndarray]]) -> str:
    """One digest of arrays with their names, shapes, types and bytes."""
    summed = hashlib.sha256()
    for name, values in named:
        summed.update(repr((name, values.shape, str(values.dtype))).encode() + values.tobytes())
    return summed.hexdigest()[:16]


def _state_arrays(part: Any, prefix: str = "") -> Iterator[tuple[str, np.ndarray]]:
    for name, value in zip(part._fields, part, strict=True):
        if isinstance(value, np.ndarray):
            yield prefix + name, value
        elif name not in ("shares", "thread_workspace", "phase_workspace"):
            yield from _state_arrays(value, f"{prefix}{name}.")
