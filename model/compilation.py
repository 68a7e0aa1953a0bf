"""The first compilation of these sources: parts of the schedule side by side, each in a process of its own.

A process leaves its machine code in the cache; the kernel that runs quarters is then put together from there. Where
a process cannot be started or fails, the missing parts are compiled when first called. Only time is lost.
"""

import os
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from filelock import FileLock

from agents.kernel.decorators import cache_folder, compiled_before
from model.opening import build_world, open_run
from model.parameters import Parameters
from model.policy.presets import policies
from model.schedule import QUARTER, SHARED, run_cases
from model.start.world import lay_out
from model.state.references import addresses_of, reference_to
from model.state.state import RunInputs

TINY = Parameters(users=20, horizon=1, slots=4, founders=2, suppliers=2, industries=2, regions=1, domains=2)
"""The smallest economy that calls everything."""
_OWN = ("innovate",)  # compiled here: it makes products, as the world does at t = 0
_APART = (("govern",), ("use", "settle", "meet", "record"))


@cache
def compile_model(quiet: bool) -> bool:
    """Compile the model if it is not in the cache. Return True if so, after a line on stderr unless `quiet`.

    Of several processes that find the cache empty one compiles and the others wait for it.
    """
    if numba.config.DISABLE_JIT or compiled_before(run_cases):
        return False
    if not quiet:
        print("compiling the model once for these sources (one to two minutes) ...", file=sys.stderr, flush=True)
    with FileLock(cache_folder() / "compiling.lock"):
        if compiled_before(run_cases):
            return False
        _compile_side_by_side()
    return True


def _compile_side_by_side() -> None:
    """Compile parts of the schedule in processes of their own, then put the whole together here."""
    helpers = []
    if (os.cpu_count() or 1) > 1:
        with suppress(OSError):
            helpers = [_helper(*names) for names in _APART]
    build_world(TINY, 0)
    compile_parts(*_OWN)
    for helper in helpers:
        helper.wait()
    compile_whole()


def compile_whole() -> None:
    """Put the kernel that runs quarters together, from parts in the cache where they are."""
    none, reference = np.zeros(1, np.int64), reference_to(_case())
    run_cases(none, none, addresses_of([reference]), reference)


def compile_parts(*names: str) -> None:
    """Compile parts of the schedule and keep them in the cache."""
    for part in QUARTER:
        if part.__name__ in names:
            part.compile((*_types(), numba.typeof((0, 1))) if part in SHARED else _types())


def _types() -> tuple[Any, ...]:
    """Return the types of a part's arguments, which are the same in every economy."""
    return tuple(numba.typeof(argument) for argument in (0, *_case().given))


def _case() -> RunInputs:
    return open_run(TINY, policies["rebate"], 0, reference_to(lay_out(TINY, 0)))


def _helper(*names: str) -> "subprocess.Popen[bytes]":
    """Start a process that compiles the parts of these names."""
    cache_folder()  # where there is none, a temporary one is chosen for both of us
    path = os.pathsep.join([str(Path(__file__).resolve().parent.parent), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", "model.compilation", *names],
        env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


if __name__ == "__main__":
    compile_parts(*sys.argv[1:])
