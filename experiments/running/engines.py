"""The registry of engines: what makes the runs, here or on many machines. Results never depend on it.

An engine takes groups of tasks, makes each with the given work, and yields the results as they come. Adding one is one
entry of ENGINES.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import NamedTuple

from experiments.results.columns import Result
from experiments.running.order import Order
from model.declaration.errors import BadInput, unknown


class EngineEntry(NamedTuple):
    """A way to make runs, and what it is in words.

    `hands_over`: its work shares this process, and can hand over each run as it ends. `here`: the runs are made on this
    machine, so that the model is compiled here first.
    """

    run: Callable[[Order], Generator[list[Result], None, None]]
    meaning: str
    hands_over: bool = False
    here: bool = True


def _threads(order: Order) -> Generator[list[Result], None, None]:
    from joblib import Parallel, delayed

    parallel = Parallel(n_jobs=order.jobs, backend="threading", return_as="generator_unordered", batch_size=1)
    yield from parallel(delayed(order.work)(group) for group in order.groups)


def _processes(order: Order) -> Generator[list[Result], None, None]:
    from experiments.running.workers import run_apart

    yield from run_apart(order.work, order.groups, order.jobs, order.lost)


def _dask(order: Order) -> Generator[list[Result], None, None]:
    from experiments.running.cluster import run_on_cluster

    yield from run_on_cluster(order)


ENGINES: dict[str, EngineEntry] = {
    "threads": EngineEntry(_threads, "threads of this process", hands_over=True),
    "processes": EngineEntry(_processes, "processes of this machine"),
    "dask": EngineEntry(_dask, "workers of a Dask scheduler, on any machines", here=False),
}


@dataclass(frozen=True)
class Execution:
    """The way in which tasks are run. It never affects results. `scheduler` is the address of a Dask scheduler."""

    jobs: int | None = None
    engine: str = "threads"
    check: bool = False
    quiet: bool = True
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise unknown("engine", self.engine, ENGINES)
        if self.jobs is not None and (type(self.jobs) is not int or self.jobs < 1):
            raise BadInput("must be a whole number of at least 1", place=f"--jobs {self.jobs!r}")
        if self.engine != "dask":
            if self.scheduler is not None:
                raise BadInput("needs --engine dask", place=f"--scheduler {self.scheduler}")
            return
        if find_spec("distributed") is None:
            raise BadInput("needs Dask: pip install 'nqpf[dask]'", place="--engine dask")
        if not self.scheduler:
            raise BadInput("needs --scheduler ADDRESS, as tcp://127.0.0.1:8786", place="--engine dask")
        if self.jobs is not None:
            raise BadInput("the workers of the scheduler decide how many runs are made at a time", place="--jobs")

    @property
    def kind(self) -> EngineEntry:
        """The engine's entry."""
        return ENGINES[self.engine]
