"""How the answer depends on what a comparison takes as given: the budget, and what money achieves in each instrument.

Both are reruns of a comparison's arms at a few settings and seeds, paired with the reference under the same seeds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.arms import Arms
from experiments.analysis.paired import differences
from experiments.results.store import MemoryStore, Store
from experiments.running.runner import Execution, run_tasks
from experiments.study.study import Study
from model.declaration.settings import bounds
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

BUDGETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02)
FACTORS = (0.1, 10**-0.5, 1.0, 10**0.5, 10.0)
"""Multiples of the efficacy: the two orders of magnitude over which it is unknown."""

SEEDS = 20
"""Seeds of these reruns, at most."""

RESPONSE_COLUMNS = ("policy", "setting", "n", "difference", "low", "high")


@dataclass(frozen=True)
class Responses:
    """Paired differences of one outcome to the reference, a row per policy and setting (columns COLUMNS).

    `dose`: by budget as a share of output. `efficacy`: by multiple of all efficacies that a policy depends on, for
    policies that depend on any.
    """

    outcome: str
    seeds: int
    dose: "pd.DataFrame"
    efficacy: "pd.DataFrame"


def respond(study: Study, outcome: str, model: str, store: Store | MemoryStore, execution: Execution) -> Responses:
    """Run what is missing of the reruns of a study and say how one outcome responds."""
    import pandas as pd

    arms = Arms(study.parameters, dict.fromkeys(study.seeds[:SEEDS], study.policies), model)
    doses = {budget: _with_budget(arms, budget, point) for point, budget in enumerate(BUDGETS, start=1)}
    assumed = [policy for policy in study.policies if efficacies(policy)]
    first = len(BUDGETS) + 1
    factors = [
        {
            factor: _with_efficacy(arms, study.reference, policy, factor, first + number * len(FACTORS) + point)
            for point, factor in enumerate(FACTORS)
        }
        for number, policy in enumerate(assumed)
    ]
    every = [one for by_setting in (doses, *factors) for one in by_setting.values()]
    run_tasks([task for one in every for task in one], store, execution)
    found = [_differences(by_setting, store, study.reference, outcome) for by_setting in (doses, *factors)]
    efficacy = pd.concat(found[1:]) if assumed else found[0].iloc[:0]
    return Responses(outcome, min(SEEDS, len(study.seeds)), found[0], efficacy)


def efficacies(policy: Policy) -> tuple[str, ...]:
    """The efficacy parameters that a policy's money depends on."""
    used = [INSTRUMENTS[name].efficacy for name, share in (*policy.mix, *policy.later_mix) if share > 0.0]
    return tuple(dict.fromkeys(name for name in used if name))


def break_even(efficacy: "pd.DataFrame", policy: str) -> tuple[float, float, float]:
    """The multiple of the efficacy at which a policy's mean difference to the reference first turns positive.

    And the ends of its 95 % interval, which are where the upper and the lower ends of the differences' do. Between two
    settings these are taken as linear in the logarithm of the multiple. 0 for less than the least multiple that was
    tried, infinity for more than the most, NaN where nothing is known.
    """
    own = efficacy[efficacy["policy"] == policy].sort_values("setting")
    x = np.log(own["setting"].to_numpy(float))
    mean, earliest, latest = (_crossing(x, own[name].to_numpy(float)) for name in ("difference", "high", "low"))
    return mean, earliest, latest


def shown_multiple(multiple: float, tried: Iterable[float], times: str) -> str:
    """A multiple of `experiments.analysis.response.break_even`, or the end of the range tried that it lies beyond."""
    if np.isnan(multiple):
        return "?"
    if multiple == 0.0:
        return f"below {times}{min(tried):g}"
    return f"above {times}{max(tried):g}" if np.isinf(multiple) else f"{times}{multiple:.2g}"


def _crossing(x: np.ndarray, y: np.ndarray) -> float:
    """exp of where the line through points first turns positive; 0 before the first point, infinity after the last."""
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


def _with_budget(arms: Arms, budget: float, point: int) -> Arms:
    policies = next(iter(arms.by_seed.values()))
    funded = tuple(policy.replace(budget=budget) if policy.mix else policy for policy in policies)
    return replace(arms, by_seed=dict.fromkeys(arms.by_seed, funded), point=point)


def _with_efficacy(arms: Arms, reference: str, policy: Policy, factor: float, point: int) -> Arms:
    """The policy and the reference where all that the policy's money achieves is multiplied, within its range."""
    policies = next(iter(arms.by_seed.values()))
    pair = tuple(one for one in policies if one.name in (reference, policy.name))
    changed = {name: _within(name, factor * getattr(arms.parameters, name)) for name in efficacies(policy)}
    return replace(
        arms, parameters=arms.parameters.replace(**changed), by_seed=dict.fromkeys(arms.by_seed, pair), point=point
    )


def _within(name: str, value: float) -> float:
    low, high = bounds(Parameters.model_fields[name])
    return float(np.clip(value, low, high))


def _differences(
    by_setting: Mapping[float, Arms], store: Store | MemoryStore, reference: str, outcome: str
) -> "pd.DataFrame":
    """Paired differences by setting (columns COLUMNS); none where no run of the reference succeeded."""
    import pandas as pd

    runs = pd.concat([arms.runs(store).assign(point=setting) for setting, arms in by_setting.items()])
    if reference not in set(runs.loc[runs["status"] == "ok", "policy"]):
        return pd.DataFrame(columns=list(RESPONSE_COLUMNS))
    return differences(runs, reference, outcome).rename(columns={"point": "setting"})[list(RESPONSE_COLUMNS)]
