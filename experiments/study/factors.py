"""An uncertain factor: a range or a list of values that nature draws from, under the address of what it sets.

A factor is plain data, as in a study file: `{range: [low, high]}` with `log: true` where it is drawn
log-uniformly and `levels: n` where a grid cuts it, or `{values: [one, two, ...]}`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.study.addresses import ADDRESSES, check_kind
from model.declaration.errors import BadInput, unknown
from model.declaration.settings import bounds

Factor = Mapping[str, Any]

FACTOR_KEYS = ("range", "values", "log", "levels")
MOST_LEVELS = 1_000_000


def check_factor(name: str, factor: Factor) -> None:
    """Raise BadInput that names the factor, what is wrong and what is allowed."""
    if name not in ADDRESSES:
        raise unknown("uncertain factor", name, ADDRESSES)
    for key in factor:
        if key not in FACTOR_KEYS:
            raise BadInput(f"{name}: {unknown('key', key, FACTOR_KEYS)}")
    if ("range" in factor) == ("values" in factor):
        raise BadInput(f"{name}: needs either range: [low, high] or values: [one, two, ...]")
    given = factor.get("range", factor.get("values"))
    if not isinstance(given, list | tuple) or not given:
        raise BadInput(f"{name}: range and values must be lists")
    kind, field = ADDRESSES[name]
    for value in given:
        check_kind(kind, field, value)
    if not isinstance(factor.get("log", False), bool):
        raise BadInput(f"{name}: log = {factor['log']!r}: must be true or false")
    if "range" in factor:
        _check_range(name, given, bool(factor.get("log")))
        check_levels(factor.get("levels", 1))
    else:
        _check_values(name, given, factor)


def check_levels(levels: object) -> int:
    """A number of levels of a range in a grid."""
    if isinstance(levels, bool) or not isinstance(levels, int) or not 1 <= levels <= MOST_LEVELS:
        raise BadInput(f"levels = {levels!r}: must be a whole number from 1 to {MOST_LEVELS}")
    return levels


def grid_values(name: str, factor: Factor, levels: int) -> list[Any]:
    """The factor's values in a grid: its list, or `levels` points evenly spaced from low to high (in logs if so)."""
    if "values" in factor:
        return list(factor["values"])
    low, high = factor["range"]
    spaced = np.geomspace if factor.get("log") else np.linspace
    points = [float(point) for point in spaced(low, high, levels)]
    return list(dict.fromkeys(round(point) for point in points)) if _is_whole(name) else points


def value_at(name: str, factor: Factor, share: float) -> Any:
    """The factor's value below which the given share of draws lies, 0 <= share < 1.

    A list has equal cells. A range is uniform, or log-uniform: low * (high / low)^share. Whole numbers are rounded
    from a range that is half a unit wider at either end, so that its ends are drawn as often as the others.
    """
    if "values" in factor:
        return factor["values"][int(share * len(factor["values"]))]
    low, high = factor["range"]
    wider = 0.5 if _is_whole(name) else 0.0
    bottom, top = low - wider, high + wider
    drawn = bottom * (top / bottom) ** share if factor.get("log") else bottom + (top - bottom) * share
    drawn = min(max(round(drawn) if _is_whole(name) else drawn, low), high)
    return int(drawn) if _is_whole(name) else float(drawn)


def _check_range(name: str, ends: Any, log: bool) -> None:
    kind, field = ADDRESSES[name]
    least, most = bounds(kind.model_fields[field])
    if least is None or most is None:
        raise BadInput(f"{name}: is not a number and has no range; give values: [one, two, ...]")
    if len(ends) != 2 or not all(isinstance(end, int | float) for end in ends) or not ends[0] < ends[1]:
        raise BadInput(f"{name}: range = {list(ends)}: must be [low, high] with low < high")
    low, high = ends
    if low < least or high > most:
        raise BadInput(f"{name}: range = {[low, high]}: must lie within {least:g} to {most:g}")
    if log and low <= 0.0:
        raise BadInput(f"{name}: range = {[low, high]}: a range with log: true must start above 0")
    if _is_whole(name) and not (float(low).is_integer() and float(high).is_integer()):
        raise BadInput(f"{name}: range = {[low, high]}: must be whole numbers")


def _check_values(name: str, values: Any, factor: Factor) -> None:
    for key in ("log", "levels"):
        if key in factor:
            raise BadInput(f"{name}: {key} belongs to a range; values are taken as they are")
    kind, field = ADDRESSES[name]
    for place, value in enumerate(values):
        try:
            kind.check_value(field, value)
        except BadInput as fault:
            raise BadInput(f"{name}: values: {fault}") from None
        if value in values[:place]:
            raise BadInput(f"{name}: values: {value!r} is given twice")


def _is_whole(name: str) -> bool:
    kind, field = ADDRESSES[name]
    return kind.model_fields[field].annotation is int
