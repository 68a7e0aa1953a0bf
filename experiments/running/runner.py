"""The one runner: tasks go in, finished runs come out, whatever the study. A failed run is a result too."""

import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from experiments.results.columns import SERIES, Measured, Result, settings_row
from experiments.results.store import MemoryStore, Store
from experiments.results.writer import Writer
from experiments.running.engines import Execution
from experiments.running.order import Order
from experiments.running.progress import progress, say
from experiments.study.plan import Plan, Task

if TYPE_CHECKING:
    from model.simulation import Run

Deliver = Callable[[list[Result]], None]

ATTEMPTS = 3
"""How often runs are made whose results are damaged or gone as soon as they are written."""


@dataclass(frozen=True)
class Measurement:
    """A measurement of every run beside its summary. With `panel`, runs keep their firms for it, and take longer."""

    measure: Callable[["Run"], Sequence[Measured]]
    panel: bool = False


def run_tasks(
    tasks: Iterable[Task], store: Store | MemoryStore, execution: Execution, measurement: Measurement | None = None
) -> None:
    """Run the tasks that the store does not hold yet and put their results there.

    `tasks` are gone through repeatedly, to count and to run, and must be the same each time. They and their results
    are not held, so memory does not grow with their number (but for the ids of the stored runs).
    All of them are stored when this returns, those that failed as rows too.
    Raises OSError when results cannot be written, KeyboardInterrupt when interrupted. Finished runs are kept.
    """
    completed = store.completed()
    stored = Counter(run in completed for run in _ids(tasks))
    if stored[True]:
        unchecked = " (and not checked again)" if execution.check else ""
        say(f"{stored[True]} of {stored.total()} runs are stored already{unchecked}", execution.quiet)
    missing = stored[False]
    for _ in range(ATTEMPTS):
        if not missing:
            return
        _run_missing(tasks, completed, missing, store, execution, measurement)
        completed = store.completed(failed=True)
        missing = sum(run not in completed for run in _ids(tasks))
        if missing:
            say(f"warning: {missing} runs were lost on the disk as soon as they were written", execution.quiet)
    raise OSError(f"{missing} runs were lost on the disk {ATTEMPTS} times, check the disk of the results folder")


def _ids(tasks: Iterable[Task]) -> Iterator[str]:
    """Yield the ids of tasks. A plan has them without making any task."""
    return tasks.run_ids() if isinstance(tasks, Plan) else (task.run_id for task in tasks)


def _run_missing(
    tasks: Iterable[Task],
    completed: set[str],
    missing: int,
    store: Store | MemoryStore,
    execution: Execution,
    measurement: Measurement | None,
) -> None:
    """Make the runs that are not completed and store them."""
    if execution.kind.here:
        prepare(execution.quiet)
    with progress(missing, execution.quiet) as shown, Writer(store, shown.advance) as writer:
        # Threads hand over each run as it ends. Work elsewhere cannot, and hands over a group at a time.
        deliver = writer.add if execution.kind.hands_over else None
        to_run = (task for task in tasks if task.run_id not in completed)
        with closing(_run_groups(to_run, execution, deliver, missing, measurement)) as groups:
            for results in groups:
                writer.add(results)


def prepare(quiet: bool) -> None:
    """Compile or load the model once, before any worker starts. Print a line on stderr when it has to be compiled."""
    from model.simulation import warm_up

    warm_up(quiet)


def run_task(task: Task, runs: "Iterator[Run]", measurement: Measurement | None = None) -> Result:
    """Return the next of some runs as the task's result. Any error in it becomes a row with status 'failed'."""
    row = _row(task)
    try:
        run = next(runs)
        row |= {"status": "ok", "warnings": "; ".join(run.warnings), **run.summary}
        facts = tuple(measurement.measure(run)) if measurement else ()
        return Result(row, {name: run.series[name] for name in SERIES}, facts)
    except Exception:
        return Result(row | {"status": "failed", "error": traceback.format_exc()}, {})


def _row(task: Task) -> dict[str, Any]:
    """Return the part of a run's row that is known before it is made."""
    named = {"run_id": task.run_id, "point": task.point, "set": task.set, "policy": task.policy.name}
    return {**named, "seed": task.seed, **settings_row(task.parameters, task.policy)}


def _failed_group(tasks: list[Task], error: Exception) -> list[Result]:
    """Return the results of tasks whose worker was lost."""
    text = "".join(traceback.format_exception(error))
    return [Result(_row(task) | {"status": "failed", "error": text}, {}) for task in tasks]


def results(tasks: list[Task], check: bool, measurement: Measurement | None = None) -> Iterator[Result]:
    """Make the runs of tasks that differ in policy only, together.

    A run may fail because of another that was made with it. The runs that are left are then made one by one.
    """
    waiting, together = deque(tasks), not check  # checked runs are made one by one anyway
    while waiting:
        chosen = list(waiting) if together else [waiting[0]]
        runs = _runs(chosen, check, measurement is not None and measurement.panel)
        for task in chosen:
            result = run_task(task, runs, measurement)
            if result.row["status"] == "failed" and len(chosen) > 1:
                together = False
                break
            yield result
            waiting.popleft()


def _runs(tasks: list[Task], check: bool, panel: bool) -> "Iterator[Run]":
    """Make the runs of tasks with one seed and the same parameters, with the firms' panel if it is needed."""
    from model.simulation import simulate, simulate_many

    first = tasks[0]
    if panel:
        return (simulate(first.parameters, task.policy, task.seed, check=check, panel=True) for task in tasks)
    return simulate_many(first.parameters, [task.policy for task in tasks], [first.seed], check=check)


def _run_groups(
    tasks: Iterable[Task],
    execution: Execution,
    deliver: Deliver | None = None,
    most_jobs: int | None = None,
    measurement: Measurement | None = None,
) -> Generator[list[Result], None, None]:
    """Yield results as they come. One job is one (point, set, seed): its policies share world and baseline."""
    from joblib import cpu_count

    groups = (list(group) for _, group in groupby(tasks, key=lambda task: (task.point, task.set, task.seed)))
    jobs = min(execution.jobs or cpu_count(), most_jobs or cpu_count())
    work = partial(_run_group, check=execution.check, deliver=deliver, measurement=measurement)
    order = Order(work, groups, jobs, _failed_group, execution.scheduler, execution.quiet)
    yield from execution.kind.run(order)


def _run_group(
    tasks: list[Task], check: bool, deliver: Deliver | None, measurement: Measurement | None
) -> list[Result]:
    """Make the runs of a group. Return those that could not be delivered at once."""
    kept = []
    for result in results(tasks, check, measurement):
        if deliver is not None:
            deliver([result])
        else:
            kept.append(result)
    return kept
