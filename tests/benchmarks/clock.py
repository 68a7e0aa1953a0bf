"""Time per phase within a run: the schedule with a reading of the processor's clock after each phase."""

import inspect
import re
import time
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

import model.schedule
from model import Parameters, Policy
from model.simulation import Simulation


@intrinsic
def ticks(context: Any) -> Any:
    """The processor's time stamp counter."""

    def generate(target: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        counter = ir.FunctionType(ir.IntType(64), ())
        return builder.call(builder.module.declare_intrinsic("llvm.readcyclecounter", (), counter), ())

    return types.uint64(), generate


def nanoseconds_per_phase(parameters: Parameters, policy: Policy, repeats: int) -> dict[str, float]:
    """Nanoseconds per quarter of each phase, in the fastest of some runs; a few seconds of compilation come first."""
    names: list[str] = []
    lines = [
        "def timed(horizon, p, policy, outlays, seed, s, spent):",
        "    shares = (0, s.shares.units.shape[0])",
        "    for t in range(horizon):",
        "        was = ticks()",
    ]
    for part in model.schedule.QUARTER:
        for line in inspect.getsource(part.py_func).split('"""\n')[-1].splitlines():
            lines.append("    " + line)
            call = re.match(r"( +)(\w+)\(.*\)", line)
            if call:
                indent = "    " + call[1]
                lines += [f"{indent}now = ticks()", f"{indent}spent[{len(names)}] += now - was", f"{indent}was = now"]
                names.append(call[2])
    scope = {**vars(model.schedule), "ticks": ticks}
    exec("\n".join(lines), scope)
    timed = numba.njit(nogil=True, error_model="numpy")(scope["timed"])
    best: tuple[float, np.ndarray] | None = None
    for _ in range(repeats + 1):
        simulation, spent = Simulation(parameters, policy, 0), np.zeros(len(names), np.uint64)
        start = time.perf_counter()
        timed(parameters.horizon, *simulation.case.given, spent)
        seconds = time.perf_counter() - start
        best = (seconds, spent) if best is None or seconds < best[0] else best
    assert best is not None
    per_quarter = 1e9 * best[0] / parameters.horizon
    return {name: per_quarter * float(part) / float(best[1].sum()) for name, part in zip(names, best[1], strict=True)}
