"""Boxes in the space of factors in which a condition holds: PRIM (Friedman & Fisher 1999) by the EMA workbench.

PRIM is given half of the points. It peels thin slices off the whole space, those that leave the condition densest. Of
all boxes on the way, the one is taken that covers most of the cases at the density wanted. It is judged on the other
half, and only what stands there is a finding: peeling finds dense boxes in pure chance too.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from model.declaration.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

FEWEST_TO_HALVE = 40
"""Points below which no half is large enough to find or to judge a box."""

LEAST_MASS, LEAST_IN_BOX = 0.05, 8
"""A box holds at least this share of a half, and this number of points."""

MOST_BOXES = 3


class Limits(NamedTuple):
    """The restriction of a factor: between `low` and `high`, None where it has no such end, or one of some `values`."""

    low: float | None = None
    high: float | None = None
    values: tuple[Any, ...] = ()

    def holds(self, column: "pd.Series") -> np.ndarray:
        """Return at which points a factor lies within."""
        if self.values:
            return column.isin(self.values).to_numpy()
        numbers = column.to_numpy(float)
        low, high = (-np.inf if self.low is None else self.low), (np.inf if self.high is None else self.high)
        return (numbers >= low) & (numbers <= high)

    def whole(self) -> "Limits":
        """Return the same limits as whole numbers, which lie inside."""
        low = None if self.low is None else math.ceil(self.low)
        return Limits(low, None if self.high is None else math.floor(self.high), self.values)

    def __str__(self) -> str:
        if self.values:
            return f"is {' or '.join(map(str, self.values))}"
        if self.low is None or self.high is None:
            return f"at least {self.low:.4g}" if self.high is None else f"at most {self.high:.4g}"
        return f"from {self.low:.4g} to {self.high:.4g}"


class Judged(NamedTuple):
    """Shares of a box among some points: of the cases that it covers, and of its points that are cases.

    `low` and `high` are the 95 % interval of the density (Wilson 1927). `points` is their number in the box.
    """

    coverage: float
    density: float
    low: float
    high: float
    points: int


@dataclass(frozen=True)
class Box:
    """Restrictions by factor, and how they do on the points they were found on and on those held out.

    `trajectory` has a row per box that PRIM went through: its coverage, density, mass and number of restricted factors.
    """

    limits: Mapping[str, Limits]
    found: Judged
    held_out: Judged
    trajectory: "pd.DataFrame"

    def __str__(self) -> str:
        return " and ".join(f"{name} {limits}" for name, limits in self.limits.items())


@dataclass(frozen=True)
class Boxes:
    """The boxes that stand on points held out. `why_not` says why there is none, or no further one.

    `share` is that of all points at which the condition holds, `rejected` a box that did not stand.
    """

    share: float
    points: int
    density: float
    boxes: tuple[Box, ...] = ()
    why_not: str = ""
    rejected: Box | None = None


def check_search(points: int, density: float, place: str, such: str = "") -> None:
    """Raise BadInput for too few points and for a density that is no share. The end of the problem is `such`."""
    if not 0.0 < density <= 1.0:
        raise BadInput("must be above 0 and at most 1", "density", density, "--density")
    if points < FEWEST_TO_HALVE:
        raise BadInput(f"at least {FEWEST_TO_HALVE} are needed", place=place, problem=f"{points} points{such}")


def find_boxes(settings: "pd.DataFrame", cases: np.ndarray, density: float, place: str = "") -> Boxes:
    """Return boxes of factors (a row per point) in which at least the share `density` of points are cases.

    Raises BadInput for too few points, and for a density that is no share.
    """
    check_search(len(cases), density, place, " have a value")
    points, share = len(cases), float(np.mean(cases)) if len(cases) else 0.0
    if why_not := _nothing_to_find(share, density):
        return Boxes(share, points, density, why_not=why_not)
    table, (ours, theirs) = _typed(settings), _halves(cases)
    whole = {name for name, column in settings.items() if all(type(value) is int for value in column)}
    outside, found = np.ones(points, dtype=bool), list[Box]()
    while len(found) < MOST_BOXES:
        left = ours[outside[ours]], theirs[outside[theirs]]
        if min(map(len, left)) < FEWEST_TO_HALVE // 2 or not cases[left[0]].any():
            return Boxes(share, points, density, tuple(found), "too few points or cases are left")
        limits, trajectory = _densest(table.iloc[left[0]], cases[left[0]], density)
        limits = {name: one.whole() if name in whole else one for name, one in limits.items()}
        if not limits:
            why_not = f"no box reaches a density of {density:.0%}, the densest has {trajectory['density'].max():.0%}"
            return Boxes(share, points, density, tuple(found), why_not)
        inside = np.logical_and.reduce([one.holds(table[name]) for name, one in limits.items()])
        on_ours = _judged(cases, inside, left[0], cases[ours].sum())
        box = Box(limits, on_ours, _judged(cases, inside, left[1], cases[theirs].sum()), trajectory)
        chance = float(cases[left[1]].mean())
        if not box.held_out.low > chance or box.held_out.high < density:
            return Boxes(share, points, density, tuple(found), _not_standing(box, chance), box)
        found.append(box)
        outside &= ~inside
    return Boxes(share, points, density, tuple(found))


def _nothing_to_find(share: float, density: float) -> str:
    """Return why no box is needed, or none can be, where the condition holds at a share of all points."""
    if share in (0.0, 1.0):
        return f"the condition holds at {'every' if share else 'no'} point, so that there is nothing to find"
    if share >= density:
        return f"the condition holds at {share:.0%} of all points, a density of {density:.0%} needs no box"
    return ""


def _not_standing(box: Box, chance: float) -> str:
    held = box.held_out
    return (
        f"a box with a density of {box.found.density:.0%} does not stand on points held out: there it is "
        f"{held.density:.0%} (95 % interval {held.low:.0%} to {held.high:.0%}, {held.points} points), and {chance:.0%} "
        "without any box"
    )


def _densest(table: "pd.DataFrame", cases: np.ndarray, density: float) -> tuple[dict[str, Limits], "pd.DataFrame"]:
    """Return the limits of the box on PRIM's way that covers most at the density wanted, none where none has it."""
    box = _prim(table, cases).find_box()
    first = int(box.peeling_trajectory["id"].iloc[0])
    chosen = _chosen(box.peeling_trajectory, density)
    if chosen is None:
        return {}, _plain(box.peeling_trajectory)
    box.select(chosen)
    while (simpler := _simpler(box, box.box_lims[first], density)) is not None:
        box.select(simpler)
    return _limits(box.box_lims[box._cur_box], box.box_lims[first]), _plain(box.peeling_trajectory)


def _chosen(trajectory: "pd.DataFrame", density: float) -> int | None:
    """Return the number of the box of the widest coverage at the density wanted, and of these the simplest."""
    dense = trajectory[(trajectory["density"] >= density) & (trajectory["res_dim"] > 0)]
    if dense.empty:
        return None
    return int(dense.sort_values(["coverage", "res_dim"], ascending=[False, True], kind="stable").index[0])


def _simpler(box: Any, whole: "pd.DataFrame", density: float) -> int | None:
    """Return the number of the box without the restriction that it needs least, None where it needs each."""
    now, restricted = box._cur_box, list(_limits(box.box_lims[box._cur_box], whole))
    if len(restricted) < 2:
        return None
    for name in restricted:
        box.drop_restriction(name, now)
    tried = box.peeling_trajectory.iloc[-len(restricted) :]
    dense = tried[tried["density"] >= density]
    box.select(now)
    return None if dense.empty else int(dense["coverage"].idxmax())


def _prim(table: "pd.DataFrame", cases: np.ndarray) -> Any:
    """Return PRIM of the EMA workbench. Its version 2 has a threshold, which here lets every box pass."""
    import warnings
    from inspect import signature

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of evaluators that are not installed, and of what pandas will change
        try:
            from ema_workbench.analysis.prim import Prim
        except ImportError:
            raise BadInput(
                "install it with: pip install 'nqpf[discovery]'", problem="boxes need the EMA workbench"
            ) from None
        least = max(LEAST_MASS, LEAST_IN_BOX / len(table))
        threshold = {"threshold": 1e-9} if "threshold" in signature(Prim).parameters else {}
        return Prim(table.reset_index(drop=True), cases.astype(int), mass_min=least, **threshold)


def _typed(settings: "pd.DataFrame") -> "pd.DataFrame":
    """Return factors as numbers or words. Version 2 of the workbench fails on whole numbers with pandas 3."""
    numbers = {
        name: all(isinstance(value, int | float) and not isinstance(value, bool) for value in column)
        for name, column in settings.items()
    }
    columns = {
        name: column.astype(float) if numbers[name] else column.astype(str).astype(object)
        for name, column in settings.items()
    }
    return settings.assign(**columns).reset_index(drop=True)


def _halves(cases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return two halves of the points, each with half of the cases."""
    generator = np.random.default_rng(0)
    order = np.concatenate([generator.permutation(np.flatnonzero(cases == kind)) for kind in (True, False)])
    return np.sort(order[::2]), np.sort(order[1::2])


def _judged(cases: np.ndarray, inside: np.ndarray, points: np.ndarray, of: int) -> Judged:
    """Judge a box among some points. Its coverage is of the number `of` of cases."""
    from scipy.stats import binomtest

    within = points[inside[points]]
    hits = int(cases[within].sum())
    if not len(within):
        return Judged(0.0, float("nan"), 0.0, 1.0, 0)
    interval = binomtest(hits, len(within)).proportion_ci(method="wilson")
    return Judged(hits / max(int(of), 1), hits / len(within), float(interval.low), float(interval.high), len(within))


def _limits(lims: "pd.DataFrame", whole: "pd.DataFrame") -> dict[str, Limits]:
    """Return the restrictions of a box against the whole space, as its two rows per factor give them."""
    found = {}
    for name in lims:
        ends, all_of_it = list(lims[name]), list(whole[name])
        if isinstance(ends[0], set):
            if ends[0] != all_of_it[0]:
                found[str(name)] = Limits(values=tuple(sorted(ends[0])))
        elif ends != all_of_it:
            low, high = (None if end == wide else float(end) for end, wide in zip(ends, all_of_it, strict=True))
            found[str(name)] = Limits(low, high)
    return found


def _plain(trajectory: "pd.DataFrame") -> "pd.DataFrame":
    return trajectory[["coverage", "density", "mass", "res_dim"]].astype(float).reset_index(drop=True)
