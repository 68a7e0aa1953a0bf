"""The grid of a claim: its axes, its cells, and what a level acts on.

Facts without policy cannot pin what acts under policy only. Each claim under policy is therefore put to the test at
stated levels of these parameters, and each side has its best and its worst case among them.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from experiments.claims.claim import (
    EFFICACY,
    HORIZON,
    POLICY,
    RATE,
    Arm,
    Axis,
    Cell,
    Change,
    Changes,
    Level,
    Plus,
    Times,
)
from experiments.claims.measures import CLAIM_HORIZONS, CLAIM_RATES
from experiments.study.addresses import TRAIT
from model.declaration.settings import bounds
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS, PRICE_SUBSIDIES
from model.policy.policy import Policy

DISPLACEMENT = Axis("displacement", (0.0, 0.5, 1.0), (0.0, 0.5, 1.0), "displacement")
INCIDENCE = Axis("incidence", (0.0, 0.15, 0.3), (0.0, 0.3), "incidence")
BELIEF = Axis("subsidy_belief", (0.0, 0.5, 1.0), (0.0, 1.0), "belief in subsidies")
EFFICACIES_AXIS = Axis(EFFICACY, (0.1, 0.1 * 10**0.5, 1.0, 10**0.5, 10.0), (0.1, 1.0, 10.0), "multiple of efficacies")
"""Even steps of the logarithm over two orders of magnitude: a log-uniform prior."""

BUDGET = Axis("policy.budget", (0.0005, 0.005, 0.02), (0.0005, 0.005), "budget")
RATE_AXIS = Axis(RATE, CLAIM_RATES, CLAIM_RATES, "rate")
HORIZON_AXIS = Axis(HORIZON, CLAIM_HORIZONS, CLAIM_HORIZONS, "horizon")
POLICY_GRID = (DISPLACEMENT, INCIDENCE, BELIEF)
POLICY_CORNERS = (DISPLACEMENT, *(axis._replace(levels=axis.quick) for axis in (INCIDENCE, BELIEF)))
"""The same with the ends of incidence and belief alone, for claims that need many runs."""

WELFARE_GRID = (RATE_AXIS, HORIZON_AXIS)

_TO_FIRMS = tuple(name for name, entry in INSTRUMENTS.items() if entry.side == "R&D" and name != "basic_research")
ACTS_ON: dict[str, tuple[str, ...]] = {
    "displacement": _TO_FIRMS,
    "incidence": (*PRICE_SUBSIDIES, "demonstration"),
    "subsidy_belief": PRICE_SUBSIDIES,
}
"""Instruments that a parameter acts on, of those that act under policy only."""


def grid_cells(axes: Sequence[Axis], quick: bool) -> Iterator[Cell]:
    """Yield every cell of a grid, the last axis changing fastest."""
    names = [axis.name for axis in axes]
    for levels in product(*(axis.quick if quick else axis.levels for axis in axes)):
        yield dict(zip(names, levels, strict=True))


def in_cell(arm: Arm, cell: Cell, presets: dict[str, Policy]) -> tuple[Changes, Policy]:
    """Return the changed parameters and the policy of an arm in a cell, with the levels that act on it alone."""
    policy = arm.policy or presets[str(cell[POLICY])]
    changes = dict(arm.changes)
    traits: dict[str, Level] = {}
    for name, level in cell.items():
        if name.startswith(TRAIT) and policy.mix:
            traits[name.removeprefix(TRAIT)] = level
        elif name == EFFICACY:
            changes |= _efficacies(policy, float(level))
        elif name in Parameters.model_fields and acts(name, policy):
            changes[name] = level
    policy = policy.replace(**traits) if traits else policy
    return tuple(sorted(changes.items())), policy


def acts(name: str, policy: Policy) -> bool:
    """Return whether a parameter acts on what happens under a policy, as far as ACTS_ON declares it."""
    return name not in ACTS_ON or any(instrument in ACTS_ON[name] for instrument in _used(policy))


def _used(policy: Policy) -> set[str]:
    return {name for name, share in (*policy.mix, *policy.later_mix) if share > 0.0}


def _efficacies(policy: Policy, multiple: float) -> dict[str, Change]:
    """Return the efficacies that a policy rests on, times a multiple. None where they stay as they are."""
    names = {INSTRUMENTS[name].efficacy for name in _used(policy)} - {""}
    return {name: Times(multiple) for name in sorted(names)} if multiple != 1.0 else {}


def with_changes(parameters: Parameters, changes: Changes) -> Parameters:
    """Return the parameters of a set with changes. What is multiplied or raised stays within its declared range."""
    values: dict[str, Level] = {}
    for name, change in changes:
        value = getattr(parameters, name)
        if isinstance(change, Times):
            values[name] = _within(name, value * change.factor)
        elif isinstance(change, Plus):
            values[name] = _within(name, value + change.amount)
        else:
            values[name] = change
    return parameters.replace(**values) if values else parameters


def _within(name: str, value: float) -> float | int:
    field = Parameters.model_fields[name]
    low, high = bounds(field)
    assert low is not None and high is not None
    held = min(max(value, low), high)
    return round(held) if field.annotation is int else held
