"""Precision: seeds are added until the interval of a named difference is narrow. Equivalence: it lies within a margin.

Seeds are added by the width of the interval alone, never by where it lies. So the interval keeps its 95 %: in the limit
of a narrow interval exactly (Chow & Robbins 1965), and before nearly, since the mean of normal differences does not
depend on their variance. Skewed differences may look narrow too early, so two looks in a row must find all narrow.
To stop once a difference is significant would find one ever more often where there is none.

Two policies are equivalent within a margin where the whole 95 % interval of their difference lies inside it. This is
stricter than two one-sided tests at 5 %, which take the 90 % interval (Schuirmann 1987).
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from experiments.analysis.nested import nested
from experiments.analysis.over_seeds import by_seed
from experiments.study.study import Study
from model.declaration.errors import BadInput, unknown
from model.declaration.numbers import valid_seed, whole_number

if TYPE_CHECKING:
    import pandas as pd

MOST_ADDED = 1000
"""Seeds up to which are added, unless another number is given."""

FEWEST_SEEDS = 20
"""The smallest batch of seeds, and the fewest before the width is first looked at."""


@dataclass(frozen=True)
class Amount:
    """A number above zero in an outcome's unit or, with `percent`, in percent of the size of a mean."""

    number: float
    percent: bool = False

    @classmethod
    def parse(cls, given: float | str, option: str) -> Self:
        """Read `500` or `0.5%`. Raises BadInput that names the option."""
        text = str(given).strip()
        percent = text.endswith("%")
        try:
            number = float(text.removesuffix("%"))
        except ValueError:
            number = math.nan
        if isinstance(given, bool) or not (math.isfinite(number) and number > 0.0):
            raise BadInput("must be a number above 0, as 500 or 0.5%", place=f"{option} {given}")
        return cls(number, percent)

    def of(self, mean: float) -> float:
        """Return the amount in the outcome's unit."""
        return self.number / 100.0 * abs(mean) if self.percent else self.number


@dataclass(frozen=True)
class Goal:
    """A precision or a margin as asked for, or both.

    `between` names the two policies whose difference it is about. Without it, every policy's difference to the
    reference is meant. `most` is the number of seeds up to which some are added.
    """

    precision: Amount | None = None
    margin: Amount | None = None
    between: tuple[str, str] | None = None
    most: int = MOST_ADDED

    def pairs(self, study: Study) -> list[tuple[str, str]]:
        """Return the pairs of policies meant. Raises BadInput for one that is none of the study's."""
        names = [policy.name for policy in study.policies]
        for name in self.between or ():
            if name not in names:
                raise unknown("policy", name, names).at(f"--between {','.join(self.between or ())}")
        others = [(name, study.reference) for name in names if name != study.reference]
        return others if self.between is None else [self.between]


@dataclass(frozen=True)
class GoalDifference:
    """The mean difference of a policy less another in an outcome, with its 95 % interval.

    `half` is half the interval over seeds, `wanted` the half that was asked for. `margin` is the margin of equivalence.
    What was not asked for is NaN.
    """

    first: str
    second: str
    indicator: str
    mean: float
    low: float
    high: float
    half: float
    wanted: float
    margin: float

    @property
    def narrow(self) -> bool:
        """True where the interval is as narrow as was asked for."""
        return self.half <= self.wanted

    @property
    def equivalent(self) -> bool:
        """True where the whole interval lies within the margin."""
        return -self.margin <= self.low and self.high <= self.margin


def parse_pair(text: str) -> tuple[str, str]:
    """Read the two policies of `--between A,B`. Raises BadInput."""
    names = [name.strip() for name in text.split(",")]
    if len(names) != 2 or names[0] == names[1] or not all(names):
        raise BadInput("must be two policies, as application,selective", place=f"--between {text}")
    return names[0], names[1]


def goal_of(
    precision: float | str | None, margin: float | str | None, pair: str | None, most: int | None
) -> Goal | None:
    """Return what options ask for, None where they ask for nothing. Raises BadInput for what does not fit together."""
    if precision is None and most is not None:
        raise BadInput("there are more seeds with --precision only", place=f"--most-seeds {most}")
    if precision is None and margin is None:
        if pair is not None:
            raise BadInput("names the difference for --precision or --margin", place=f"--between {pair}")
        return None
    return Goal(
        None if precision is None else Amount.parse(precision, "--precision"),
        None if margin is None else Amount.parse(margin, "--margin"),
        None if pair is None else parse_pair(pair),
        MOST_ADDED if most is None else whole_number("--most-seeds", most, FEWEST_SEEDS, 1_000_000),
    )


def goal_differences(goal: Goal, study: Study, runs: "pd.DataFrame", outcome: str) -> list[GoalDifference]:
    """Return the differences that a goal is about, none where it asks for nothing."""
    pairs = goal.pairs(study) if goal.precision or goal.margin else []
    values = by_seed(runs, list(dict.fromkeys(name for pair in pairs for name in pair)), outcome).astype(float)
    found = []
    for first, second in pairs:
        gap = nested(values[first] - values[second])
        level = float(values[second].mean())
        wanted, margin = (math.nan if amount is None else amount.of(level) for amount in (goal.precision, goal.margin))
        half = (gap.high_seeds - gap.low_seeds) / 2.0
        found.append(GoalDifference(first, second, outcome, *gap.interval, half, wanted, margin))
    return found


def next_seeds(seeds: tuple[int, ...], batch: int, most: int) -> tuple[int, ...]:
    """Return seeds with a batch more, and never more than `most`: the numbers after the largest."""
    count, first = min(batch, most - len(seeds)), max(seeds) + 1
    valid_seed(first + max(count, 1) - 1)
    return (*seeds, *range(first, first + max(count, 0)))


def first_seeds(study: Study, goal: Goal) -> Study:
    """Return the study with the seeds of the first batch. Raises BadInput where the most are fewer than it has."""
    if goal.precision is None:
        return study
    if len(study.seeds) > goal.most:
        raise BadInput(f"must be at least the {len(study.seeds)} seeds of the study", place=f"--most-seeds {goal.most}")
    lacking = FEWEST_SEEDS - len(study.seeds)
    return replace(study, seeds=next_seeds(study.seeds, lacking, goal.most)) if lacking > 0 else study


def all_narrow(found: Iterable[GoalDifference]) -> bool:
    """Return whether all intervals are as narrow as asked for. Where all runs failed, more make none narrower."""
    return all(one.narrow for one in found if not math.isnan(one.half))


def enough(looks: Sequence[bool]) -> bool:
    """Return whether seeds suffice, given whether all was narrow at each look so far: it was at the last two."""
    return len(looks) > 1 and all(looks[-2:])


def widest(found: Iterable[GoalDifference]) -> str:
    """Return how wide the widest interval is against what is wanted, as text."""
    known = [one for one in found if not math.isnan(one.half)]
    if not known:
        return "no difference has an interval"
    worst = max(known, key=lambda one: one.half - one.wanted)
    ends = f"+-{worst.half:,.4g}, and +-{worst.wanted:,.4g} is asked for"
    return f"the interval of {worst.indicator} of {worst.first} less {worst.second} is {ends}"


def goal_sentences(found: Iterable[GoalDifference], seeds: str, unequal: Collection[str]) -> list[str]:
    """Return what a goal has come to: a sentence for the precision, and one for each equivalence that is shown.

    `seeds` is their number as text. `unequal` are policies whose money is not shown to be equal. An equivalence of such
    a one is no merit.
    """
    asked, sentences = list(found), []
    if any(not math.isnan(one.wanted) for one in asked):
        wide = sum(not one.narrow for one in asked)
        reached = "As precise as asked for" if not wide else f"Not yet as precise in {wide} of {len(asked)} differences"
        sentences.append(f"{reached}, with {seeds} seeds: {widest(asked)}.")
    judged = [one for one in asked if not math.isnan(one.margin)]
    shown = [one for one in judged if one.equivalent]
    for one in shown:
        within = f"+-{one.margin:,.4g} of {one.indicator}"
        but = ", but not with equal money" if {one.first, one.second} & {*unequal} else ""
        sentences.append(f"{one.first} and {one.second} are equivalent within {within}{but}.")
    if judged and not shown:
        sentences.append(f"Equivalence within +-{judged[0].margin:,.4g} of {judged[0].indicator} is shown for none.")
    return sentences
