"""The answer of a comparison in words, the same for terminal and report, and the same words for every side.

Sizes are percentages of the reference's mean. Plain ASCII, so that every terminal shows them.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.answer import Effect, Finding, Lead, findings
from experiments.analysis.benefit import HEADLINE_RATE
from experiments.analysis.effects import CLAIMED
from experiments.analysis.equal_money import MONEY_MARGIN
from experiments.analysis.verdicts import AS_EXPECTED, CONTRADICTED, OPEN, UNEQUAL_MONEY, sign, turned
from experiments.statistics import Interval

if TYPE_CHECKING:
    from experiments.analysis.comparison import Comparison
    from experiments.study.study import Study

WORDS = {"hhi": "HHI", "tfp": "TFP", "rd": "R&D", "r1": "at 1 % a quarter", "r2": "at 2 % a quarter"}
_RATE = re.compile(r"_pv_(\d+)(?:_(\d+))?")
MOST_NAMED = 3
"""Policies that a sentence names. The table has the others."""


def answer(comparison: "Comparison") -> list[str]:
    """Return the sentences of the answer, most important first."""
    found = findings(comparison)
    reference = comparison.reference
    policies = [_policies(one, reference, whole=number == 0) for number, one in enumerate(found)]
    sentences = [
        *policies[:1],
        unspent(comparison),
        comparison.too_few_seeds,
        *policies[1:],
        *dict.fromkeys(main_effects(one) for one in found if one.effects),
        _assumed(comparison),
    ]
    return [sentence for sentence in sentences if sentence]


def counted(study: "Study", pairs: Iterable[int] = ()) -> str:
    """Return the number of a study's seeds, and of its parameter sets where it has an ensemble.

    `pairs` are the numbers of whole pairs that differences rest on. Where runs failed, there are fewer than asked for.
    """
    number, asked = len(study.seeds), study.sets * len(study.seeds)
    seeds = "seed" if number == 1 else "seeds"
    sets = f"{study.sets} parameter {'sets' if study.sets > 1 else 'set'} x "
    whole = of_asked(pairs, asked)
    if study.ensemble is None:
        return f"{whole} paired {seeds}"
    return f"{sets}{number} paired {seeds}" if whole == str(asked) else f"{whole} pairs of {sets}{number} {seeds}"


def of_asked(found: Iterable[int], asked: int) -> str:
    """Return how many there are of those that were asked for, as "4", "2 of 4" or "2 to 3 of 4"."""
    numbers = sorted({*found}) or [asked]
    low, high = numbers[0], numbers[-1]
    if low == asked:
        return str(asked)
    return f"{low} of {asked}" if low == high else f"{low} to {high} of {asked}"


def over_ensemble(study: "Study") -> list[str]:
    """Return sentences on the ensemble of a study: its file, how intervals are read, and what the study sets itself."""
    found = study.ensemble
    if found is None:
        return []
    sentences = [f"Ensemble: {found.file}."]
    if study.sets > 1:
        sentences = [f"Ensemble: {found.file}. Intervals hold the middle 95 % of the parameter sets' means."]
    if found.overruled:
        own = f"{listed(found.overruled)} {'are' if len(found.overruled) > 1 else 'is'} the study's own"
        sentences.append(f"{own}: the parameter sets were not accepted with this.")
    return sentences


def plain(name: str) -> str:
    """Return an indicator's name as words."""
    return " ".join(WORDS.get(word, word) for word in _RATE.sub(_at_rate, name).split("_"))


def _at_rate(found: "re.Match[str]") -> str:
    """Return the end of a present value's name, as `_pv_0_5`, in words."""
    return f" at {'.'.join(filter(None, found.groups()))} % a quarter"


def listed(words: Sequence[str]) -> str:
    """Join words as "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def named(policies: Sequence[str]) -> str:
    """Join policies as "a, b and 3 more" where they are many."""
    if len(policies) <= MOST_NAMED + 1:
        return listed(policies)
    return listed([*policies[:MOST_NAMED], f"{len(policies) - MOST_NAMED} more"])


def amount(value: float, level: float) -> str:
    """Write a difference in % of a level, or as it is where there is no level to divide by."""
    return _figures([value], level)[0]


def size(gap: Interval, level: float) -> str:
    """Write a difference with its interval, as "+2.4 % [+1.4, +3.4]"."""
    mean, *ends = _figures(gap, level)
    if not np.isfinite(gap.low):
        return f"{mean} in a single seed"
    low, high = (end.removesuffix(" %") for end in ends)
    return f"{mean} [{low}, {high}]"


def _figures(values: Iterable[float], level: float) -> list[str]:
    """Write differences with one number of decimals, of two significant digits for the largest."""
    in_percent = np.isfinite(level) and level != 0.0
    scaled = [100.0 * value / abs(level) if in_percent else value for value in values]
    sizes = [abs(value) for value in scaled if np.isfinite(value) and value]
    places = int(np.clip(1 - np.floor(np.log10(max(sizes))), 0, 4)) if sizes else 0
    return [f"{value:{'+' if value else ''}z,.{places}f}{' %' if in_percent else ''}" for value in scaled]


def _policies(found: Finding, reference: str, whole: bool) -> str:
    """Return the sentences on the policies; the `whole` of them, or only which comes first."""
    if not found.judged:
        return f"No policy can be ranked against {reference}: none is shown to have equal money." if whole else ""
    groups = against_reference(found, reference) if whole or found.lead is None else ""
    return " ".join(filter(None, [leader(found, reference), groups]))


def against_reference(found: Finding, reference: str) -> str:
    """Return one sentence in which each policy stands once: where it is higher, weakly higher, open or lower."""
    groups = (
        ("higher under", found.higher),
        ("weakly higher (Holm's test open) under", found.weakly_higher),
        ("not shown to differ under", found.open),
        ("weakly lower (Holm's test open) under", found.weakly_lower),
        ("lower under", found.lower),
    )
    name = plain(found.indicator)
    said = [
        f"{word} {named(policies) if policies is found.open else _with_sizes(found, policies)}"
        for word, policies in groups
        if policies
    ]
    return f"Against {reference}, {name} is {', '.join(said)}." if said else f"No policy can be compared on {name}."


def _with_sizes(found: Finding, policies: Sequence[str]) -> str:
    return named([f"{policy} ({amount(found.gaps[policy].mean, found.level)})" for policy in policies])


def leader(found: Finding, reference: str) -> str:
    """Return a sentence on the best policy and by how much, or on the two between which the data do not decide."""
    lead: Lead | None = found.lead
    if lead is None:
        return ""
    name, gap = plain(found.indicator), size(lead.gap, found.level)
    per = f" of {reference}'s" if "%" in gap else ""
    if not lead.clear:
        return (
            f"The data do not decide which policy does best on {name}: "
            f"{lead.first} and {lead.second} differ by {gap}{per}."
        )
    among = "" if lead.all_ranked else " among those that are ranked"
    return f"Best on {name}{among} is {lead.first}, ahead of {lead.second} by {gap}{per}."


def unspent(comparison: "Comparison") -> str:
    """Return a sentence on the policies that did not spend all their money: how much, their benefit, and what to do."""
    table = comparison.table.drop_duplicates("policy").set_index("policy")
    left = [str(name) for name, share in table["spent_share"].items() if f"{share:.1%}" not in ("100.0%", "nan%")]
    unequal = [name for name, money in comparison.standing.items() if money == "unequal"]
    if not left and not unequal:
        return ""
    shares = [
        f"{name} {_share(Interval(*table.loc[name, list(_SHARE)]), with_interval=name in unequal)}" for name in left
    ]
    parts = [f"spent of the money raised: {named(shares)}"] * bool(left)
    other_sum = [name for name in unequal if name not in left]
    parts += [f"{named(other_sum)} raised another sum than {comparison.reference}"] * bool(other_sum)
    ranked = f"{named(unequal)} not ranked" if unequal else f"equal within {MONEY_MARGIN:.0%}".replace("%", " %")
    parts += [_benefit(comparison, [name for name in left if name in unequal] or left)]
    parts += ["--match reruns all at an amount that each can spend"] * (not comparison.study.match)
    first, *rest = filter(None, parts)
    return "; ".join([f"{first[0].upper()}{first[1:]} ({ranked})", *rest]) + "."


_SHARE = ("spent_share", "spent_low", "spent_high")


def _share(share: Interval, with_interval: bool) -> str:
    mean, low, high = (f"{100.0 * value:.1f}" for value in share)
    return f"{mean} %" if np.isnan(share.low) or not with_interval else f"{mean} % [{low}, {high}]"


def _benefit(comparison: "Comparison", left: Sequence[str]) -> str:
    """Return benefit over cost of policies with money left over, against the most of those that are ranked."""
    found = comparison.benefit["benefit_cost"].dropna()
    shown = [f"{found[name]:.3g} under {name}" for name in left if name in found]
    ranked = comparison.table.loc[comparison.table["rank"].notna(), "policy"]
    others = found[found.index.isin(ranked) & ~found.index.isin(left)]
    against = f", at most {others.max():.3g} under others ranked ({others.idxmax()})" if len(others) else ""
    return f"benefit per unit of net taxes at {HEADLINE_RATE:g} % a quarter: {named(shown)}{against}" if shown else ""


def _assumed(comparison: "Comparison") -> str:
    if not comparison.assumed:
        return ""
    return f"Not ranked, as they rest on efficacies that nobody knows: {listed(comparison.assumed)}."


POLES = {"side": ("application-side", "R&D-side"), "reach": ("broad", "selective")}  # the essay's side first


def main_effects(found: Finding) -> str:
    """Return sentences on the 2x2: which side and reach is higher, and the verdicts on the essay's claims."""
    effects: Mapping[str, Effect] = found.effects
    name, claimed = plain(found.indicator), [effects[effect] for effect in CLAIMED]
    if not all(np.isfinite(effect.interval.mean) for effect in claimed):
        return f"On {name}, the 2x2 has no data."
    if any(effect.verdict == UNEQUAL_MONEY for effect in claimed):
        return "The 2x2 gives no verdict: its cells did not spend equal money."
    shown = listed([_effect(effects[effect].interval, found.level, *POLES[effect]) for effect in CLAIMED])
    return f"On {name}, {shown}. {_verdict([effect.verdict for effect in claimed])}".strip()


def _effect(gap: Interval, level: float, first: str, second: str) -> str:
    if sign(gap) == 0:
        return f"the data show no difference between {first} and {second} money ({size(gap, level)})"
    above, below = (first, second) if gap.mean > 0.0 else (second, first)
    return f"{above} money comes out higher than {below} money ({size(gap if gap.mean > 0.0 else turned(gap), level)})"


def _verdict(verdicts: Sequence[str | None]) -> str:
    """The verdicts on side and reach as a sentence; none where neither direction of the indicator is better."""
    if None in verdicts:
        return ""
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
