"""Shared by the tests of the science: a small economy whose run takes milliseconds, and ways to run and compare it.

Policies of the small economy end at quarter 36 of 48, so that every run also shows what follows withdrawal; those
that change their mix do so half way.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba
import numpy as np
import pytest

from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import policies
from model.simulation import Run, Simulation, simulate

SMALL: dict[str, Any] = {
    "users": 200, "horizon": 48, "slots": 64, "founders": 12, "suppliers": 12, "domains": 4, "industries": 5,
    "regions": 2, "contacts": 5, "entry": 0.3, "entry_profit": 0.2, "value_of_quality": 0.4, "initial_cost": 0.125,
    "initial_capability": 0.5,
}  # fmt: skip
END = 36


@pytest.fixture(scope="session")
def small() -> Parameters:
    """The small economy."""
    return Parameters(**SMALL)


@pytest.fixture(scope="session")
def arm() -> Callable[..., Policy]:
    """A preset by name with the small economy's calendar: arm("grants", foresight=1)."""

    def make(name: str, **traits: Any) -> Policy:
        return policies[name].replace(**{"end": END, "later_from": END // 2, **traits})

    return make


@pytest.fixture(scope="session")
def run(small: Parameters, arm: Callable[..., Policy]) -> Callable[..., Run]:
    """Run the small economy with some parameters changed; each run is made once."""
    cached = lru_cache(maxsize=512)(simulate)

    def make(policy: Policy | str = "laissez_faire", seed: int = 0, **changes: Any) -> Run:
        return cached(small.replace(**changes), arm(policy) if isinstance(policy, str) else policy, seed)

    return make


@pytest.fixture(scope="session")
def course(small: Parameters, arm: Callable[..., Policy]) -> Callable[..., Simulation]:
    """The small economy under way, at quarter `until`; its state may be looked at and changed."""

    def make(policy: Policy | str = "laissez_faire", seed: int = 0, until: int = 0, **changes: Any) -> Simulation:
        made = Simulation(small.replace(**changes), arm(policy) if isinstance(policy, str) else policy, seed)
        made.advance(until)
        return made

    return make


@pytest.fixture(scope="session")
def vectorised() -> Callable[..., Callable[..., np.ndarray]]:
    """A rule over whole arrays, compiled where rules are."""
    if numba.config.DISABLE_JIT:
        return lambda rule, arguments=1: np.vectorize(rule)
    makers = {
        1: lambda rule: numba.vectorize(lambda a: rule(a)),
        2: lambda rule: numba.vectorize(lambda a, b: rule(a, b)),
    }
    return lru_cache(maxsize=None)(lambda rule, arguments=1: makers[arguments](rule))


@pytest.fixture(scope="session")
def same_series() -> Callable[..., bool]:
    """Whether two runs have byte-identical series in quarters before `until`, but for the indicators named."""

    def compare(one: Run, two: Run, until: int | None = None, but: tuple[str, ...] = ()) -> bool:
        return one.series.keys() == two.series.keys() and all(
            one.series[name][:until].tobytes() == two.series[name][:until].tobytes()
            for name in one.series
            if not name.startswith(but or ("\0",))
        )

    return compare


@pytest.fixture(scope="session")
def differing() -> Callable[..., list[str]]:
    """Names of the arrays in which two states differ in any byte, e.g. "users.output"."""

    def compare(one: Any, two: Any, prefix: str = "") -> list[str]:
        found: list[str] = []
        for name, a, b in zip(one._fields, one, two, strict=True):
            if isinstance(a, np.ndarray):
                found += [] if a.tobytes() == b.tobytes() else [prefix + name]
            else:
                found += compare(a, b, f"{prefix}{name}.")
        return found

    return compare
