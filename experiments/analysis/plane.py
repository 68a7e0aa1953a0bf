"""The plane of a boundary: two factors as axes, the others held at a value or averaged, and whether that misleads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.sweep import Sweep
from experiments.study.addresses import ADDRESSES
from experiments.study.study import Study
from model.declaration.errors import BadInput, unknown
from model.declaration.settings import bounds

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 8
"""Values of a factor that a sentence lists."""

EXAMPLE = "--over A,B, where the others are averaged, or --over A,B,C=VALUE"


@dataclass(frozen=True)
class Plane:
    """Two factors as axes, x first. `fixed`: factors held at one value. `averaged`: the factors left over."""

    x: str
    y: str
    fixed: Mapping[str, Any] = field(default_factory=dict)
    averaged: tuple[str, ...] = ()

    @property
    def axes(self) -> list[str]:
        """The two axes."""
        return [self.x, self.y]


def find_plane(factors: Sequence[str], over: str | None = None) -> Plane | None:
    """Return the plane that `--over` asks for, or the only one that two numeric factors have; None if there is none.

    Raises BadInput for axes that are no numbers of this study.
    """
    if over is None:
        return Plane(factors[0], factors[1]) if len(factors) == 2 and all(map(is_number, factors)) else None
    place = f"--over {over}"
    parts = [part.strip() for part in over.split(",")]
    axes = [part for part in parts if "=" not in part]
    pairs = [part.partition("=") for part in parts if "=" in part]
    fixed = {name.strip(): _value(text) for name, _, text in pairs}
    if len(axes) != 2 or axes[0] == axes[1]:
        raise BadInput(f"must name two axes, as {EXAMPLE}", place=place)
    for name in (*axes, *fixed):
        if name not in factors:
            raise unknown("factor", name, factors).at(place)
    for name in axes:
        if name in fixed:
            raise BadInput("is an axis and has no value", name, place=place)
        if not is_number(name):
            raise BadInput("is not a number and can be no axis", name, place=place)
    return Plane(axes[0], axes[1], fixed, tuple(name for name in factors if name not in axes and name not in fixed))


def is_number(address: str) -> bool:
    """Return whether a factor is a number."""
    kind, name = ADDRESSES[address]
    return bounds(kind.model_fields[name])[0] is not None


def check_plane(study: Study, plane: Plane, over: str) -> None:
    """Raise BadInput where a design cannot have this plane, before anything is run."""
    if study.design.get("kind") in ("lhs", "sobol"):
        drawn = [name for name in (*plane.averaged, *plane.fixed) if "range" in study.uncertain[name]]
        if drawn or plane.averaged:
            named = ", ".join(drawn or plane.averaged)
            raise BadInput(
                f"every point of this design has another value of {named}, so that the plane would mix its effect into "
                "that of the axes. Take a grid, or make it a constant", place=f"--over {over}",
            )  # fmt: skip
    for name, value in plane.fixed.items():
        values = study.uncertain.get(name, {}).get("values")
        if values is not None and not any(map(_same(value), values)):
            raise BadInput(f"has no such value, but {_listed(values)}", name, value, place=f"--over {over}")


def on_plane(swept: Sweep, plane: Plane) -> Sweep:
    """Return the sweep at the points where the fixed factors have their values. Raises BadInput where none has."""
    runs = swept.runs
    for name, value in plane.fixed.items():
        kept = runs[runs[name].map(_same(value))]
        if kept.empty:
            raise BadInput(
                f"no point has this value, but {_listed(sorted(runs[name].unique()))}", name, value, "--over"
            )
        runs = kept
    return replace(swept, runs=runs)


def not_crossed(swept: Sweep, plane: Plane) -> bool:
    """Return whether positions differ in the values of the averaged factors, so that no mean is of the axes alone."""
    if not plane.averaged:
        return False
    points = swept.runs.drop_duplicates("point")
    values = points[list(plane.averaged)].astype(str).agg("|".join, axis=1)
    held = values.groupby([points[name] for name in plane.axes]).agg(lambda found: tuple(sorted(found)))
    return held.nunique() > 1


def in_words(swept: Sweep, plane: Plane) -> str:
    """Return how the factors that are no axes are treated, as text; empty where there are none."""
    held = [f"at {name} = {value}" for name, value in plane.fixed.items()]
    held += [f"averaged over {name} ({_listed(sorted(swept.runs[name].unique()))})" for name in plane.averaged]
    return ", ".join(held)


def axis_scale(study: Study, name: str) -> str:
    """Return the scale that a factor is drawn on: "linear" or "log" as its range is, "levels" for listed values."""
    factor = study.uncertain.get(name, {"values": ()})
    return "levels" if "values" in factor else "log" if factor.get("log") else "linear"


def gridded(edge: "pd.DataFrame") -> bool:
    """Return whether a boundary has a row for each pair of the values of its two axes."""
    x, y = (edge[name].nunique() for name in edge.columns[:2])
    return bool(len(edge) == x * y and min(x, y) > 1)


def _value(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _same(value: Any) -> Any:
    """Return a test of equality, of numbers up to rounding."""
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return lambda other: not isinstance(other, str) and bool(np.isclose(float(other), value, rtol=1e-9, atol=0.0))
    return lambda other: str(other).lower() == str(value).lower()


def _listed(values: Sequence[Any]) -> str:
    shown = [f"{value:g}" if isinstance(value, int | float | np.number) else str(value) for value in values]
    return ", ".join(shown[:MOST_SHOWN]) + (f" and {len(shown) - MOST_SHOWN} more" if len(shown) > MOST_SHOWN else "")
