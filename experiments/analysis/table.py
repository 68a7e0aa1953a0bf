"""The table of a comparison: a row per policy and indicator, from the runs alone."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.benefit import BENEFIT_COLUMNS, benefits
from experiments.analysis.equal_money import equal_money, share_spent
from experiments.analysis.nested import NESTED, nested, over_sets
from experiments.analysis.ranks import rank_column
from experiments.analysis.response import efficacies
from experiments.analysis.verdicts import NOT_RANKED, reading
from experiments.analysis.withdrawal import ending_apart
from experiments.statistics import Interval, holm, wilcoxon
from experiments.study.study import Study
from model.indicators.indicator import Indicator
from model.indicators.present_values import PRESENT_VALUES
from model.indicators.summary import AT_WITHDRAWAL, declaration

if TYPE_CHECKING:
    import pandas as pd

HEADLINE = (
    "welfare",
    "welfare_r1",
    "welfare_r2",
    "output",
    "useful_technology",
    "usefulness_ratio",
    "adoption",
    "time_to_50",
    "hhi",
    "firms",
    "bonsai_dependence_at_withdrawal",
    "old_industry_output",
)
"""Indicators of the table unless a study names its own outcomes."""

COMPARISON_COLUMNS = (
    "policy", "indicator", "mean", "difference", "low", "high", "percent", "share_better", "p_holm", "money_placed",
    "equal_money", "rank", *BENEFIT_COLUMNS, "reading", "n", "per_unit", "per_unit_low", "per_unit_high", "n_own",
    "spent_share", "spent_low", "spent_high", *NESTED,
)  # fmt: skip


def tabulate(
    study: Study, runs: "pd.DataFrame", series: "pd.DataFrame | None" = None, whole: bool = True
) -> "pd.DataFrame":
    """Return the table of a comparison from its runs (columns as in `compare`).

    A present value is compared with the present value of the money placed, which takes the series.
    Not `whole`, it leaves the columns on ranks and on the benefit of the money empty. The latter take runs that were
    compared with laissez-faire.
    """
    import pandas as pd

    succeeded = runs[runs["status"] == "ok"]
    by_arm = {name: arm.set_index(["set", "seed"]) for name, arm in succeeded.groupby("policy")}
    empty = succeeded.iloc[:0].set_index(["set", "seed"])
    names = study.outcomes or HEADLINE
    apart, present = ending_apart(study), _present_values(names, series)
    rows = []
    for policy in study.policies:
        arm, reference = by_arm.get(policy.name, empty), by_arm.get(study.reference, empty)
        placed = _mean(arm["budget_placed"])
        money = {"money_placed": placed, "equal_money": equal_money(arm, reference)}
        money |= dict(zip(("spent_share", "spent_low", "spent_high"), share_spent(arm), strict=True))
        money |= benefits(arm, study.parameters) if whole else {}
        pairs = arm.index.intersection(reference.index)
        ours, theirs = arm.loc[pairs], reference.loc[pairs]
        for name in names:
            declared, own = declaration(name), int(arm[name].count())
            row: dict[str, Any] = {"policy": policy.name, "indicator": name, "mean": _mean(arm[name]), **money}
            row |= {"n": own, "n_own": own}
            if policy.name != study.reference and not (name.endswith(AT_WITHDRAWAL) and policy.name in apart):
                row |= _paired(declared, ours[name], theirs[name])
                row |= {"percent": _percent(row["difference"], _mean(reference[name]))}
                worth = placed if name not in PRESENT_VALUES else present.get((policy.name, name), np.nan)
                row |= _per_unit(row, worth) if is_money(declared) else {}
            rows.append(row)
    table = pd.DataFrame(rows, columns=[*COMPARISON_COLUMNS, "p"]).astype({"equal_money": object})
    not_ranked = table["equal_money"].eq(False)
    table.loc[not_ranked, ["share_better", "p"]] = np.nan
    table["p_holm"] = holm(table["p"])
    if whole:
        table["rank"] = rank_column(table, runs, [policy.name for policy in study.policies if efficacies(policy)])
    table["reading"] = _readings(table, study.reference)
    return table[list(COMPARISON_COLUMNS)]


def _readings(table: "pd.DataFrame", reference: str) -> "pd.Series":
    """Readings of all differences (experiments.analysis.verdicts.READINGS), None for the reference itself."""
    import pandas as pd

    found = []
    for row in table.itertuples():
        gap = Interval(row.difference, row.low, row.high)
        judged = reading(gap, declaration(row.indicator).better, row.p_holm)
        found.append(None if row.policy == reference else NOT_RANKED if row.equal_money is False else judged)
    return pd.Series(found, index=table.index, dtype=object)


def _present_values(names: Iterable[str], series: "pd.DataFrame | None") -> dict[tuple[str, str], float]:
    """Return the mean present value of the money placed by policy and discounted indicator among `names`."""
    if series is None or "budget_placed" not in series:
        return {}
    found: dict[tuple[str, str], float] = {}
    for indicator in PRESENT_VALUES.keys() & set(names):
        worth = series["budget_placed"] / (1.0 + PRESENT_VALUES[indicator] / 100.0) ** series["period"]
        by_run = worth.groupby([series["policy"], series["set"], series["seed"]]).sum()
        found |= {(str(policy), indicator): float(mean) for policy, mean in by_run.groupby("policy").mean().items()}
    return found


def _percent(difference: float, level: float) -> float:
    """The difference in % of the size of the reference's mean, so that it keeps the difference's sign."""
    return 100.0 * difference / abs(level) if level else np.nan


def _per_unit(row: dict[str, Any], placed: float) -> dict[str, float]:
    """The difference and its interval per unit of money placed; nothing where none was placed on balance or known."""
    if not placed > 0.0:
        return {}
    columns = {"per_unit": "difference", "per_unit_low": "low", "per_unit_high": "high"}
    return {column: row[source] / placed for column, source in columns.items()}


def _paired(indicator: Indicator, arm: "pd.Series", reference: "pd.Series") -> dict[str, Any]:
    """Return difference, intervals, share better and p of one indicator, of two arms with the same pairs.

    A time that is never reached has no difference, but it counts as later than any in `share_better`. The test is over
    seeds, each with its mean over sets.
    """
    differences = (arm.astype(float) - reference.astype(float)).dropna()
    ours, theirs = arm.to_numpy(float), reference.to_numpy(float)
    both = ~np.isnan(ours) & ~np.isnan(theirs)
    found = nested(differences)
    if indicator.kind == "time":
        ours, theirs = (np.where(np.isnan(values), np.inf, values) for values in (ours, theirs))
    else:
        ours, theirs = ours[both], theirs[both]
    share = np.nan
    if indicator.better and len(ours):
        share = float(np.mean(ours > theirs if indicator.better == "higher" else ours < theirs))
    gap = {"difference": found.mean, "low": found.low, "high": found.high, **found.apart}
    return gap | {"share_better": share, "p": wilcoxon(over_sets(differences)), "n": both.sum()}


def is_money(indicator: Indicator) -> bool:
    """Return whether an indicator is a sum of money over a run, comparable with the money placed."""
    return indicator.kind == "flow" and indicator.unit == "money"


def _mean(values: "pd.Series") -> float:
    return float(values.mean())
