"""How the report writes numbers, and the sentences of its answer: the same words for every side."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from experiments.analysis.effects import differences_by_policy, interval_over_seeds, sign
from experiments.analysis.statistics import Interval

MINUS, DASH = "\N{MINUS SIGN}", "\N{EN DASH}"


def places(values: Iterable[float]) -> int:
    """Decimals that give the largest of `values` three significant digits (at most six decimals)."""
    sizes = [abs(value) for value in values if np.isfinite(value) and value != 0.0]
    return int(np.clip(2 - np.floor(np.log10(max(sizes))), 0, 6)) if sizes else 0


def number(value: float, decimals: int | None = None, signed: bool = False) -> str:
    """A number with a true minus sign and thousands apart; a dash where there is none."""
    if not np.isfinite(value):
        return DASH
    plus = "+" if signed and value != 0.0 else ""
    return f"{value:{plus}z,.{places([value]) if decimals is None else decimals}f}".replace("-", MINUS)


def span(interval: Interval, decimals: int | None = None) -> str:
    """The interval as "low to high"; empty where fewer than two seeds give none."""
    if not np.isfinite(interval.low):
        return ""
    decimals = places(interval) if decimals is None else decimals
    return f"{number(interval.low, decimals)} to {number(interval.high, decimals)}"


def share(value: float) -> str:
    """A share as a whole percentage."""
    return f"{100.0 * value:.0f} %" if np.isfinite(value) else DASH


def probability(value: float) -> str:
    """A p-value to three decimals, "< 0.001" below."""
    if not np.isfinite(value):
        return DASH
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def listed(words: Sequence[str]) -> str:
    """Words joined as "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


WORDS = {"hhi": "HHI", "tfp": "TFP", "rd": "R&D", "r1": "at 1 % a quarter", "r2": "at 2 % a quarter"}


def plain(name: str) -> str:
    """An indicator's name as words."""
    return " ".join(WORDS.get(word, word) for word in name.split("_"))


def capital(text: str) -> str:
    """The text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def seed_ranges(seeds: Iterable[int]) -> str:
    """Seeds as ranges, "0-99, 200"."""
    runs: list[list[int]] = []
    for seed in sorted(seeds):
        if runs and seed == runs[-1][1] + 1:
            runs[-1][1] = seed
        else:
            runs.append([seed, seed])
    return ", ".join(str(first) if first == last else f"{first}{DASH}{last}" for first, last in runs)


def reruns(match: bool, yoked: bool) -> str:
    """One sentence on how equal money was enforced by reruns; empty where it was not."""
    told = ["at the slowest arm's calendar"] * yoked + ["with the budget cut to what every arm could place"] * match
    return f"All arms of a seed were rerun {listed(told)}." if told else ""


def size(interval: Interval) -> str:
    """A difference with its interval, "+0.12; 95 % interval 0.03 to 0.21"."""
    text = number(interval.mean, places(interval), signed=True)
    return f"{text}; 95 % interval {span(interval)}" if span(interval) else f"{text} in a single seed"


def reading(interval: Interval, better: str, p_holm: float = np.nan) -> str:
    """What an interval says: better, worse, higher, lower ("weakly" if Holm's test is less sure), or nothing."""
    if not np.isfinite(interval.mean):
        return "no data"
    if sign(interval) == 0:
        return "identical" if interval.mean == interval.low == interval.high else "cannot tell"
    words = {"higher": ("better", "worse"), "lower": ("worse", "better")}.get(better, ("higher", "lower"))
    word = words[0] if sign(interval) > 0 else words[1]
    return f"weakly {word}" if p_holm >= 0.05 else word


GLYPHS = {
    "better": "▲", "weakly better": "△", "worse": "▼", "weakly worse": "▽",
    "higher": "↑", "weakly higher": "⇡", "lower": "↓", "weakly lower": "⇣",
    "cannot tell": "~", "identical": "=", "not ranked": "×", "no data": DASH,
}  # fmt: skip
"""A sign for each reading, for the table at a glance."""


def unsure_after_holm(name: str, unsure: Sequence[str]) -> str:
    """One sentence on the differences in an indicator that Holm's adjustment does not leave standing."""
    return (
        f"After Holm's adjustment, {plain(name)} does not differ significantly under {listed(unsure)}."
        if unsure
        else ""
    )


def against_reference(name: str, values: pd.DataFrame, reference: str) -> str:
    """One sentence: the policies (columns) under which an indicator is higher or lower, and the others."""
    found = {policy: gap for policy, gap in differences_by_policy(values, reference).items() if policy != reference}
    known = sorted(
        (policy for policy in found if np.isfinite(found[policy].mean)), key=lambda policy: -found[policy].mean
    )
    if not known:
        return f"On {plain(name)}, no policy can be compared with {reference}."
    higher, untold, lower = ([policy for policy in known if sign(found[policy]) == wanted] for wanted in (1, 0, -1))
    told = [f"{word} under {listed(named)}" for word, named in (("higher", higher), ("lower", lower)) if named]
    clauses = [f"{plain(name)} is {' and '.join(told)}"] if told else []
    if untold:
        clauses.append(f"no difference {'' if told else f'in {plain(name)} '}can be told for {listed(untold)}")
    return f"Against {reference}, {'; '.join(clauses)}."


def leader(name: str, values: pd.DataFrame, place: Mapping[str, int]) -> str:
    """One sentence: which policy (column) is best by its place and by how much, or that it cannot be told."""
    if len(place) < 2:
        return ""
    first, second = sorted(place, key=lambda policy: place[policy])[:2]
    gap = interval_over_seeds(values[first] - values[second])
    if sign(gap) == 0:
        return f"Which does best on {plain(name)} cannot be told: {first} and {second} differ by {size(gap)}."
    gap = gap if gap.mean > 0.0 else _turned(gap)
    among = "" if len(place) == values.shape[1] else " among those that are ranked"
    return f"Best on {plain(name)}{among} is {first}, ahead of {second}, the next ({size(gap)})."


POLES = {"side": ("application-side", "R&D-side"), "reach": ("broad", "selective")}  # the essay's side first


def main_effects(name: str, better: str, effects: Mapping[str, Interval], comparable: bool) -> str:
    """What the 2x2 says of an indicator: which side and reach is higher, and whether the essay expects it."""
    if not all(np.isfinite(effects[effect].mean) for effect in POLES):
        return f"On {plain(name)}, the 2×2 has no data."
    said = listed([_effect(effects[effect], *POLES[effect]) for effect in POLES])
    verdict = _verdict([_favoured(effects[effect], better) for effect in POLES])
    if not comparable:
        verdict = "The four cells did not spend equal money, so this does not compare like with like."
    return f"On {plain(name)}, {said}. {verdict}".strip()


def _effect(gap: Interval, first: str, second: str) -> str:
    if sign(gap) == 0:
        return f"no difference can be told between {first} and {second} money ({size(gap)})"
    above, below = (first, second) if gap.mean > 0.0 else (second, first)
    gap = gap if gap.mean > 0.0 else _turned(gap)
    return f"{above} money comes out higher than {below} money ({size(gap)})"


def _turned(gap: Interval) -> Interval:
    """The same difference taken the other way round."""
    return Interval(-gap.mean, -gap.high, -gap.low)


def _favoured(gap: Interval, better: str) -> int:
    """1 when the essay's pole does better, -1 when the other does, 0 when it cannot be told."""
    return sign(gap) * {"higher": 1, "lower": -1}.get(better, 0)


def _verdict(favoured: Sequence[int]) -> str:
    words = {1: "is as the essay expects", -1: "contradicts the essay", 0: "leaves the essay's claim open"}
    if favoured[0] == favoured[1]:
        both = {
            1: "Both are as the essay expects.",
            -1: "Both contradict the essay.",
            0: "Both claims of the essay stay open.",
        }
        return both[favoured[0]]
    return f"The first {words[favoured[0]]}, the second {words[favoured[1]]}."
