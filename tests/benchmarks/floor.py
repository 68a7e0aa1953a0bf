"""How far a quarter is from what its arithmetic and memory allow: counted in plain Python, priced in bare loops.

Counted are blocks of random words, logarithms and exponentials: the model as it is written cannot do without them.
Additions, divisions, comparisons and all looking things up come on top, so that nobody should expect a share of 1.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from inspect import getsource
from types import FrameType
from typing import Any

import numba
import numpy as np

from agents.kernel.arithmetic import exp, log
from model import Parameters, policies
from model.opening import build_world
from model.randomness import split_seed, uniform, words_in_loop
from model.schedule import QUARTER
from model.simulation import Simulation
from tests.benchmarks.clock import nanoseconds_per_phase
from tests.benchmarks.figures import Figure, best, python, state_bytes

BRIEF = Parameters(horizon=40)
APPLICATION = policies["application"]
_SEED = split_seed(0)


@numba.njit(error_model="numpy")
def _draw(numbers):
    for k in range(numbers.shape[0]):
        w0, _, _, _ = words_in_loop(_SEED, 0, 0, k, 0)
        numbers[k] = uniform(w0)


@numba.njit(error_model="numpy")
def _take_logarithms(numbers):
    for k in range(numbers.shape[0]):
        numbers[k] = 1.5 + log(numbers[k])


@numba.njit(error_model="numpy")
def _take_exponentials(numbers):
    for k in range(numbers.shape[0]):
        numbers[k] = exp(-numbers[k])


@numba.njit(error_model="numpy")
def _read(numbers):
    found = np.uint64(0)
    for k in range(numbers.shape[0]):
        found |= numbers[k]
    return found


PRICED: dict[str, Callable[[np.ndarray], None]] = {
    "philox": _draw, "log": _take_logarithms, "exp": _take_exponentials,
}  # fmt: skip


def floor() -> Iterator[Figure]:
    """Of a quarter and of each phase of 1 % or more: the share that arithmetic alone would take. Half a minute."""
    counted = json.loads(python("-m", "tests.benchmarks.floor", NUMBA_DISABLE_JIT="1"))
    numbers = np.linspace(0.5, 1.5, 1024)  # in the first cache
    price = {name: 1e9 * best(partial(loop, numbers), 2000) / numbers.size for name, loop in PRICED.items()}
    world = build_world(BRIEF, 0)
    words = np.zeros(state_bytes((world.users, world.innovators, world.suppliers, world.industries)) // 8, np.uint64)
    reading = 1e9 * best(partial(_read, words), 2000)
    spent = nanoseconds_per_phase(BRIEF, APPLICATION, 20)
    least = {phase: sum(n * price[name] for name, n in counted[phase].items()) for phase in spent}
    whole = sum(spent.values())
    for name in PRICED:
        times = sum(counts.get(name, 0) for counts in counted.values())
        yield Figure(f"{times:,} x {name} in a quarter, each", price[name], 1.0, "ns")
    for phase, nanoseconds in spent.items():
        if nanoseconds > 0.01 * whole:
            yield Figure(f"{phase}: arithmetic / time", least[phase] / nanoseconds, 1.0, "ratio")
    yield Figure("a quarter: arithmetic / time", sum(least.values()) / whole, 1.0, "ratio")
    yield Figure("a quarter: reading all agents once / time", reading / whole, 1.0, "ratio")


def count_arithmetic() -> dict[str, Counter[str]]:
    """By phase, how often a quarter does what is priced. Needs the model without compilation."""
    source = "".join(getsource(part) for part in QUARTER)
    counts: dict[str, Counter[str]] = {phase: Counter() for phase in re.findall(r"^ +(\w+)\(", source, re.MULTILINE)}
    current: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: Any) -> None:
        nonlocal current
        name = frame.f_code.co_name
        if event == "call" and name in PRICED:
            current[name] += 1
        elif event == "call" and name in counts:
            current = counts[name]

    simulation = Simulation(BRIEF, APPLICATION, 0)
    sys.setprofile(count)
    simulation.advance(BRIEF.horizon)
    sys.setprofile(None)
    return {phase: Counter({name: n // BRIEF.horizon for name, n in each.items()}) for phase, each in counts.items()}


if __name__ == "__main__":
    print(json.dumps(count_arithmetic()))
