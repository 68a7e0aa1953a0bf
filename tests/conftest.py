"""Shared by the tests of the science: the small economy, and ways to run and compare it.

Policies of the small economy end at quarter 36 of 48, so that every run also shows what follows withdrawal. A policy
that changes its mix does so half way.

Tests run side by side in worker processes (pytest-xdist). `pytest -n 0` runs them in one process.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import hypothesis
import numba
import numpy as np
import pytest

from model.compilation import compile_model
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import policies
from model.simulation import Run, Simulation, simulate
from tests.economies import END, SMALL

# No example may fail because the machine is busy, and the same examples are tried in every run.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    max_examples=60,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("house")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Compile the model before workers start, so that two of them do not both compile it."""
    compile_model(quiet=False)


@pytest.fixture(scope="session")
def small() -> Parameters:
    """Return the small economy."""
    return Parameters(**SMALL)


@pytest.fixture(scope="session")
def arm() -> Callable[..., Policy]:
    """Make a preset by name with the small economy's calendar: arm("grants", foresight=1)."""

    def make(name: str, **traits: Any) -> Policy:
        return policies[name].replace(**{"end": END, "later_from": END // 2, **traits})

    return make


@pytest.fixture(scope="session")
def run(small: Parameters, arm: Callable[..., Policy]) -> Callable[..., Run]:
    """Run the small economy with some parameters changed. Each run is made once."""
    cached = lru_cache(maxsize=512)(simulate)

    def make(policy: Policy | str = "laissez_faire", seed: int = 0, **changes: Any) -> Run:
        return cached(small.replace(**changes), arm(policy) if isinstance(policy, str) else policy, seed)

    return make


@pytest.fixture(scope="session")
def simulation(small: Parameters, arm: Callable[..., Policy]) -> Callable[..., Simulation]:
    """Bring the small economy to quarter `until`. Its state may be read and changed."""

    def make(policy: Policy | str = "laissez_faire", seed: int = 0, until: int = 0, **changes: Any) -> Simulation:
        made = Simulation(small.replace(**changes), arm(policy) if isinstance(policy, str) else policy, seed)
        made.advance(until)
        return made

    return make


@pytest.fixture(scope="session")
def vectorised() -> Callable[..., Callable[..., np.ndarray]]:
    """Turn a rule into one over whole arrays, compiled where rules are."""
    if numba.config.DISABLE_JIT:
        return lambda rule, arguments=1: np.vectorize(rule)
    makers = {
        1: lambda rule: numba.vectorize(lambda a: rule(a)),
        2: lambda rule: numba.vectorize(lambda a, b: rule(a, b)),
    }
    return lru_cache(maxsize=None)(lambda rule, arguments=1: makers[arguments](rule))


@pytest.fixture(scope="session")
def same_series() -> Callable[..., bool]:
    """Tell if two runs have byte-identical series before quarter `until`, apart from the indicators named."""

    def compare(one: Run, two: Run, until: int | None = None, but: tuple[str, ...] = ()) -> bool:
        return one.series.keys() == two.series.keys() and all(
            one.series[name][:until].tobytes() == two.series[name][:until].tobytes()
            for name in one.series
            if not name.startswith(but or ("\0",))
        )

    return compare


@pytest.fixture(scope="session")
def differing() -> Callable[..., list[str]]:
    """List the arrays in which two states differ in any byte, e.g. "users.output"."""

    def compare(one: Any, two: Any, prefix: str = "") -> list[str]:
        found: list[str] = []
        for name, a, b in zip(one._fields, one, two, strict=True):
            if isinstance(a, np.ndarray):
                found += [] if a.tobytes() == b.tobytes() else [prefix + name]
            else:
                found += compare(a, b, f"{prefix}{name}.")
        return found

    return compare
