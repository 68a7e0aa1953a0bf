"""Shared by the tests of the science: the small economy, and ways to run and compare it.

Policies of the small economy end at quarter 36 of 48, so that every run also shows what follows withdrawal. A policy
that changes its mix does so half way.

Tests run side by side in worker processes (pytest-xdist). `pytest -n 0` runs them in one process.
"""

import os
import subprocess
import sys
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


WITHOUT_MODEL = tuple(
    f"tests/{file}.py"
    for file in (
        "experiments/test_effects", "viz/test_report", "viz/test_no_science", "viz/test_validation_page",
        "house/test_messages", "house/test_odd", "house/test_structure", "house/test_words",
    )
)  # fmt: skip
"""Files of tests that run no economy. They may be gone through while the model is compiled."""

compiling: list["subprocess.Popen[bytes]"] = []


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Compile the model in a process of its own while workers start, collect and run what needs no model."""
    command = "from model.compilation import compile_model; compile_model(quiet=False)"
    compiling.append(subprocess.Popen([sys.executable, "-c", command], cwd=config.rootpath))


def pytest_sessionfinish() -> None:
    for process in compiling:
        process.wait()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker begin with tests that run no economy. It is given an equal part of all tests in this order."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    free, others = ([item for item in items if _needs_model(item) is needs] for needs in (False, True))
    ordered: list[pytest.Item] = []
    for number in range(workers):
        part = (len(items) - len(ordered)) // (workers - number)
        first = free[number::workers]
        room = max(part - len(first), 0)
        ordered += first + others[:room]
        del others[:room]
    items[:] = ordered + others


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Wait for the model, or compile it where no other process does."""
    if _needs_model(item):
        compile_model(quiet="PYTEST_XDIST_WORKER" in os.environ)


def _needs_model(item: pytest.Item) -> bool:
    return not item.nodeid.startswith(WITHOUT_MODEL)


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
