"""Text for the terminal: at most 80 columns of plain ASCII, the same on a screen and in a pipe."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.comparison import Comparison

WIDTH = 80
STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
_MONEY_PARTS = ("raised", "placed", "leaked", "administration", "returned")


def comparison_lines(comparison: "Comparison") -> Iterator[str]:
    """Yield every block of a comparison: money per arm, a block per indicator, break-even and the legend."""
    yield from _money_lines(comparison)
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


def plain_number(value: float, places: int, signed: bool = False, width: int = 10) -> str:
    """Write a number with so many decimals, '-' for none, in powers of ten when it is wider than its column."""
    if value is None or np.isnan(value):
        return "-"
    plain = f"{value:{'+' if signed else ''}z.{places}f}"
    return plain if len(plain) <= width else f"{value:{'+' if signed else ''}.2e}"


def places_for(values: Iterable[float]) -> int:
    """Return the decimals that show the largest of the values with about four digits."""
    finite = [abs(value) for value in values if value is not None and np.isfinite(value) and value]
    return int(np.clip(3 - np.floor(np.log10(max(finite))), 0, 6)) if finite else 1


def _money_lines(comparison: "Comparison") -> Iterator[str]:
    """Yield means per run of the money raised and of each of its uses."""
    from experiments.analysis.over_seeds import means

    spent = means(comparison.runs, comparison.policies, [f"budget_{part}" for part in _MONEY_PARTS])
    equal = {"equal": "yes", "unequal": "NO"}
    places = places_for(spent.to_numpy().ravel())
    yield "money per run"
    yield f"{'policy':<17} {'raised':>10} {'placed':>10} {'leaked':>10} {'admin.':>10} {'returned':>10} {'equal':>6}"
    for policy, row in spent.iterrows():
        numbers = " ".join(f"{plain_number(value, places):>10}" for value in row)
        yield f"{shortened(policy)} {numbers} {equal.get(comparison.standing[str(policy)], '-'):>6}"


def _block_lines(name: str, block: "pd.DataFrame", comparison: "Comparison") -> Iterator[str]:
    from model.indicators.summary import declaration

    indicator = declaration(name)
    better = f", {indicator.better} is better" if indicator.better else ""
    yield from wrapped(f"{name} ({indicator.unit}{better})")
    yield f"{'policy':<17} {'mean':>10} {'difference':>10} {'95 % interval':>23} {'better':>6} {'':3} {'n':>5}"
    mean_places = places_for(block["mean"])
    places = places_for([*block["difference"], *block["low"], *block["high"]])
    for row in block.itertuples():
        interval = "-"
        if not np.isnan(row.low):
            interval = f"[{plain_number(row.low, places, True)}, {plain_number(row.high, places, True)}]"
        share = "-" if np.isnan(row.share_better) else f"{row.share_better:.0%}"
        yield (
            f"{shortened(row.policy)} {plain_number(row.mean, mean_places):>10} "
            f"{plain_number(row.difference, places, True):>10} "
            f"{interval:>23} {share:>6} {_mark(row):<3} {row.n:>5}"
        )
        if row.n_own < len(comparison.seeds):
            yield f"{'':17} a value in {row.n_own} of {len(comparison.seeds)} seeds"
        if row.equal_money is False and not np.isnan(row.per_unit):
            yield f"{'':17} per unit of money placed: {plain_number(row.per_unit, places_for([row.per_unit]), True)}"


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
    yield f"{'policy':<17} {'multiple':>10} {'95 % interval':>24}"
    tried = found.efficacy["setting"]
    for policy, *multiples in comparison.break_even.itertuples(index=False, name=None):
        mean, *ends = (shown_multiple(one, tried, "x") for one in multiples)
        yield f"{shortened(policy)} {mean:>10} {' to '.join(dict.fromkeys(ends)):>24}"


def _legend_lines(comparison: "Comparison") -> Iterator[str]:
    tests = int(comparison.table["p_holm"].notna().sum())
    yield from wrapped(
        "difference: mean over pairs with the same seed, with a 95 % t interval; better: share of seeds in which the "
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


def shortened(name: object, width: int = 17) -> str:
    """Write a name in a column of so many characters, cut with '..' where it is longer."""
    text = str(name)
    return f"{text if len(text) <= width else text[: width - 2] + '..':<{width}}"


def wrapped(text: str) -> list[str]:
    """Break prose into lines."""
    return textwrap.wrap(text, WIDTH)
