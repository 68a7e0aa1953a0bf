"""Comparisons with made-up numbers, whose table and report are known without a run."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.analysis.comparison import Comparison
from experiments.analysis.effects import effects_table
from experiments.analysis.response import BUDGETS, FACTORS, RESPONSE_COLUMNS, Responses, efficacies
from experiments.analysis.table import tabulate
from experiments.study.study import Study
from model.indicators.present_values import RATES, present_value_name
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.presets import policies

SIX = ("laissez_faire", "rebate", "rd_credit", "grants", "vouchers", "procurement")
HEADLINES = ("welfare", "useful_technology", "adoption")
LIFT = {"laissez_faire": 0.0, "rebate": 0.0, "rd_credit": 0.05, "grants": -0.04, "vouchers": 0.12, "procurement": 0.06}


def made_up(arms=SIX, seeds=8, horizon=40, lift=LIFT, parameters=None, reference="rebate", outcomes=HEADLINES):
    """A comparison with made-up numbers: `lift` is what a policy adds to every indicator."""
    arms = [policies[arm] if isinstance(arm, str) else arm for arm in arms]
    study = Study(
        outcomes=outcomes,
        reference=reference,
        policies=tuple(arms),
        seeds=tuple(range(seeds)),
        parameters=parameters or Parameters(horizon=horizon),
    )
    runs, series = [], []
    for policy in arms:
        for seed in study.seeds:
            luck, own = np.random.default_rng(seed), np.random.default_rng([seed, len(runs)])
            level = 1.0 + luck.normal(0, 0.1) + lift.get(policy.name, 0.0) + own.normal(0, 0.01)
            run_id = f"{policy.name}-{seed}"
            runs.append(
                {"run_id": run_id, "point": 0, "set": 0, "policy": policy.name, "seed": seed}
                | {"status": "ok", "error": None}
                | summary(policy, level, own, lift.get(policy.name, 0.0))
            )
            series.append(paths(run_id, policy, seed, level, horizon, luck))
    runs = pd.DataFrame(runs)
    table = tabulate(study, runs)
    return Comparison(
        study=study,
        reference=reference,
        policies=tuple(policy.name for policy in arms),
        seeds=study.seeds,
        table=table,
        effects=effects_table(study, runs, table),
        runs=runs,
        series=pd.DataFrame({name: np.concatenate([path[name] for path in series]) for name in series[0]}),
        versions={"python": "3.11.2", "numpy": "2.4", "model": "ab" * 32},
        out=Path("results/compare-01234567"),
    )


def summary(policy, level, own, lift):
    raised = 0.0 if not policy.mix else 600.0
    shares = dict(policy.mix)
    money = {
        "raised": raised,
        "placed": 0.93 * raised,
        "leaked": 0.05 * raised,
        "administration": 0.02 * raised,
        "returned": 0.0,
    }
    gains = ("traditional", "emerging", "future", "small", "large", "best_region", "worst_region")
    return (
        {"welfare": 150_000 * level, "useful_technology": level, "adoption": min(0.6 * level, 1.0)}
        | {"welfare_at_withdrawal": 90_000 * level, "useful_technology_at_withdrawal": 0.9 * level}
        | {"adoption_at_withdrawal": min(0.5 * level, 1.0)}
        | {"bonsai_dependence_at_withdrawal": 0.3 * bool(policy.mix), "bonsai_dependent_share_at_withdrawal": 0.2}
        | {"bonsai_exit_excess": own.normal(0.02, 0.03)}
        | {f"budget_{name}": value for name, value in money.items()}
        | {"equity_recovered": 0.0}
        | present_values(raised, 10_000 * lift)
        | {f"placed_{name}": shares.get(name, 0.0) * money["placed"] for name in INSTRUMENTS}
        | {f"gain_{name}": level + own.normal(0, 0.02) for name in gains}
    )


def present_values(raised, gain):
    """Taxes that are lost at once, a gain after 40 quarters, and as much public as private R&D."""
    found = {f"{name}_rd_{when}_takeoff": raised for name in ("public", "planned") for when in ("before", "after")}
    for rate in RATES:
        taxes = {present_value_name(name, rate): raised for name in ("tax", "net_tax")}
        found |= taxes | {present_value_name("welfare_gain", rate): gain / (1.0 + rate / 100.0) ** 40 - raised}
    return found


def paths(run_id, policy, seed, level, horizon, luck):
    period = np.arange(horizon)
    middle = horizon * (0.5 + luck.normal(0, 0.05)) - 0.2 * horizon * (level - 1)
    rise = 1.0 / (1.0 + np.exp(-(period - middle) / (0.08 * horizon)))
    named = {"run_id": run_id, "set": 0, "policy": policy.name, "seed": seed}
    return {
        **{name: np.full(horizon, value, dtype=np.asarray(value).dtype) for name, value in named.items()},
        "period": period,
        "adoption": 0.6 * level * rise,
        "useful_technology": 0.8 + level * rise,
        "lab_technology": 0.5 + 1.8 * rise + 0.2 * level,
    }


def responding(comparison, dose=(-1.0, 0.0, 1.0), efficacy=(-2.0, -1.0, 1.0, 2.0, 3.0)):
    """The comparison with made-up responses to the budget and, where a policy assumes any, to efficacies."""
    others = [policy for policy in comparison.study.policies if policy.name != comparison.reference]

    def response(policies, settings, gaps):
        rows = [
            (policy.name, setting, 8, gap, gap - 0.5, gap + 0.5)
            for policy in policies
            for setting, gap in zip(settings, gaps, strict=True)
        ]
        return pd.DataFrame(rows, columns=list(RESPONSE_COLUMNS))

    assumed = [policy for policy in others if efficacies(policy)]
    found = Responses("welfare", 8, response(others, BUDGETS[: len(dose)], dose), response(assumed, FACTORS, efficacy))
    return replace(comparison, responses=found)


def analysed_again(comparison, runs=None):
    """The comparison with the table and the effects of other runs, or of its own after they were changed."""
    runs = comparison.runs if runs is None else runs
    table = tabulate(comparison.study, runs)
    return replace(comparison, runs=runs, table=table, effects=effects_table(comparison.study, runs, table))


def with_money_left_over(policy):
    """A comparison in which one policy did not spend what it raised."""
    comparison = made_up()
    ours = comparison.runs["policy"] == policy
    comparison.runs.loc[ours, "budget_placed"] -= 200.0
    comparison.runs.loc[ours, "budget_returned"] += 200.0
    return analysed_again(comparison)
