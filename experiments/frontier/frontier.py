"""The frontier: where one policy gives way to another over two factors, by runs that are asked for where it is open."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.frontier.result import Frontier
from experiments.frontier.search import REPLICATES, RUNS, FrontierSearch
from experiments.results.merge import held, study_in
from experiments.results.reader import StoredRuns
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.study.study import Study, find_seeds
from model.declaration.errors import BadInput
from model.parameters import Parameters, find_parameters
from model.policy.policy import Policy
from model.policy.presets import find_policies

if TYPE_CHECKING:
    import pandas as pd


def find_frontier(
    uncertain: Mapping[str, Mapping[str, Any]],
    one: Policy | str = "application",
    other: Policy | str = "selective",
    parameters: Parameters | Mapping[str, Any] | None = None,
    of: str = "welfare",
    runs: int = RUNS,
    replicates: int = REPLICATES,
    first_seed: int = 0,
    out: Path | str | None = None,
    jobs: int | None = None,
    engine: str = "threads",
    check: bool = False,
    quiet: bool = True,
) -> "pd.DataFrame":
    """Find where `one` gives way to `other` over two factors, as `{"policy.foresight": {"range": [0, 1]}, ...}`.

    Returns a row per change of sign of their paired difference in `of` along the first factor, at levels of the second:
    the second factor, the first one's `value` with its band `low`, `high`, whether the difference `rises` there, and
    whether the band ends within the range (`known_below`, `known_above`). No row where the sign is the same everywhere.
    `frontier_study` returns all else. Raises BadInput for what a study file may not hold either.
    """
    arms = find_policies([one, other])
    study = Study(
        name="frontier",
        parameters=find_parameters(parameters),
        policies=arms,
        seeds=find_seeds([first_seed]),
        reference=arms[1].name,
        uncertain=uncertain,
        design={"kind": "adaptive", "runs": runs, "replicates": replicates},
        outcomes=(of,),
    )
    return frontier_study(study, out, Execution(jobs, engine, check, quiet)).edge


def frontier_study(
    study: Study, out: Path | str | None = None, execution: Execution | None = None, place: str = ""
) -> Frontier:
    """Search for the frontier between the first policy of a study and the second, over its two factors.

    The design is `adaptive`. A restart finds the runs that are stored and asks for the same points again.
    """
    from agents.kernel.decorators import source_hash

    execution, model = execution or Execution(), source_hash()
    search = FrontierSearch(study, model, place or study.name)
    store = MemoryStore(series=False) if out is None else Store(Path(out), study, model, series=False)
    found = search.run(store, execution)
    if isinstance(store, Store):
        store.finish(task.run_id for task in search.plan(search.points))
    return replace(found, out=None if out is None else Path(out))


def frontier_rounds(study: Study, execution: Execution) -> Iterator[Frontier]:
    """Search as `frontier_study` does, keep nothing, and yield what is known after each batch of points."""
    from agents.kernel.decorators import source_hash

    yield from FrontierSearch(study, source_hash(), study.name).rounds(MemoryStore(series=False), execution)


def read_frontier(folder: Path) -> Frontier:
    """Return the frontier as far as a folder's runs go. Nothing is run or written.

    Raises BadInput where the first batch of points is not stored.
    """
    manifest = held(folder)
    found = FrontierSearch(study_in(folder, manifest), manifest.model, str(folder)).stored(StoredRuns(folder))
    if found is None:
        raise BadInput("the first points of the search are not all stored, give its command again", place=str(folder))
    return replace(found, out=folder)
