"""The text of comparisons, runs and listings."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.plain_text import WIDTH, beside_names, places_for, plain_number, wrapped

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.comparison import Comparison

STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
_MONEY_PARTS = ("raised", "placed", "leaked", "administration", "returned")


def comparison_lines(comparison: "Comparison") -> Iterator[str]:
    """Yield every block of a comparison: money and its benefit, a block per indicator, break-even and the legend."""
    yield from _money_lines(comparison)
    yield ""
    yield from _benefit_lines(comparison)
    for indicator, block in comparison.table.groupby("indicator", sort=False):
        yield ""
        yield from _block_lines(str(indicator), block, comparison)
    yield from _break_even_lines(comparison)
    yield ""
    yield from _legend_lines(comparison)


def listing_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield declarations as text: the name with its facts on one line, the meaning below."""
    for entry in entries:
        head, *rest = textwrap.wrap(str(entry["head"]), WIDTH - 4) or [""]
        yield head
        yield from (f"    {line}" for line in rest)
        for text in entry["body"]:
            yield from textwrap.wrap(str(text), WIDTH - 4, initial_indent="    ", subsequent_indent="    ")


def summary_lines(summary: Mapping[str, float], units: Mapping[str, str]) -> Iterator[str]:
    """Yield summary indicators of one run, one a line with its unit."""
    for name, value in summary.items():
        shown = "never" if np.isnan(value) and name.startswith("time_") else plain_number(value, 4, width=11)
        yield f"{name:<44} {shown:>11} {units[name]}"


def _money_lines(comparison: "Comparison") -> Iterator[str]:
    """Yield means per run of the money raised and of each of its uses."""
    from experiments.analysis.over_seeds import means

    spent = means(comparison.runs, comparison.policies, [f"budget_{part}" for part in _MONEY_PARTS])
    equal = {"equal": "yes", "unequal": "NO"}
    places = places_for(spent.to_numpy().ravel())
    yield "money per run"
    head = f" {'raised':>10} {'placed':>10} {'leaked':>10} {'admin.':>10} {'returned':>10} {'equal':>6}"
    rows = [("policy", head)]
    for policy, row in spent.iterrows():
        numbers = "".join(f" {plain_number(value, places):>10}" for value in row)
        rows.append((str(policy), f"{numbers} {equal.get(comparison.standing[str(policy)], '-'):>6}"))
    yield from beside_names(rows)


def _benefit_lines(comparison: "Comparison") -> Iterator[str]:
    """Yield benefit over cost at each rate, the rate of return, and public over private R&D, a row per policy."""
    yield from wrapped(
        "benefit-cost at 0.5, 1 and 2 % a quarter: welfare above laissez-faire, cost of funds and net taxes, per unit "
        "of net taxes (those not handed back); return: rate in % a quarter at which welfare is that of laissez-faire; "
        "R&D: public over private as planned, before and after adoption of 10 %"
    )
    head = f" {'0.5 %':>6} {'1 %':>6} {'95 % interval':>16} {'2 %':>6} {'return':>7} {'R&D bef.':>8} {'after':>6}"
    rows = [("policy", head)]
    for row in comparison.benefit.itertuples():
        interval = (
            "-" if np.isnan(row.benefit_cost_low) else f"[{row.benefit_cost_low:.2f}, {row.benefit_cost_high:.2f}]"
        )
        cells = (
            f"{plain_number(row.benefit_cost_0_5, 2, width=6):>6}", f"{plain_number(row.benefit_cost, 2, width=6):>6}",
            f"{interval:>16}", f"{plain_number(row.benefit_cost_2, 2, width=6):>6}",
            f"{plain_number(row.rate_of_return, 2, width=7):>7}",
            f"{plain_number(row.public_over_private_rd_before_takeoff, 2, width=8):>8}",
            f"{plain_number(row.public_over_private_rd_after_takeoff, 2, width=6):>6}",
        )  # fmt: skip
        rows.append((str(row.Index), f" {' '.join(cells)}"))
    yield from beside_names(rows)
    reasons = comparison.benefit["rate_of_return_reason"].dropna()
    for reason, policies in reasons.groupby(reasons, sort=False):
        yield from wrapped(f"no rate of return, as {reason}: {', '.join(map(str, policies.index))}")


def _block_lines(name: str, block: "pd.DataFrame", comparison: "Comparison") -> Iterator[str]:
    from model.indicators.summary import declaration

    indicator = declaration(name)
    better = f", {indicator.better} is better" if indicator.better else ""
    yield from wrapped(f"{name} ({indicator.unit}{better})")
    rows = [("policy", f" {'mean':>10} {'difference':>10} {'95 % interval':>23} {'better':>6} {'':3} {'n':>5}")]
    mean_places = places_for(block["mean"])
    places = places_for([*block["difference"], *block["low"], *block["high"]])
    for row in block.itertuples():
        interval = "-"
        if not np.isnan(row.low):
            interval = f"[{plain_number(row.low, places, True)}, {plain_number(row.high, places, True)}]"
        share = "-" if np.isnan(row.share_better) else f"{row.share_better:.0%}"
        numbers = f"{plain_number(row.mean, mean_places):>10} {plain_number(row.difference, places, True):>10}"
        rows.append((row.policy, f" {numbers} {interval:>23} {share:>6} {_mark(row):<3} {row.n:>5}"))
        if row.n_own < (pairs := len(comparison.seeds) * comparison.study.sets):
            rows.append(("", f" a value in {row.n_own} of {pairs} {'seeds' if comparison.study.sets == 1 else 'runs'}"))
        if not np.isnan(row.share_sets):
            ends = (plain_number(end, places, True) for end in (row.low_seeds, row.high_seeds))
            rows.append(("", f" over seeds [{', '.join(ends)}]; same sign in {row.share_sets:.0%} of sets"))
        if row.equal_money is False and not np.isnan(row.per_unit):
            gain = plain_number(row.per_unit, places_for([row.per_unit]), True)
            rows.append(("", f" per unit of money placed: {gain}"))
    yield from beside_names(rows)


def _break_even_lines(comparison: "Comparison") -> Iterator[str]:
    """Yield the multiple of the assumed efficacies at which each policy begins to pay."""
    from experiments.analysis.response import shown_multiple

    found = comparison.responses
    if found is None or found.efficacy.empty:
        return
    yield ""
    yield from wrapped(
        f"break-even: multiple of all efficacies that a policy assumes at which {found.outcome} exceeds "
        f"{comparison.reference}'s ({found.seeds} seeds; an economy without policy does not show these efficacies)"
    )
    rows = [("policy", f" {'multiple':>10} {'95 % interval':>24}")]
    tried = found.efficacy["setting"]
    for policy, *multiples in comparison.break_even.itertuples(index=False, name=None):
        mean, *ends = (shown_multiple(one, tried, "x") for one in multiples)
        rows.append((policy, f" {mean:>10} {' to '.join(dict.fromkeys(ends)):>24}"))
    yield from beside_names(rows)


def _legend_lines(comparison: "Comparison") -> Iterator[str]:
    tests = int(comparison.table["p_holm"].notna().sum())
    paired, of = "the same seed, with a 95 % t interval", "seeds"
    if comparison.study.sets > 1:
        paired, of = "the same parameter set and seed, with the middle 95 % of the sets' means", "pairs"
    yield from wrapped(
        f"difference: mean over pairs with {paired}; better: share of {of} in which the "
        f"policy does better than {comparison.reference} (a time never reached is later than any); n: pairs in the "
        "difference; of the reference, values in its mean."
    )
    yield from wrapped(
        f"* p < 0.05, ** p < 0.01, *** p < 0.001: Wilcoxon signed ranks, Holm-adjusted over all {tests} tests here."
    )
    yield from wrapped("per unit: the difference per unit of money placed, both discounted alike.")
    if comparison.table["equal_money"].eq(False).any():
        yield from wrapped("! not ranked, as money is not shown to be equal.")


def _mark(row: Any) -> str:
    if row.equal_money is False:
        return "!"
    return next((stars for limit, stars in STARS if row.p_holm < limit), "")
