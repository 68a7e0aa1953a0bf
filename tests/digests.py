"""Digests of all that a run leaves behind: equal digests, equal bytes.

`python -m tests.digests` prints one of each economy of `BRANCHES`. As plain Python (`NUMBA_DISABLE_JIT=1`) that takes
three seconds, which is what mutation testing needs.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import policies
from model.simulation import Run, simulate
from tests.economies import BRANCH, BRANCHES


def arrays(run: Run) -> Iterator[tuple[str, np.ndarray]]:
    """Yield every series, the summary, the panel of firms if there is one, and every array of the state by name.

    Left out are the phases' working space and the indicators that compare with another run.
    """
    yield from run.series.items()
    yield "summary", np.array(list(run.own_summary.values()))
    yield from ((f"panel.{name}", column) for name, column in (run.firms or {}).items())
    yield from _state_arrays(run.state)


def digest(named: Iterable[tuple[str, np.ndarray]]) -> str:
    """Return one digest of arrays with their names, shapes, types and bytes."""
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


def branch_runs() -> Iterator[tuple[str, Run]]:
    """Run every economy of `BRANCHES` with identities checked and the panel of firms kept, then one without policy."""
    for seed, (label, (parameters, policy)) in enumerate(BRANCHES.items()):
        yield label, simulate(Parameters(**{**BRANCH, **parameters}), Policy(**policy), seed, check=True, panel=True)
    yield "no policy", simulate(Parameters(**BRANCH), policies["laissez_faire"], 2**40 + 7)


def branch_digests() -> Iterator[tuple[str, str]]:
    """Yield a digest of the declarations, then one of each run's series, state, summary and panel when it is done."""
    declared = [*Parameters.declarations(), *Policy.declarations()]
    yield "declarations", hashlib.sha256(json.dumps(declared).encode()).hexdigest()[:16]
    for label, run in branch_runs():
        yield label, digest(arrays(run))


if __name__ == "__main__":
    print(json.dumps(dict(branch_digests())))
