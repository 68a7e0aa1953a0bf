"""Responses of a comparison's outcome to the budget and to the efficacy of money in each instrument.

Both are reruns of a comparison's arms at a few settings and seeds, paired with the reference under the same seeds.
With an ensemble they are made at its first parameter set only, which is nearest to all others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.paired import differences
from experiments.results.arms import HoldsResults, runs_of
from experiments.results.store import MemoryStore, Store
from experiments.running.engines import Execution
from experiments.running.runner import run_tasks
from experiments.study.design import Design
from experiments.study.plan import Plan
from experiments.study.points import Point
from experiments.study.study import Study
from model.declaration.settings import bounds
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

BUDGETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02)
FACTORS = (0.1, 10**-0.5, 1.0, 10**0.5, 10.0)
"""Multiples of the efficacy, over the two orders of magnitude within which it is unknown."""

RERUNS = ("budget", "efficacy")
"""Names of these reruns in the results."""

SEEDS = 20
"""The most seeds of these reruns."""

RESPONSE_COLUMNS = ("policy", "setting", "n", "difference", "low", "high")


@dataclass(frozen=True)
class Responses:
    """Paired differences of one outcome to the reference, a row per policy and setting (RESPONSE_COLUMNS).

    `dose`: by budget as a share of output. `efficacy`: by multiple of all efficacies that a policy depends on, for
    policies that depend on any.
    """

    outcome: str
    seeds: int
    dose: "pd.DataFrame"
    efficacy: "pd.DataFrame"


def respond(
    study: Study, outcome: str, model: str, store: HoldsResults, execution: Execution | None
) -> Responses | None:
    """Run what is missing of the reruns of a study and return how one outcome responds.

    Without an execution nothing is run, and what is stored is returned, None where that is nothing.
    """
    import pandas as pd

    if execution is None and not any(store.holds(which) for which in RERUNS):
        return None
    here = next(iter(Design(study)))._replace(seeds=study.seeds[:SEEDS])
    doses = {budget: _with_budget(here, budget)._replace(number=number) for number, budget in enumerate(BUDGETS, 1)}
    assumed = [policy for policy in study.policies if efficacies(policy)]
    first = len(BUDGETS) + 1
    factors = [
        {
            factor: _with_efficacy(here, study.reference, policy, factor)._replace(number=first + place)
            for place, factor in enumerate(FACTORS, start=number * len(FACTORS))
        }
        for number, policy in enumerate(assumed)
    ]
    every = [
        {setting: Plan((point,), model) for setting, point in by_setting.items()} for by_setting in (doses, *factors)
    ]
    if execution is not None:
        assert isinstance(store, Store | MemoryStore)  # others are read only
        for which, settings in zip(RERUNS, (every[:1], every[1:]), strict=True):
            plans = (plan for by_setting in settings for plan in by_setting.values())
            run_tasks(Plan.joined(plans, model), store.rerun(which, series=False), execution)
    found = [_differences(by_setting, store, study.reference, outcome) for by_setting in every]
    none = found[0].iloc[:0]
    # Settings of the study itself are always stored. Alone they are no response.
    dose = found[0] if execution is not None or store.holds(RERUNS[0]) else none
    efficacy = pd.concat(found[1:]) if assumed and (execution is not None or store.holds(RERUNS[1])) else none
    return Responses(outcome, min(SEEDS, len(study.seeds)), dose, efficacy)


def efficacies(policy: Policy) -> tuple[str, ...]:
    """Return the efficacy parameters that a policy's money depends on."""
    used = [INSTRUMENTS[name].efficacy for name, share in (*policy.mix, *policy.later_mix) if share > 0.0]
    return tuple(dict.fromkeys(name for name in used if name))


def break_even(efficacy: "pd.DataFrame", policy: str) -> tuple[float, float, float]:
    """Return the multiple of the efficacy at which a policy's mean difference to the reference first turns positive.

    The second and third numbers are the ends of its 95 % interval: the upper and the lower ends of the differences'
    intervals turn positive there. Between two settings all are taken as linear in the logarithm of the multiple.
    0 for less than the least multiple tried, infinity for more than the largest, NaN where nothing is known.
    """
    own = efficacy[efficacy["policy"] == policy].sort_values("setting")
    x = np.log(own["setting"].to_numpy(float))
    mean, earliest, latest = (_crossing(x, own[name].to_numpy(float)) for name in ("difference", "high", "low"))
    return mean, earliest, latest


def shown_multiple(multiple: float, tried: Iterable[float], times: str) -> str:
    """Return a multiple of `break_even` as text, or the end of the range tried that it lies beyond."""
    if np.isnan(multiple):
        return "?"
    if multiple == 0.0:
        return f"below {times}{min(tried):g}"
    return f"above {times}{max(tried):g}" if np.isinf(multiple) else f"{times}{multiple:.2g}"


def _crossing(x: np.ndarray, y: np.ndarray) -> float:
    """Return exp of the x at which the line through points first turns positive.

    0 before the first point, infinity after the last.
    """
    x, y = x[~np.isnan(y)], y[~np.isnan(y)]
    if not len(y):
        return np.nan
    positive = np.flatnonzero(y > 0.0)
    if not len(positive):
        return np.inf
    first = int(positive[0])
    if first == 0:
        return 0.0
    share = -y[first - 1] / (y[first] - y[first - 1])
    return float(np.exp(x[first - 1] + share * (x[first] - x[first - 1])))


def _with_budget(point: Point, budget: float) -> Point:
    funded = tuple(policy.replace(budget=budget) if policy.mix else policy for policy in point.policies)
    return point._replace(policies=funded)


def _with_efficacy(point: Point, reference: str, policy: Policy, factor: float) -> Point:
    """Return the policy and the reference with all that the policy's money achieves multiplied, within its range."""
    pair = tuple(one for one in point.policies if one.name in (reference, policy.name))
    changed = {name: _within(name, factor * getattr(point.parameters, name)) for name in efficacies(policy)}
    return point._replace(parameters=point.parameters.replace(**changed), policies=pair)


def _within(name: str, value: float) -> float:
    low, high = bounds(Parameters.model_fields[name])
    return float(np.clip(value, low, high))


def _differences(by_setting: Mapping[float, Plan], store: HoldsResults, reference: str, outcome: str) -> "pd.DataFrame":
    """Return paired differences by setting (RESPONSE_COLUMNS), none where no run of the reference succeeded."""
    import pandas as pd

    plans = list(by_setting.values())
    runs = runs_of(Plan.joined(plans, plans[0].model), store, some=True)
    runs["point"] = runs["point"].map({plan.points[0].number: setting for setting, plan in by_setting.items()})
    if reference not in set(runs.loc[runs["status"] == "ok", "policy"]):
        return pd.DataFrame(columns=list(RESPONSE_COLUMNS))
    return differences(runs, reference, outcome).rename(columns={"point": "setting"})[list(RESPONSE_COLUMNS)]
