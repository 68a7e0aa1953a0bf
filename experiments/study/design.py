"""Designs: from a study's uncertain factors to the points at which all its policies are run.

A grid is the full product. Latin hypercubes and Sobol sequences are scrambled with a stated seed, so the same
study always has the same points. A list gives them one by one. Without factors there is one point.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from experiments.study.addresses import ADDRESSES, check_kind, set_parameters, set_traits
from experiments.study.factors import check_factor, check_levels, grid_values, value_at
from experiments.study.points import Point
from experiments.study.study import Study
from model.declaration.errors import BadInput, unknown
from model.policy.policy import check_fits

DESIGNS: dict[str, tuple[str, ...]] = {
    "grid": ("levels",),
    "lhs": ("samples", "seed"),
    "sobol": ("samples", "seed"),
    "morris": ("samples", "seed", "levels"),
    "list": ("points", "points_file"),
}
"""Kinds of design and the keys that each takes beside `kind`."""

MOST_POINTS = 1_000_000
DESIGN_EXAMPLE = "design: {kind: sobol, samples: 256}"


class Design:
    """The points of a study, made and validated one at a time on each way through, always in the same order.

    `place` is the study's file or name. Raises BadInput that begins with it for a design that cannot be made.
    """

    def __init__(self, study: Study, place: str = "") -> None:
        self._study = study
        self._place = place or study.name
        try:
            self.factors, self._settings, self._length = _settings_of(study)
        except BadInput as error:
            raise BadInput(f"{self._place}: {error}") from None

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Point]:
        """Yield the points. Raises BadInput with the number of the first (counted from 0) that is not valid."""
        for number, settings in enumerate(self._settings()):
            yield self._point(number, settings)

    def _point(self, number: int, settings: Mapping[str, Any]) -> Point:
        place = f"{self._place}: point {number}"
        parameters = set_parameters(self._study.parameters, settings, place)
        policies = tuple(set_traits(policy, settings, place) for policy in self._study.policies)
        try:
            for policy in policies:
                check_fits(policy, parameters.slots)
        except BadInput as error:
            raise BadInput(f"{place}: {error}") from None
        return Point(number, parameters, policies, self._study.seeds)


def check_design(design: Mapping[str, Any]) -> None:
    """Raise BadInput for a kind that does not exist, a key that does not belong to it or a number out of range."""
    kind = design.get("kind")
    if not isinstance(kind, str) or kind not in DESIGNS:
        raise BadInput(f"kind = {kind!r}: must be one of: {', '.join(DESIGNS)}")
    for key in design:
        if key not in ("kind", *DESIGNS[kind]):
            raise BadInput(
                f"{key}: does not belong to a design of kind {kind}, which takes: {', '.join(DESIGNS[kind])}"
            )
    if "levels" in design:
        check_levels(design["levels"])
    for key, least in (("samples", 1), ("seed", 0)):
        value = design.get(key, least)
        most = MOST_POINTS if key == "samples" else 2**32 - 1
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise BadInput(f"{key} = {value!r}: must be a whole number from {least} to {most}")


def _settings_of(study: Study) -> tuple[tuple[str, ...], Any, int]:
    """Return the factors' names, a maker of one mapping of settings per point, and the number of points."""
    factors, design = study.uncertain, study.design
    if not factors and not design:
        return (), lambda: iter([{}]), 1
    if not design:
        raise BadInput(f"design: uncertain factors need a design, as {DESIGN_EXAMPLE}")
    for name, factor in factors.items():
        check_factor(name, factor)
    check_design(design)
    if design["kind"] == "morris":
        raise BadInput("design: kind = 'morris': sweep takes one of: grid, lhs, sobol, list")
    if design["kind"] == "list":
        names = _check_points(tuple(factors), design.get("points"))
        return names, lambda: iter(design["points"]), len(design["points"])
    if not factors:
        raise BadInput("uncertain: a design needs at least one factor, as policy.foresight: {range: [0, 1]}")
    return tuple(factors), *(_grid(study) if design["kind"] == "grid" else _sample(study))


def _grid(study: Study) -> tuple[Any, int]:
    """Combine the factors' values in every way. The last factor changes fastest."""
    columns = []
    for name, factor in study.uncertain.items():
        levels = factor.get("levels", study.design.get("levels"))
        if "range" in factor and levels is None:
            raise BadInput(f"uncertain: {name}: a range in a grid needs levels: n, here or in design; or give values")
        columns.append(grid_values(name, factor, levels or 1))
    count = math.prod(len(column) for column in columns)
    if count > MOST_POINTS:
        raise BadInput(f"design: a grid of {count} points; at most {MOST_POINTS} are allowed")
    names = tuple(study.uncertain)
    return lambda: (dict(zip(names, values, strict=True)) for values in product(*columns)), count


def _sample(study: Study) -> tuple[Any, int]:
    """Draw points from the unit cube by a Latin hypercube (McKay et al. 1979) or Sobol's sequence (1967)."""
    if "samples" not in study.design:
        raise BadInput(f"design: a design of kind {study.design['kind']} needs samples, as {DESIGN_EXAMPLE}")
    count = int(study.design["samples"])
    cube = _cube(study.design["kind"], len(study.uncertain), count, int(study.design.get("seed", 0)))
    factors = study.uncertain
    return lambda: (
        {name: value_at(name, factors[name], float(share)) for name, share in zip(factors, row, strict=True)}
        for row in cube
    ), count  # fmt: skip


def _cube(kind: str, factors: int, count: int, seed: int) -> np.ndarray:
    """Draw scrambled points in [0, 1)^factors. Shape (count, factors)."""
    from scipy.stats import qmc

    generator = np.random.default_rng(seed)
    if kind == "lhs":
        cube = qmc.LatinHypercube(factors, seed=generator).random(count)
    else:
        cube = qmc.Sobol(factors, seed=generator).random_base2(math.ceil(math.log2(count)))[:count]
    return np.minimum(cube, np.nextafter(1.0, 0.0))


def _check_points(factors: tuple[str, ...], points: Any) -> tuple[str, ...]:
    """Return the names that all points of a list set. Raises BadInput with the number of the first wrong point."""
    if not isinstance(points, Sequence) or isinstance(points, str) or not points:
        raise BadInput("design: a list needs points: [{users: 500}, ...] or points_file: FILE.csv")
    if len(points) > MOST_POINTS:
        raise BadInput(f"design: a list of {len(points)} points; at most {MOST_POINTS} are allowed")
    names = factors or tuple(points[0]) if isinstance(points[0], Mapping) else factors
    for number, point in enumerate(points):
        try:
            _check_settings(names, point)
        except BadInput as error:
            raise BadInput(f"design: point {number}: {error}") from None
    return names


def _check_settings(names: tuple[str, ...], point: Any) -> None:
    if not isinstance(point, Mapping) or not point:
        raise BadInput(f"{point!r}: must be settings by name, as {{users: 500}}")
    for name, value in point.items():
        if name not in ADDRESSES:
            raise unknown("factor", name, ADDRESSES)
        if name not in names:
            raise BadInput(f"{name}: is not a factor of this study; factors are: {', '.join(names)}")
        check_kind(*ADDRESSES[name], value)
        if isinstance(value, float) and not math.isfinite(value):
            raise BadInput(f"{name} = {value}: must be a finite number")
    for name in names:
        if name not in point:
            raise BadInput(f"{name}: has no value; every point sets: {', '.join(names)}")
