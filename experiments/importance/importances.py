"""Importances of factors by several methods side by side, with ranks, and which way each factor works."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from experiments.analysis.by_point import ByPoint
from experiments.importance.measures import DesignMeasures, measured
from experiments.importance.surrogate import Decomposed, decomposed, surrogates
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

FEWEST_POINTS = 10
"""Points with a value below which nothing is fitted: with five folds each would be judged on two."""

LOW_R2 = 0.5
"""R2 below which a surrogate's importances are printed with a warning: it leaves half of the variance unexplained."""

LEAST_R2 = 0.1
"""R2 below which a surrogate is not used: it guesses hardly better than the mean."""

DIRECT = {"morris": "mu_star", "saltelli": "total"}
"""Kinds of design that have a measure of their own, and the measure that ranks factors."""

COLUMNS = ("method", "measure", "factor", "value", "low", "high", "low_seeds", "high_seeds", "rank")


@dataclass(frozen=True)
class Importances:
    """Importances by factor.

    `table` has a row per method, measure and factor (COLUMNS), where `rank` stands in the rows of the measure that
    ranks. `ranks` has a row per factor, the most important first: its mean rank, then a column per method. `ends` are
    the outcome in the lowest and in the highest tenth of a factor less the mean, by the better surrogate. `r2` is
    that of each surrogate.
    """

    evidence: ByPoint
    table: "pd.DataFrame"
    ranks: "pd.DataFrame"
    ends: "pd.DataFrame"
    r2: dict[str, float]
    measured: DesignMeasures | None = None

    @property
    def best(self) -> str:
        """The surrogate with the higher R2, "" where neither is used."""
        name = max(self.r2, key=lambda one: self.r2[one])
        return name if self.r2[name] >= LEAST_R2 else ""


def importances(evidence: ByPoint, place: str = "", jobs: int | None = None, quick: bool = False) -> Importances:
    """Return the importances of the factors by every method that the points allow.

    Raises BadInput where they would mislead: for an outcome that does not vary, or too few points.
    """
    import pandas as pd

    _refuse(evidence, place)
    found = measured(evidence, quick) if evidence.design["kind"] in DIRECT else None
    fitted = surrogates(evidence, jobs, quick)
    r2 = {one.name: one.r2 for one in fitted}
    used = [one for one in fitted if one.r2 >= LEAST_R2]
    blocks = [] if found is None else _rows_of_design(evidence, found)
    blocks += [_rows("permutation", one.name, evidence, one.lost, one.low, one.high) for one in used]
    ends = pd.DataFrame(columns=["low", "high"], index=list(evidence.factors), dtype=float)
    if used:
        best = max(used, key=lambda one: one.r2)
        parts = decomposed(best, evidence.listed, quick)
        blocks += _rows_of_variance(evidence, parts)
        ends[:] = parts.ends
    if not blocks:
        raise BadInput(
            f"the factors explain at most {max(r2.values()):.0%} of the variance between points left out "
            f"({evidence.noise_share:.0%} of it is chance between seeds): add seeds or points", place=place,
        )  # fmt: skip
    table = pd.concat(blocks, ignore_index=True)[list(COLUMNS)]
    return Importances(evidence, table, _ranks(table), ends, r2, found)


def check_points(points: int, factors: int, place: str, such: str = "") -> None:
    """Raise BadInput where there are too few points for so many factors. The end of the problem is `such`."""
    least = max(FEWEST_POINTS, factors + 2)
    if points < least:
        allowed = f"at least {least} points are needed for {factors} factors"
        raise BadInput(allowed, place=place, problem=f"{points} points{such}")


def _refuse(evidence: ByPoint, place: str) -> None:
    check_points(int(evidence.known.sum()), len(evidence.factors), place, f" have a value of {evidence.label}")
    values = evidence.mean[evidence.known]
    if np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())):
        raise BadInput("does not vary over the points, so that no factor matters", evidence.label, place=place)


def _rows(
    measure: str, method: str, evidence: ByPoint, values: np.ndarray, low: np.ndarray | None, high: np.ndarray | None
) -> "pd.DataFrame":
    """Return the rows of a measure that ranks, without an interval over seeds."""
    import pandas as pd

    none = np.full(len(values), np.nan)
    columns = {"factor": evidence.factors, "value": values, "low": none if low is None else low}
    columns |= {"high": none if high is None else high, "low_seeds": none, "high_seeds": none}
    return pd.DataFrame({"method": method, "measure": measure, **columns, "rank": rankdata(-values, "average")})


def _rows_of_design(evidence: ByPoint, found: DesignMeasures) -> list["pd.DataFrame"]:
    kind = evidence.design["kind"]
    blocks = []
    for name, values in found.values.items():
        rows = _rows(name, kind, evidence, values, found.low.get(name), found.high.get(name))
        for column, ends in (("low_seeds", found.low_seeds), ("high_seeds", found.high_seeds)):
            if name in ends:
                rows[column] = ends[name]
        blocks.append(rows if name == DIRECT[kind] else rows.assign(rank=np.nan))
    return blocks


def _rows_of_variance(evidence: ByPoint, parts: Decomposed) -> list["pd.DataFrame"]:
    return [
        _rows("total", VARIANCE, evidence, parts.total, None, None),
        _rows("first", VARIANCE, evidence, parts.first, None, None).assign(rank=np.nan),
    ]


VARIANCE = "variance"
"""The method that takes Sobol's shares of variance from a surrogate."""


def _ranks(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return the ranks of each factor by method, the smallest mean rank first."""
    ranked = table.dropna(subset="rank")
    ranks = ranked.pivot(index="factor", columns="method", values="rank")[list(dict.fromkeys(ranked["method"]))]
    ranks.insert(0, "mean_rank", ranks.mean(axis=1))
    return ranks.sort_values(["mean_rank", *ranks.columns[1:]], kind="stable")
