"""The one runner: tasks go in, finished runs come out, whatever the study. A failed run is a result too."""

import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from experiments.results.columns import SERIES, Result, settings_row
from experiments.results.store import MemoryStore, Store
from experiments.results.writer import Writer
from experiments.running.progress import progress, say
from experiments.study.plan import Task
from model.declaration.errors import BadInput, unknown

if TYPE_CHECKING:
    from model.simulation import Run

Deliver = Callable[[list[Result]], None]

ENGINES = {"threads": "threading", "processes": "loky"}


@dataclass(frozen=True)
class Execution:
    """How tasks are run; never affects results."""

    jobs: int | None = None
    engine: str = "threads"
    check: bool = False
    quiet: bool = True

    def __post_init__(self) -> None:
        if self.engine == "dask":
            raise BadInput("--engine dask: not available yet; one of: " + ", ".join(ENGINES))
        if self.engine not in ENGINES:
            raise unknown("engine", self.engine, ENGINES)
        if self.jobs is not None and (type(self.jobs) is not int or self.jobs < 1):
            raise BadInput(f"--jobs {self.jobs!r}: must be a whole number of at least 1")


def run_tasks(tasks: Iterable[Task], store: Store | MemoryStore, execution: Execution) -> None:
    """Run the tasks that the store does not hold yet and put their results there.

    `tasks` are gone through twice, to count and to run, and must be the same both times; they and their results
    are not held, so memory does not grow with their number (but for the ids of the stored runs).
    Raises OSError when results cannot be written, KeyboardInterrupt when interrupted: what was done is kept.
    """
    completed = store.completed()
    stored = Counter(task.run_id in completed for task in tasks)
    missing = stored[False]
    if stored[True]:
        unchecked = " (and not checked again)" if execution.check else ""
        say(f"{stored[True]} of {stored.total()} runs are stored already{unchecked}", execution.quiet)
    if not missing:
        return
    prepare(execution.quiet)
    with progress(missing, execution.quiet) as shown, Writer(store, shown.advance) as writer:
        # Threads hand over the runs of a chunk as it ends; processes cannot, and hand over a group at a time.
        deliver = writer.add if execution.engine == "threads" else None
        to_run = (task for task in tasks if task.run_id not in completed)
        with closing(_run_groups(to_run, execution, deliver, missing)) as groups:
            for results in groups:
                writer.add(results)


def prepare(quiet: bool) -> None:
    """Compile or load the model once, before any worker starts; it says so on stderr when it has to compile."""
    from model.simulation import warm_up

    warm_up(quiet)


def run_task(task: Task, runs: "Iterator[Run]") -> Result:
    """The next of some runs as the task's result. Whatever goes wrong in it becomes a row with status 'failed'."""
    row = {"run_id": task.run_id, "point": task.point, "policy": task.policy.name, "seed": task.seed}
    row |= settings_row(task.parameters, task.policy)
    try:
        run = next(runs)
        row |= {"status": "ok", "warnings": "; ".join(run.warnings), **run.summary}
        return Result(row, {name: run.series[name] for name in SERIES})
    except Exception:
        return Result(row | {"status": "failed", "error": traceback.format_exc()}, {})


def results(tasks: list[Task], check: bool) -> Iterator[Result]:
    """Make the runs of tasks that differ in policy only, together.

    One that fails perhaps does so for the sake of another that was run with it: what is left is then run one by one.
    """
    from model.simulation import simulate_many

    waiting, together = deque(tasks), not check  # those that are checked are run one by one anyway
    while waiting:
        first, chosen = waiting[0], list(waiting) if together else [waiting[0]]
        runs = simulate_many(first.parameters, [task.policy for task in chosen], [first.seed], check=check)
        for task in chosen:
            result = run_task(task, runs)
            if result.row["status"] == "failed" and len(chosen) > 1:
                together = False
                break
            yield result
            waiting.popleft()


def _run_groups(
    tasks: Iterable[Task], execution: Execution, deliver: Deliver | None = None, most_jobs: int | None = None
) -> Generator[list[Result], None, None]:
    """Results as they come: one job is one (point, seed), so that its policies share world and baseline."""
    from joblib import Parallel, cpu_count, delayed

    groups = (list(group) for _, group in groupby(tasks, key=lambda task: (task.point, task.seed)))
    jobs = min(execution.jobs or cpu_count(), most_jobs or cpu_count())
    parallel = Parallel(n_jobs=jobs, backend=ENGINES[execution.engine], return_as="generator_unordered", batch_size=1)
    yield from parallel(delayed(_run_group)(group, execution.check, deliver) for group in groups)


def _run_group(tasks: list[Task], check: bool, deliver: Deliver | None) -> list[Result]:
    """Make the runs of a group; returns those that it could not deliver at once."""
    kept = []
    for result in results(tasks, check):
        if deliver is not None:
            deliver([result])
        else:
            kept.append(result)
    return kept
