"""The declaration of a stylised fact: a measure of a run, how it is put together over seeds, its target and source."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np

from model.indicators.summary import declaration

Need = Literal["summary", "series", "firms", "adopters"]
"""The part of a run that a fact is measured in: its summary by indicator, which every stored run has, its series by
indicator, or by column the panel of its firms or of its adopters, which take several times as long to make."""

PANELS = ("firms", "adopters")

Statistic = Literal["median", "mean", "spread", "ratio"]
"""How a fact is put together over seeds. `median` and `mean` are over the runs of one setting. `spread` is the largest
median of several settings over the smallest, less 1. `ratio` is the sum over seeds of a measure at the second setting
less that at the first, over the same of a second measure."""

SETTINGS: dict[str, dict[str, float]] = {
    "": {},
    "4,000 users": {"users": 4000},
    "10 founders": {"founders": 10},
    "20 founders": {"founders": 20},
    "40 founders": {"founders": 40},
    "a tenth more R&D": {"research_multiple": 1.1},
}
"""The economies in which facts are measured: what they change in the one that is validated."""

_M = TypeVar("_M", bound=Callable[[Any], float])
Summary = Mapping[str, float]
Columns = Mapping[str, np.ndarray]


class Fact(NamedTuple):
    """A fact: its name, unit, target range (inclusive), meaning, the target's source, and how it is measured in what.

    `says` is a sentence about the economy, with {} where the value stands in its unit. `measure` takes the part of a
    run that `need` names, and so does `per`, the second measure of a ratio. A `time` that has no value was never
    reached, which is later than any.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    need: Need
    measure: Callable[[Any], float]
    statistic: Statistic = "median"
    settings: tuple[str, ...] = ("",)
    per: Callable[[Any], float] | None = None
    time: bool = False
    says: str = ""


FACTS: dict[str, Fact] = {}
FEWEST_CASES = 30
"""Fewer cases than these, of growth or of firms that explore, give a fact no value."""

TARGETS = "targets of MODEL.md section 10"


def fact(
    name: str,
    unit: str,
    low: float,
    high: float,
    meaning: str,
    source: str = TARGETS,
    need: Need = "series",
    **how: Any,
) -> Callable[[_M], _M]:
    """Declare a fact and how it is measured in a part of a run. `how`: says, statistic, settings and per."""

    def add(measure: _M) -> _M:
        FACTS[name] = Fact(name, unit, low, high, meaning, source, need, measure, **how)
        return measure

    return add


def indicator_fact(
    name: str, unit: str, low: float, high: float, meaning: str, source: str = TARGETS, of: str = "", **how: Any
) -> None:
    """Declare a fact that is a summary indicator, the one of its name unless it is `of` another."""
    time = declaration(of or name).kind == "time"
    fact(name, unit, low, high, meaning, source, "summary", time=time, **how)(itemgetter(of or name))
