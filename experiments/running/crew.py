"""The workers of a Dask scheduler: who is there, and whether they make the same results as this machine."""

import asyncio
import platform
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from experiments.running.progress import say
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    from distributed import Client

BETWEEN_LOOKS = 1.0
"""Seconds between two looks at who is there."""

REMIND = 60.0
"""Seconds between two lines that say that there are no workers."""

ANSWER = 10.0
"""Seconds in which a scheduler must answer."""


@contextmanager
def connected(address: str) -> Generator["Client", None, None]:
    """Connect with the scheduler at an address. Raises BadInput where none answers."""
    from distributed import Client

    try:
        asyncio.run(_answer(address))
        client = Client(address, timeout=ANSWER, set_as_default=False)
    except Exception as error:  # Dask has many for a wrong address
        reason = " ".join(str(error).split()) or type(error).__name__
        allowed = "start one by `dask scheduler`, and give the address that it prints"
        problem = f"no Dask scheduler answers there ({reason[:80]})"
        raise BadInput(allowed, problem=problem, place=f"--scheduler {address}") from None
    try:
        yield client
    finally:
        client.close(timeout=2)


async def _answer(address: str) -> None:
    """Knock at an address. A whole client that finds nobody would complain when it is thrown away."""
    from distributed.comm import connect

    comm = await connect(address, timeout=ANSWER)
    await comm.close()


class Crew:
    """The workers that make the same results as this machine, with the number of their threads.

    Raises BadInput where one that is there at first would make others. One that comes later is left out, with a line.
    """

    def __init__(self, client: "Client", address: str, quiet: bool) -> None:
        self._client, self._address, self._quiet = client, address, quiet
        self._others: set[str] = set()
        self._looked, self._reminded = -BETWEEN_LOOKS, -REMIND
        self.threads: dict[str, int] = {}
        for problem in self.look():
            raise problem

    def look(self) -> list[BadInput]:
        """See who is there, now and then. Return what is wrong with newcomers, which are left out."""
        if time.monotonic() < self._looked + BETWEEN_LOOKS:
            return []
        there = self.present()
        problems = self._strangers([worker for worker in there if worker not in self.threads.keys() | self._others])
        self.threads = {worker: there[worker] for worker in there if worker not in self._others}
        self._looked = time.monotonic()
        if not self.threads and self._looked >= self._reminded + REMIND:
            say(f"waiting for workers at {self._address}", self._quiet)
            self._reminded = self._looked
        return problems

    def present(self) -> dict[str, int]:
        """Return all workers with their threads. Raises OSError where the scheduler has gone."""
        try:
            return dict(self._client.nthreads())
        except Exception as error:  # Dask has many for a lost connection
            problem = f"the Dask scheduler at {self._address} is gone ({type(error).__name__}), what was done is kept"
            raise OSError(problem) from None

    def _strangers(self, newcomers: list[str]) -> list[BadInput]:
        """Return what is wrong with newcomers, and remember those that make other results. Those that leave do not."""
        problems = []
        answers = self._client.run(identity, workers=newcomers, on_error="return") if newcomers else {}
        for worker, theirs in answers.items():
            if not isinstance(theirs, dict):
                problem = f"cannot load nqpf there ({type(theirs).__name__}: {theirs})"
            elif differ := [name for name, ours in identity().items() if theirs.get(name) != ours]:
                what = f"{_shown(theirs, differ)}, not {_shown(identity(), differ)}"
                problem = f"has another {' and '.join(differ)} ({what})"
            else:
                continue
            self._others.add(worker)
            allowed = "give all workers the environment of this machine"
            problems.append(BadInput(allowed, problem=problem, place=f"worker {worker}"))
        return problems


def identity() -> dict[str, Any]:
    """Return all that results depend on apart from a study: sources of the model, Numba, Python, and nqpf itself."""
    from agents.kernel.decorators import source_hash

    python = ".".join(platform.python_version_tuple()[:2])
    return {"model": source_hash(), "Numba": version("numba"), "Python": python, "nqpf": version("nqpf")}


def _shown(values: dict[str, Any], names: list[str]) -> str:
    return ", ".join(str(values.get(name)) for name in names)
