"""Designs: from a study's uncertain factors to the points at which all its policies are run.

A grid is the full product. Latin hypercubes and Sobol sequences are scrambled with a stated seed, so the same
study always has the same points. So are the trajectories of Morris and the matrices of Saltelli, which serve
sensitivity analysis. A list gives the points one by one. Without factors there is one point.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.study.addresses import ADDRESSES, set_parameters, set_traits, unknown_address
from experiments.study.factors import check_levels, grid_values, value_at
from experiments.study.points import Point
from model.declaration.errors import BadInput, inside
from model.declaration.numbers import python_number, whole_number
from model.policy.policy import check_fits

if TYPE_CHECKING:
    from experiments.study.study import Study

DESIGNS: dict[str, tuple[str, ...]] = {
    "grid": ("levels",),
    "lhs": ("samples", "seed"),
    "sobol": ("samples", "seed"),
    "morris": ("samples", "seed", "levels"),
    "saltelli": ("samples", "seed"),
    "list": ("points", "points_file"),
    "adaptive": ("runs", "replicates", "seed"),
}
"""Kinds of design and the keys that each takes beside `kind`."""

DRAWN = ("lhs", "sobol", "morris", "saltelli")
"""Kinds of design whose points are drawn in the unit cube."""

EXTRA = {"morris": 1, "saltelli": 2}
"""Points that a trajectory or a block of these kinds has beyond the number of factors."""

MORRIS_LEVELS = 4
"""Levels of a factor in a Morris design that states none."""

MOST_POINTS = 1_000_000
WHOLE_KEYS = {
    "samples": (1, MOST_POINTS), "seed": (0, 2**32 - 1), "runs": (1, MOST_POINTS), "replicates": (2, 10_000),
}  # fmt: skip
"""Keys that are whole numbers, and the least and the most that each may be."""

DESIGN_EXAMPLE = "design: {kind: sobol, samples: 256}"


class Design:
    """The points of a study, made and validated one at a time on each way through, always in the same order.

    Each is made at every set of the study's ensemble, whose numbers are `sets`, before the next. `settings()` goes
    through the points' settings alone.
    `place` is the study's file or name. Raises BadInput that begins with it for a design that cannot be made.
    """

    def __init__(self, study: "Study", place: str = "") -> None:
        self._study = study
        self._place = place or study.name
        try:
            self.factors, self.settings, self.count = _settings_of(study)
        except BadInput as error:
            error.at(self._place)
            raise
        self._members = {0: {}} if study.ensemble is None else study.ensemble.members
        self.sets = tuple(self._members)

    def __len__(self) -> int:
        return self.count * len(self.sets)

    def __iter__(self) -> Iterator[Point]:
        """Yield the points. Raises BadInput with the number of the first (counted from 0) that is not valid."""
        for number, settings in enumerate(self.settings()):
            for member in self.sets:
                yield self._point(number, settings, member)

    def _point(self, number: int, settings: Mapping[str, Any], member: int) -> Point:
        try:
            parameters = set_parameters(self._study.parameters, {**self._members[member], **settings})
            policies = tuple(set_traits(policy, settings) for policy in self._study.policies)
            for policy in policies:
                with inside("policy"):
                    check_fits(policy, parameters.slots)
        except BadInput as error:
            error.at(f"{self._place}: point {number}{f', set {member}' if member else ''}")
            raise
        return Point(number, parameters, policies, self._study.seeds, member)


def check_design(design: Mapping[str, Any], factors: tuple[str, ...]) -> dict[str, Any]:
    """Return a design with numbers as Python's own. Raises BadInput for one that cannot be of these factors."""
    check_kind(design)
    checked = dict(design)
    if "levels" in design:
        checked["levels"] = check_levels(design["levels"])
    for key, (least, most) in WHOLE_KEYS.items():
        if key in design:
            checked[key] = whole_number(key, design[key], least, most)
    if design["kind"] == "list":
        checked["points"] = _check_points(factors, design.get("points"))
    return checked


def check_kind(design: Mapping[str, Any]) -> None:
    """Raise BadInput for a kind of design that does not exist, and for a key that does not belong to it."""
    kind = design.get("kind")
    if not isinstance(kind, str) or kind not in DESIGNS:
        raise BadInput(f"must be one of: {', '.join(DESIGNS)}", "kind", kind)
    for key in design:
        if key not in ("kind", *DESIGNS[kind]):
            raise BadInput(f"does not belong to a design of kind {kind}, which takes: {', '.join(DESIGNS[kind])}", key)


def _settings_of(study: "Study") -> tuple[tuple[str, ...], Any, int]:
    """Return the factors' names, a maker of one mapping of settings per point, and the number of points."""
    factors, design = study.uncertain, study.design
    if not factors and not design:
        return (), lambda: iter([{}]), 1
    if not design:
        raise BadInput(f"uncertain factors need a design, as {DESIGN_EXAMPLE}", "design")
    if design["kind"] == "adaptive":
        raise BadInput("asks for its points as it goes, use: nqpf frontier", "design.kind", "adaptive")
    if design["kind"] == "list":
        return tuple(factors or design["points"][0]), lambda: iter(design["points"]), len(design["points"])
    if not factors:
        raise BadInput("a design needs at least one factor, as policy.foresight: {range: [0, 1]}", "uncertain")
    return tuple(factors), *(_grid(study) if design["kind"] == "grid" else _sample(study))


def _grid(study: "Study") -> tuple[Any, int]:
    """Combine the factors' values in every way. The last factor changes fastest."""
    columns = []
    for name, factor in study.uncertain.items():
        levels = factor.get("levels", study.design.get("levels"))
        if "range" in factor and levels is None:
            raise BadInput("a range in a grid needs levels: n, here or in design, or values", f"uncertain.{name}")
        columns.append(grid_values(name, factor, levels or 1))
    count = math.prod(len(column) for column in columns)
    if count > MOST_POINTS:
        raise BadInput(f"at most {MOST_POINTS} are allowed", "design", problem=f"a grid of {count} points")
    names = tuple(study.uncertain)
    return lambda: (dict(zip(names, values, strict=True)) for values in product(*columns)), count


def _sample(study: "Study") -> tuple[Any, int]:
    """Return the settings of the points of a design that is drawn in the unit cube."""
    cube, factors = unit_cube(study), study.uncertain
    return lambda: (
        {name: value_at(name, factors[name], float(share)) for name, share in zip(factors, row, strict=True)}
        for row in cube
    ), len(cube)  # fmt: skip


def unit_cube(study: "Study") -> np.ndarray:
    """Return the points of a design that is drawn, as shares in [0, 1) of each factor. Shape (points, factors).

    By a Latin hypercube (McKay et al. 1979), Sobol's sequence (1967), the trajectories of Morris (1991) or the matrices
    of Saltelli (2010). A trajectory has factors + 1 points that follow each other, a matrix block factors + 2.
    """
    design, factors = study.design, len(study.uncertain)
    if "samples" not in design:
        raise BadInput(f"a design of kind {design['kind']} needs samples, as {DESIGN_EXAMPLE}", "design")
    count, seed = int(design["samples"]), int(design.get("seed", 0))
    points = count * block_size(design["kind"], factors)
    if points > MOST_POINTS:
        raise BadInput(f"at most {MOST_POINTS} are allowed", "design", problem=f"a design of {points} points")
    if design["kind"] == "morris":
        cube = _trajectories(factors, count, seed, int(design.get("levels", MORRIS_LEVELS)))
    elif design["kind"] == "saltelli":
        cube = _matrices(factors, count, seed)
    else:
        cube = _scrambled(design["kind"], factors, count, seed)
    return np.minimum(cube, np.nextafter(1.0, 0.0))


def block_size(kind: str, factors: int) -> int:
    """Return the number of points that a sample of a kind of design has: of a trajectory or block, else 1."""
    return factors + EXTRA[kind] if kind in EXTRA else 1


def _scrambled(kind: str, factors: int, count: int, seed: int) -> np.ndarray:
    """Draw a Latin hypercube or Sobol's sequence."""
    from scipy.stats import qmc

    generator = np.random.default_rng(seed)
    if kind == "lhs":
        return qmc.LatinHypercube(factors, seed=generator).random(count)
    return qmc.Sobol(factors, seed=generator).random_base2(math.ceil(math.log2(count)))[:count]


def _trajectories(factors: int, count: int, seed: int, levels: int) -> np.ndarray:
    """Draw Morris trajectories: from a random point of a grid, each factor in turn moves by half the levels."""
    if levels % 2:
        raise BadInput("must be even for a design of kind morris", "design.levels", levels)
    from SALib.sample.morris import sample

    return np.asarray(sample(_unit_problem(factors), count, num_levels=levels, seed=seed), dtype=float)


def _matrices(factors: int, count: int, seed: int) -> np.ndarray:
    """Draw Saltelli's matrices: of each of two Sobol points, one, one with each factor of the other, and the other."""
    import warnings

    from SALib.sample.sobol import sample

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a power of two is best: the page of studies says so
        drawn = sample(_unit_problem(factors), count, calc_second_order=False, seed=seed)
    return np.asarray(drawn, dtype=float)


def _unit_problem(factors: int) -> dict[str, Any]:
    """Return so many factors in the unit cube as SALib declares them."""
    return {"num_vars": factors, "names": [f"x{number}" for number in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def _check_points(factors: tuple[str, ...], points: Any) -> list[dict[str, Any]]:
    """Return the points of a list. Raises BadInput with the number of the first that does not set the factors."""
    if not isinstance(points, Sequence) or isinstance(points, str) or not points:
        raise BadInput("a list needs points: [{users: 500}, ...] or points_file: FILE.csv", "points")
    if len(points) > MOST_POINTS:
        raise BadInput(f"at most {MOST_POINTS} are allowed", "points", problem=f"a list of {len(points)} points")
    names = factors or tuple(points[0]) if isinstance(points[0], Mapping) else factors
    checked = []
    for number, point in enumerate(points):
        try:
            checked.append(_check_point(names, point))
        except BadInput as error:
            error.within(f"points[{number}]").at(f"point {number}")
            raise
    return checked


def _check_point(names: tuple[str, ...], point: Any) -> dict[str, Any]:
    """Return the settings of a point. Their values are validated with all others when the point is made."""
    if not isinstance(point, Mapping) or not point:
        raise BadInput("must be settings by name, as {users: 500}", value=point)
    for name in point:
        if name not in ADDRESSES:
            raise unknown_address("factor", str(name))
        if name not in names:
            raise BadInput(f"is not a factor of this study, factors are: {', '.join(names)}", name)
    for name in names:
        if name not in point:
            raise BadInput(f"has no value, every point sets: {', '.join(names)}", name)
    return {str(name): _plain(str(name), value) for name, value in point.items()}


def _plain(name: str, value: Any) -> Any:
    with inside(name):
        number = python_number(value)
        if isinstance(number, float) and not math.isfinite(number):
            raise BadInput("must be a finite number", value=number)
        return number
