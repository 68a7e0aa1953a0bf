"""The runs of claims: which ones they need, planned once for all of them, and the numbers that they give.

Arms that are alike in several cells, or in several claims, are one run under each parameter set and seed.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from experiments.claims.claim import HORIZON, RATE, Arm, Cell, Changes, Claim, Level
from experiments.claims.grid import grid_cells, in_cell, with_changes
from experiments.claims.measures import CLAIM_MEASURES, LONGEST, claim_measures_version
from experiments.results.columns import Measured
from experiments.results.store import MemoryStore, RuledFact, Store
from experiments.running.runner import Measurement
from experiments.study.plan import Plan
from experiments.study.points import Point
from experiments.study.study import Study
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import policies

if TYPE_CHECKING:
    import pandas as pd

    from model.simulation import Run

_ROW = ("status", "policy", "seed", "error", "warnings")
BENEFIT_STEMS = ("welfare_gain_pv_1", "tax_pv_1", "net_tax_pv_1")
"""Columns of runs from which the benefit of an instrument's money is told."""

ArmInCell = tuple[Changes, Policy]
"""Changed parameters and a policy: a run under each parameter set and seed."""


class RunValues(NamedTuple):
    """Numbers of all variants: `of[name]` has shape (variants, sets, seeds), NaN where a run failed.

    `rows` has a row per run: `status, policy, seed, error, warnings`.
    """

    number: dict[ArmInCell, int]
    of: dict[str, np.ndarray]
    rows: "pd.DataFrame"

    def at(self, name: str, variant: ArmInCell) -> np.ndarray:
        """Return a measure of a variant, of shape (sets, seeds)."""
        return self.of[name][self.number[variant]]


def variants_of(claims: Iterable[Claim], quick: bool) -> list[ArmInCell]:
    """Return every variant that claims need, each once, those with the same parameters one after another."""
    by_changes: dict[Changes, dict[Policy, None]] = {}
    for claim in claims:
        axes = [axis for axis in claim.axes if axis.name not in (RATE, HORIZON)]
        arms = list(arms_of_claim(claim))
        for cell in grid_cells(axes, quick):
            for arm in arms:
                changes, policy = variant_of(arm, cell)
                by_changes.setdefault(changes, {})[policy] = None
    return [(changes, policy) for changes, chosen in by_changes.items() for policy in chosen]


def arms_of_claim(claim: Claim) -> Iterator[Arm]:
    """Yield the arms of a claim, and their bases."""
    for side in (claim.treatment, claim.reference):
        for choice in side:
            for arm in choice:
                yield arm
                if arm.base:
                    yield arm.base


def variant_of(arm: Arm, cell: Cell) -> ArmInCell:
    """Return the variant of an arm in a cell, whose policy is named by its mix and what it changes."""
    return _variant(arm, tuple((name, level) for name, level in cell.items() if name not in (RATE, HORIZON)))


@lru_cache(maxsize=65536)
def _variant(arm: Arm, levels: tuple[tuple[str, Level], ...]) -> ArmInCell:
    changes, policy = in_cell(arm, dict(levels), policies)
    return changes, _named(policy)


@lru_cache(maxsize=4096)
def _named(policy: Policy) -> Policy:
    """Return a policy under one name for each content: presets that are alike are one."""
    defaults = Policy(mix=policy.mix)
    differs = [
        f"{name} {getattr(policy, name):g}"
        for name in Policy.model_fields
        if name not in ("name", "mix", "later_mix") and getattr(policy, name) != getattr(defaults, name)
    ]
    mix = " + ".join(name for name, _ in policy.mix) or "laissez_faire"
    return policy.replace(name=": ".join(filter(None, [mix, " ".join(differs)])))


def plan_of(study: Study, variants: Sequence[ArmInCell], model: str) -> Plan:
    """Plan all variants at all parameter sets under all seeds. Runs of one set and seed follow each other.

    They are as long as the longest horizon, unless the study sets another.
    """
    by_changes: dict[Changes, list[Policy]] = {}
    for changes, policy in variants:
        by_changes.setdefault(changes, []).append(policy)
    members = {0: {}} if study.ensemble is None else study.ensemble.members
    long = {} if "horizon" in study.parameters.model_fields_set else {"horizon": LONGEST}
    points = []
    for number, own in members.items():
        base = study.parameters.replace(**own, **long)
        at_set = [(with_changes(base, changes), tuple(chosen)) for changes, chosen in by_changes.items()]
        for seed in study.seeds:
            points += [
                Point(place, parameters, chosen, (seed,), number) for place, (parameters, chosen) in enumerate(at_set)
            ]
    return Plan(tuple(points), model)


def check_variants(parameters: Parameters, variants: Iterable[ArmInCell]) -> None:
    """Raise BadInput where the parameters do not allow a change that a claim makes."""
    for changes in dict.fromkeys(changes for changes, _ in variants):
        with_changes(parameters, changes)


def claim_measurement() -> Measurement:
    """Return the measurement of every measure that claims compare."""
    return Measurement(partial(_measure, tuple(CLAIM_MEASURES)))


def measured_facts() -> list[RuledFact]:
    """Return the measures by name with the version of their source."""
    return [(name, claim_measures_version()) for name in CLAIM_MEASURES]


def _measure(names: Sequence[str], run: "Run") -> list[Measured]:
    return [Measured(name, claim_measures_version(), float(CLAIM_MEASURES[name](run))) for name in names]


def read_values(study: Study, variants: Sequence[ArmInCell], plan: Plan, store: Store | MemoryStore) -> RunValues:
    """Return the numbers of all runs of a plan."""
    ids = np.array([task.run_id for task in plan.arms()], dtype=object)
    sets = (0,) if study.ensemble is None else tuple(study.ensemble.members)
    shape = len(sets), len(study.seeds), len(variants)
    wanted = set(ids)
    rows = store.runs(wanted, ["run_id", *_ROW, *BENEFIT_STEMS]).to_pandas().set_index("run_id")
    ok = rows["status"].eq("ok")
    columns = {name: rows[name].where(ok) for name in BENEFIT_STEMS}
    facts = store.facts(wanted).to_pandas()
    facts = facts[facts["rule"] == claim_measures_version()]
    columns |= {str(name): block.set_index("run_id")["value"] for name, block in facts.groupby("fact")}
    found = {
        name: column.reindex(ids).to_numpy(float).reshape(shape).transpose(2, 0, 1) for name, column in columns.items()
    }
    empty = np.full((len(variants), len(sets), len(study.seeds)), np.nan)
    number = {variant: place for place, variant in enumerate(variants)}
    return RunValues(
        number, {name: found.get(name, empty) for name in (*CLAIM_MEASURES, *BENEFIT_STEMS)}, rows[list(_ROW)]
    )
