"""A sum of outcomes at the points of a design: its value in each pair, and where the point lies in the factors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.equal_money import MONEY_COLUMNS, unequal_points
from experiments.expressions import Sum
from experiments.results.reader import stored_runs
from experiments.study.design import DRAWN, Design, block_size, unit_cube
from experiments.study.factors import share_at
from experiments.study.study import Study, with_reference
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ByPoint:
    """A sum of outcomes by point and pair, and the points' factors.

    `settings` has a row per point and a column per factor, `shares` the same as shares from 0 to 1 of each factor's
    range or list. `listed` gives the number of values of a factor that is a list, 0 for a range. `pairs` has a row per
    point and a column per set and seed, NaN where a run failed or has no value. `unequal` are the points at which the
    policies compared did not spend the same money.
    """

    label: str
    design: Mapping[str, Any]
    settings: "pd.DataFrame"
    shares: np.ndarray
    listed: tuple[int, ...]
    pairs: "pd.DataFrame"
    failed: int = 0
    unequal: tuple[int, ...] = ()

    @property
    def factors(self) -> tuple[str, ...]:
        """The factors by name."""
        return tuple(map(str, self.settings.columns))

    @property
    def block(self) -> int:
        """The number of points that follow each other in a trajectory or a block of the design, else 1."""
        return block_size(self.design["kind"], len(self.factors))

    @property
    def mean(self) -> np.ndarray:
        """The mean over the pairs of each point, NaN without any."""
        return self.pairs.mean(axis=1).to_numpy(float)

    @property
    def noise(self) -> np.ndarray:
        """The variance of each point's mean over its pairs, NaN for fewer than two."""
        return (self.pairs.var(axis=1) / self.pairs.count(axis=1)).to_numpy(float)

    @property
    def known(self) -> np.ndarray:
        """True for the points that have a value."""
        return np.isfinite(self.mean)

    @property
    def noise_share(self) -> float:
        """The share of the variance between points' means that chance between seeds alone makes.

        All points have the same seeds. What a seed does to all of them alike makes no difference between points.
        """
        between = np.nanvar(self.mean, ddof=1) if self.known.sum() > 1 else 0.0
        own = self.pairs - self.pairs.mean(axis=0)
        chance = (own.var(axis=1) / own.count(axis=1)).to_numpy(float)
        if not between > 0.0 or np.isnan(chance).all():
            return float("nan")
        return float(min(np.nanmean(chance) / between, 1.0))

    def of_known(self) -> "ByPoint":
        """Return the same at the points that have a value."""
        kept = self.known
        return replace(self, settings=self.settings[kept], shares=self.shares[kept], pairs=self.pairs[kept])


def policies_of(study: Study) -> list[str]:
    """Return the names of a study's policies, its reference among them."""
    return [policy.name for policy in with_reference(study).policies]


def spelled_out(wanted: Sum, study: Study) -> Sum:
    """Return a sum in which an indicator that names no policy is the difference of the last policy to the one before.

    `--between` of a sweep has the same default. Of a single policy it is the level.
    """
    names = policies_of(study)
    return wanted.between(names[-1], names[-2]) if len(names) > 1 else wanted.under(names[0])


def with_factors(study: Study, place: str) -> Design:
    """Return the design of a study. Raises BadInput where it has no factors."""
    design = Design(study, place)
    if not design.factors:
        raise BadInput("holds no uncertain factors, of which this analysis is made", place=place)
    return design


def read_by_point(folder: Path, wanted: Sum, seeds: Iterable[int] | None = None) -> ByPoint:
    """Return a sum of outcomes at the points of a results folder, in which nothing changes: of all seeds, or some."""
    study, runs = stored_runs(folder, ["status", *wanted.indicators, *MONEY_COLUMNS])
    if seeds is not None:
        runs = runs[runs["seed"].isin(set(seeds))]
    return by_point(study, runs, wanted, str(folder))


def by_point(study: Study, runs: "pd.DataFrame", wanted: Sum, place: str) -> ByPoint:
    """Return a sum of outcomes at the points of a study, from a row per arm. Raises BadInput where none has a value."""
    import pandas as pd

    design = with_factors(study, place)
    settings = pd.DataFrame(list(design.settings()), columns=list(design.factors), dtype=object)
    pairs = wanted.value(runs).unstack(["set", "seed"]).reindex(range(len(settings)))
    if not np.isfinite(pairs.to_numpy(float)).any():
        raise BadInput(f"no point has a value of {wanted}", place=place)
    shares = np.column_stack([_shares(name, settings[name], study) for name in settings])
    if study.design["kind"] in DRAWN:
        shares = unit_cube(study)
    listed = tuple(_values_listed(name, settings[name], study) for name in settings)
    found = ByPoint(str(wanted), study.design, settings, shares, listed, pairs, int((runs["status"] != "ok").sum()))
    return replace(found, unequal=_unequal(runs, wanted))


def _factor_of(name: str, values: "pd.Series", study: Study) -> Mapping[str, Any]:
    """Return the factor as the study declares it. In a list of points it has the range, or the words, of its values."""
    if name in study.uncertain:
        return study.uncertain[name]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if numbers and min(values) < max(values):
        return {"range": [min(values), max(values)]}
    return {"values": list(dict.fromkeys(values))}


def _shares(name: str, values: "pd.Series", study: Study) -> np.ndarray:
    factor = _factor_of(name, values, study)
    return np.array([share_at(name, factor, value) for value in values], dtype=float)


def _values_listed(name: str, values: "pd.Series", study: Study) -> int:
    return len(_factor_of(name, values, study).get("values", ()))


def _unequal(runs: "pd.DataFrame", wanted: Sum) -> tuple[int, ...]:
    """Return the points at which the two policies of a difference are not shown to have spent the same money."""
    if len(wanted.policies) != 2 or not set(wanted.policies) <= set(runs.loc[runs["status"] == "ok", "policy"]):
        return ()
    one, other = wanted.policies
    return tuple(sorted({*unequal_points(runs, other).get(one, ()), *unequal_points(runs, one).get(other, ())}))
