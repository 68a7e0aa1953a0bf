"""The report's numbers and signs as text."""

import re
from collections.abc import Iterable

import numpy as np

from experiments.analysis.sentences import listed
from experiments.analysis.sentences import plain as plain
from experiments.statistics import Interval
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"


def places(values: Iterable[float]) -> int:
    """Return the decimals that give the largest of `values` three significant digits (at most six decimals)."""
    sizes = [abs(value) for value in values if np.isfinite(value) and value != 0.0]
    return int(np.clip(2 - np.floor(np.log10(max(sizes))), 0, 6)) if sizes else 0


def number(value: float, decimals: int | None = None, signed: bool = False) -> str:
    """Write a number with a true minus sign and thousands apart; a dash where there is none."""
    if not np.isfinite(value):
        return DASH
    plus = "+" if signed and value != 0.0 else ""
    return f"{value:{plus}z,.{places([value]) if decimals is None else decimals}f}".replace("-", MINUS)


def span(interval: Interval, decimals: int | None = None) -> str:
    """Write the interval as "low to high"; empty where fewer than two seeds give none."""
    if not np.isfinite(interval.low):
        return ""
    decimals = places(interval) if decimals is None else decimals
    return f"{number(interval.low, decimals)} to {number(interval.high, decimals)}"


def typeset(sentence: str) -> str:
    """Give a sentence of plain ASCII its true minus and multiplication signs."""
    return re.sub(r"(?<=[\s\[(])-(?=[\d.])", MINUS, sentence).replace("2x2", "2\N{MULTIPLICATION SIGN}2")


def times(count: str) -> str:
    """Give a count of plain ASCII, as "3 sets x 4 seeds", its true multiplication sign."""
    return count.replace(" x ", " \N{MULTIPLICATION SIGN} ")


def share(value: float) -> str:
    """Write a share as a whole percentage."""
    return f"{100.0 * value:.0f} %" if np.isfinite(value) else DASH


def probability(value: float) -> str:
    """Write a p-value to three decimals, "< 0.001" below."""
    if not np.isfinite(value):
        return DASH
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def capital(text: str) -> str:
    """Return the text with a capital first letter, the rest unchanged."""
    return text[:1].upper() + text[1:]


def seed_ranges(seeds: Iterable[int]) -> str:
    """Write seeds as ranges, "0-99, 200"."""
    runs: list[list[int]] = []
    for seed in sorted(seeds):
        if runs and seed == runs[-1][1] + 1:
            runs[-1][1] = seed
        else:
            runs.append([seed, seed])
    return ", ".join(str(first) if first == last else f"{first}{DASH}{last}" for first, last in runs)


def reruns(match: bool, yoked: bool) -> str:
    """Return a sentence on the reruns that enforced equal money; empty without reruns."""
    ways = ["at the slowest arm's calendar"] * yoked + ["with the budget cut to what every arm could place"] * match
    return f"All arms of a seed were rerun {listed(ways)}." if ways else ""


GLYPHS = {
    "better": "▲", "weakly better": "△", "worse": "▼", "weakly worse": "▽",
    "higher": "↑", "weakly higher": "⇡", "lower": "↓", "weakly lower": "⇣",
    "cannot tell": "~", "identical": "=", "not ranked": "×", "no data": DASH,
}  # fmt: skip
"""A sign for each reading (experiments.analysis.verdicts.READINGS), for the table at a glance."""


def deed(policy: Policy) -> str:
    """Return a sentence on what a policy does with its money, instrument by instrument."""
    if not policy.mix or policy.budget <= 0.0:
        return "Raises no tax and pays nothing."
    first = _spends(policy.mix)
    if not policy.later_mix:
        return f"{capital(first)}."
    return f"{capital(first)}. From quarter {policy.later_from} on: {_spends(policy.later_mix)}."


def _spends(mix: Iterable[tuple[str, float]]) -> str:
    used = sorted(((name, part) for name, part in mix if part > 0.0), key=lambda pair: -pair[1])
    if len(used) == 1:
        return f"{INSTRUMENTS[used[0][0]].meaning} ({plain(used[0][0])})"
    return ". ".join(f"{share(part)} {plain(name)}: {INSTRUMENTS[name].meaning}" for name, part in used)
