"""The report's numbers as text, and the sentences of its answer: the same words for every side."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from experiments.analysis.answer import Effect, Finding, Lead
from experiments.analysis.effects import CLAIMED
from experiments.analysis.statistics import Interval
from experiments.analysis.verdicts import AS_EXPECTED, CONTRADICTED, OPEN, UNEQUAL_MONEY, sign, turned

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


def share(value: float) -> str:
    """Write a share as a whole percentage."""
    return f"{100.0 * value:.0f} %" if np.isfinite(value) else DASH


def probability(value: float) -> str:
    """Write a p-value to three decimals, "< 0.001" below."""
    if not np.isfinite(value):
        return DASH
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def listed(words: Sequence[str]) -> str:
    """Join words as "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


WORDS = {"hhi": "HHI", "tfp": "TFP", "rd": "R&D", "r1": "at 1 % a quarter", "r2": "at 2 % a quarter"}


def plain(name: str) -> str:
    """Return an indicator's name as words."""
    return " ".join(WORDS.get(word, word) for word in name.split("_"))


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


def size(interval: Interval) -> str:
    """Write a difference with its interval, "+0.12; 95 % interval 0.03 to 0.21"."""
    text = number(interval.mean, places(interval), signed=True)
    return f"{text}; 95 % interval {span(interval)}" if span(interval) else f"{text} in a single seed"


GLYPHS = {
    "better": "▲", "weakly better": "△", "worse": "▼", "weakly worse": "▽",
    "higher": "↑", "weakly higher": "⇡", "lower": "↓", "weakly lower": "⇣",
    "cannot tell": "~", "identical": "=", "not ranked": "×", "no data": DASH,
}  # fmt: skip
"""A sign for each reading (experiments.analysis.verdicts.READINGS), for the table at a glance."""


def answer_sentences(found: Finding, reference: str) -> tuple[str, str]:
    """Return the sentences on the 2x2 and those on the policies, each empty where there is nothing to write."""
    grid = main_effects(found.indicator, found.effects) if found.effects else ""
    if not found.judged:
        return grid, ""
    sentences = [against_reference(found, reference), weak_after_holm(found), leader(found.indicator, found.lead)]
    return grid, " ".join(filter(None, sentences))


def weak_after_holm(found: Finding) -> str:
    """Return a sentence on the differences that are not significant after Holm's adjustment, or ""."""
    if not found.weak:
        return ""
    name, weak = plain(found.indicator), listed(found.weak)
    return f"After Holm's adjustment, {name} does not differ significantly under {weak}."


def against_reference(found: Finding, reference: str) -> str:
    """Return a sentence on the policies under which an indicator is higher or lower, and one on the others."""
    name, sides = plain(found.indicator), (("higher", found.higher), ("lower", found.lower))
    differing = [f"{word} under {listed(policies)}" for word, policies in sides if policies]
    if not differing and not found.open:
        return f"On {name}, no policy can be compared with {reference}."
    sentences = [f"Against {reference}, {name} is {' and '.join(differing)}."] if differing else []
    if found.open:
        none = "data show no difference"
        start = f"The {none}" if differing else f"Against {reference}, the {none} in {name}"
        sentences.append(f"{start} for {listed(found.open)}.")
    return " ".join(sentences)


def leader(name: str, lead: Lead | None) -> str:
    """Return a sentence on the best policy and by how much, or on the two between which the data do not decide."""
    if lead is None:
        return ""
    if not lead.clear:
        return (
            f"The data do not decide which policy does best on {plain(name)}: "
            f"{lead.first} and {lead.second} differ by {size(lead.gap)}."
        )
    among = "" if lead.all_ranked else " among those that are ranked"
    return f"Best on {plain(name)}{among} is {lead.first}, ahead of {lead.second}, the next ({size(lead.gap)})."


POLES = {"side": ("application-side", "R&D-side"), "reach": ("broad", "selective")}  # the essay's side first


def main_effects(name: str, effects: Mapping[str, Effect]) -> str:
    """Return sentences on the 2x2: which side and reach is higher, and the verdicts on the essay's claims."""
    claimed = [effects[effect] for effect in CLAIMED]
    if not all(np.isfinite(effect.interval.mean) for effect in claimed):
        return f"On {plain(name)}, the 2×2 has no data."
    shown = listed([_effect(effects[effect].interval, *POLES[effect]) for effect in CLAIMED])
    return f"On {plain(name)}, {shown}. {_verdict([effect.verdict for effect in claimed])}".strip()


def _effect(gap: Interval, first: str, second: str) -> str:
    if sign(gap) == 0:
        return f"the data show no difference between {first} and {second} money ({size(gap)})"
    above, below = (first, second) if gap.mean > 0.0 else (second, first)
    return f"{above} money comes out higher than {below} money ({size(gap if gap.mean > 0.0 else turned(gap))})"


def _verdict(verdicts: Sequence[str | None]) -> str:
    """The verdicts on side and reach as a sentence; none where neither direction of the indicator is better."""
    if None in verdicts:
        return ""
    if UNEQUAL_MONEY in verdicts:
        return "The four cells did not spend equal money, so this does not compare like with like."
    both = {
        AS_EXPECTED: "Both are as the essay expects.",
        CONTRADICTED: "Both contradict the essay.",
        OPEN: "Both claims of the essay stay open.",
    }
    one = {
        AS_EXPECTED: "is as the essay expects",
        CONTRADICTED: "contradicts the essay",
        OPEN: "leaves the essay's claim open",
    }
    first, second = map(str, verdicts)
    return both[first] if first == second else f"The first {one[first]}, the second {one[second]}."
