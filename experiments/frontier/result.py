"""A finished search for a frontier, and the reasons to end one."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.analysis.table import HEADLINE
from experiments.frontier.edge import Area, Everywhere, area
from experiments.frontier.square import Square
from experiments.frontier.surrogate import Skill
from experiments.study.study import Study

if TYPE_CHECKING:
    import pandas as pd

SPENT_UP, NARROW_ENOUGH, NO_PAIRS, ALL_EQUAL = "budget of runs", "narrow band", "no pairs", "identical"
NO_MONEY = "unequal money"
"""Reasons to end the search."""


@dataclass(frozen=True)
class Frontier:
    """A finished search. `one` less `other` is the difference, of the study's first outcome.

    `points`: a row per point that was run: both factors, `n, difference, low, high, money_gap`. `surface`, `edge`:
    columns as in experiments.frontier.edge, empty where there is no surrogate. `sign` is over all positions with equal
    money at once. `stopped` is the reason to end, `runs` the row of each run.
    """

    study: Study
    one: str
    other: str
    square: Square
    points: "pd.DataFrame"
    surface: "pd.DataFrame"
    edge: "pd.DataFrame"
    sign: Everywhere
    skill: Skill | None
    stopped: str
    runs: "pd.DataFrame"
    out: Path | None = None

    @property
    def outcome(self) -> str:
        """The indicator whose difference changes sign."""
        return outcome_of(self.study)

    @cached_property
    def area(self) -> Area:
        """Area of the square that each side holds."""
        return area(self.surface)


def outcome_of(study: Study) -> str:
    """Return the indicator that a study's first question is about."""
    return (study.outcomes or HEADLINE)[0]
