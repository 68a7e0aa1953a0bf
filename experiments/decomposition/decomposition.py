"""The decomposition of a paired difference of two policies: by mechanism, by time, by start and by budget."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.decomposition.laboratory import Laboratory, MadeVariant
from experiments.decomposition.mechanism import Mechanism
from experiments.decomposition.mechanisms import find_mechanisms
from experiments.decomposition.quarters import adds_up
from experiments.decomposition.tables import by_mechanism, by_pair, by_quarter, by_setting
from experiments.decomposition.variant import by_dose, pairs_of, timings, without
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.study.study import Study, check_outcomes, find_seeds, refuse_uncertain
from experiments.validation.ensemble import read_ensemble, with_ensemble
from model.declaration.errors import BadInput
from model.declaration.numbers import whole_number
from model.parameters import Parameters, find_parameters
from model.policy.policy import Policy
from model.policy.presets import find_policies

if TYPE_CHECKING:
    import pandas as pd

IN_PAIRS = 4
"""Mechanisms of the largest contributions whose pairs are switched off, where nothing else is said."""

MOST_IN_PAIRS = 40


@dataclass(frozen=True)
class Parts:
    """The parts of a decomposition that are wanted: mechanisms, how many of them in pairs, starts and budgets."""

    mechanisms: tuple[Mechanism, ...]
    in_pairs: int = IN_PAIRS
    starts: bool = True
    budgets: bool = True
    match: bool = False


@dataclass(frozen=True)
class Decomposition:
    """A finished decomposition of `one` less `other` in the study's first outcome.

    `whole`: one row, the difference itself. `mechanisms`, `pairs`, `quarters`, `starts`, `budgets`: tables as
    experiments.decomposition.tables makes them, empty where they were not wanted. `runs`: the row of each run.
    """

    study: Study
    one: str
    other: str
    outcome: str
    parts: Parts
    whole: "pd.DataFrame"
    mechanisms: "pd.DataFrame"
    pairs: "pd.DataFrame"
    quarters: "pd.DataFrame"
    starts: "pd.DataFrame"
    budgets: "pd.DataFrame"
    runs: "pd.DataFrame"
    out: Path | None = None


def why(
    one: Policy | str,
    other: Policy | str,
    parameters: Parameters | Mapping[str, Any] | None = None,
    of: str = "welfare",
    seeds: int | Iterable[int] = 50,
    mechanisms: Iterable[str] | None = None,
    in_pairs: int = IN_PAIRS,
    starts: bool = False,
    budgets: bool = False,
    match: bool = False,
    out: Path | str | None = None,
    jobs: int | None = None,
    engine: str = "threads",
    check: bool = False,
    quiet: bool = True,
    ensemble: Path | str | None = None,
) -> "pd.DataFrame":
    """Find the mechanisms behind the difference of two policies: `why("selective", "application")`.

    Returns a row per mechanism, the largest contribution first, as `by_mechanism` of experiments.decomposition.tables.
    `why_study` returns all tables. Raises BadInput for unknown policies, parameters, indicators or mechanisms.
    """
    arms = find_policies([one, other])
    study = Study(
        name="why",
        parameters=find_parameters(parameters),
        policies=arms,
        seeds=find_seeds(seeds),
        reference=arms[1].name,
        outcomes=check_outcomes([of]),
    )
    study = study if ensemble is None else with_ensemble(study, read_ensemble(ensemble))
    parts = Parts(find_mechanisms(mechanisms), in_pairs, starts, budgets, match)
    return why_study(study, parts, out, Execution(jobs, engine, check, quiet)).mechanisms


def why_study(
    study: Study, parts: Parts | None = None, out: Path | str | None = None, execution: Execution | None = None
) -> Decomposition:
    """Run what is missing and decompose the difference between the first policy of a study and the second.

    Pairs are those of the mechanisms with the largest contributions. Raises BadInput for other than two policies.
    """
    from agents.kernel.decorators import source_hash

    parts, model = parts or Parts(find_mechanisms(None)), source_hash()
    check_two(study)
    whole_number("in_pairs", parts.in_pairs, 0, MOST_IN_PAIRS)
    one, other = (policy.name for policy in study.policies)
    outcome = (study.outcomes or ("welfare",))[0]
    store = MemoryStore(series=False) if out is None else _store(study, model, outcome, Path(out))
    lab = Laboratory(study, model, store, execution or Execution(), outcome, parts.match)
    singles = lab.make([without(mechanism) for mechanism in parts.mechanisms])
    found = by_mechanism(lab.own, singles, parts.mechanisms)
    pairs = lab.make(pairs_of(_largest(found, parts), study.parameters))
    starts = lab.make(timings(), quarterly=True) if parts.starts else []
    budgets = lab.make(by_dose()) if parts.budgets else []
    if isinstance(store, Store):
        store.finish(lab.asked)
    return Decomposition(
        study=study, one=one, other=other, outcome=outcome, parts=parts, whole=by_setting([lab.own]),
        mechanisms=found, pairs=by_pair(lab.own, singles, pairs), quarters=by_quarter(lab.own),
        starts=by_setting(starts), budgets=by_setting(budgets),
        runs=_all_runs([lab.own, *singles, *pairs, *starts, *budgets]), out=None if out is None else Path(out),
    )  # fmt: skip


def check_two(study: Study) -> None:
    """Raise BadInput for a study of other than two policies, or over a design."""
    refuse_uncertain(study, study.name)
    if len(study.policies) != 2:
        raise BadInput("must be two", "policies", [policy.name for policy in study.policies])


def _store(study: Study, model: str, outcome: str, folder: Path) -> Store:
    from experiments.decomposition.quarters import Quarterly

    facts = Quarterly(outcome, study.parameters.horizon).facts if adds_up(outcome) else ()
    return Store(folder, study, model, series=False, facts=facts)


def _largest(found: "pd.DataFrame", parts: Parts) -> list[Mechanism]:
    """Return the mechanisms of the largest contributions, of those that contribute anything."""
    named = {mechanism.name: mechanism for mechanism in parts.mechanisms}
    ranked = found[found["contribution"].abs() > 0.0]["mechanism"]
    return [named[name] for name in ranked[: parts.in_pairs]]


def _all_runs(made: list[MadeVariant]) -> "pd.DataFrame":
    import pandas as pd

    return pd.concat([one.runs for one in made], ignore_index=True)
