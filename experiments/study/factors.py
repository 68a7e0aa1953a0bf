"""An uncertain factor: a range or a list of values that nature draws from, under the address of what it sets.

A factor is plain data, as in a study file: `{range: [low, high]}` with `log: true` where it is drawn
log-uniformly and `levels: n` where a grid cuts it, or `{values: [one, two, ...]}`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.study.addresses import ADDRESSES, unknown_address
from model.declaration.errors import BadInput, inside, unknown
from model.declaration.numbers import python_number, whole_number
from model.declaration.settings import bounds

Factor = Mapping[str, Any]

FACTOR_KEYS = ("range", "values", "log", "levels")
MOST_LEVELS = 1_000_000


def check_factor(name: str, factor: object) -> dict[str, Any]:
    """Return a factor with numbers as Python's own. Raises BadInput with the factor's name as its key."""
    if name not in ADDRESSES:
        raise unknown_address("uncertain factor", name)
    with inside(name):
        if not isinstance(factor, Mapping):
            raise BadInput("must be range: [low, high] or values: [one, two, ...]", value=factor)
        for key in factor:
            if key not in FACTOR_KEYS:
                raise unknown("key", key, FACTOR_KEYS).within(str(key))
        if ("range" in factor) == ("values" in factor):
            raise BadInput("needs either range: [low, high] or values: [one, two, ...]")
        plain = {key: value.tolist() if isinstance(value, np.ndarray) else value for key, value in factor.items()}
        form = "range" if "range" in plain else "values"
        if not isinstance(plain[form], list | tuple) or not plain[form]:
            raise BadInput("must be a list", form, plain[form])
        if not isinstance(plain.get("log", False), bool):
            raise BadInput("must be true or false", "log", plain["log"])
        if "levels" in plain:
            plain["levels"] = check_levels(plain["levels"])
        check = _check_range if form == "range" else _check_values
        return plain | {form: check(name, plain[form], plain)}


def check_levels(levels: object) -> int:
    """Return a number of levels of a range in a grid."""
    return whole_number("levels", levels, 1, MOST_LEVELS)


def grid_values(name: str, factor: Factor, levels: int) -> list[Any]:
    """Return a factor's values in a grid: its list, or `levels` points evenly spaced in its range (in logs if so)."""
    if "values" in factor:
        return list(factor["values"])
    low, high = factor["range"]
    spaced = np.geomspace if factor.get("log") else np.linspace
    points = [float(point) for point in spaced(low, high, levels)]
    return list(dict.fromkeys(round(point) for point in points)) if is_whole(name) else points


def value_at(name: str, factor: Factor, share: float) -> Any:
    """Return the factor's value below which the given share of draws lies, 0 <= share < 1.

    A list has equal cells. A range is uniform, or log-uniform: low * (high / low)^share. Whole numbers are rounded
    from a range that is half a unit wider at either end, so that its ends are drawn as often as the others.
    """
    if "values" in factor:
        return factor["values"][int(share * len(factor["values"]))]
    low, high = factor["range"]
    wider = 0.5 if is_whole(name) else 0.0
    bottom, top = low - wider, high + wider
    drawn = bottom * (top / bottom) ** share if factor.get("log") else bottom + (top - bottom) * share
    drawn = min(max(round(drawn) if is_whole(name) else drawn, low), high)
    return int(drawn) if is_whole(name) else float(drawn)


def share_at(name: str, factor: Factor, value: Any) -> float:
    """Return the share at which `value_at` gives a value, from 0 to 1: of a list, the middle of its cell."""
    if "values" in factor:
        return (factor["values"].index(value) + 0.5) / len(factor["values"])
    low, high = factor["range"]
    wider = 0.5 if is_whole(name) else 0.0
    bottom, top = low - wider, high + wider
    if factor.get("log"):
        return float(np.log(value / bottom) / np.log(top / bottom))
    return float((value - bottom) / (top - bottom))


def _check_range(name: str, given: Any, factor: Factor) -> list[Any]:
    """Return the ends of a range that lies within the declared one."""
    kind, field = ADDRESSES[name]
    least, most = bounds(kind.model_fields[field])
    if least is None or most is None:
        raise BadInput("is not a number and has no range, give values: [one, two, ...]", "range", given)
    with inside("range"):
        ends = [python_number(end) for end in given]
    allowed = ""
    if len(ends) != 2 or not all(isinstance(end, int | float) for end in ends) or not ends[0] < ends[1]:
        allowed = "must be [low, high] with low < high"
    elif ends[0] < least or ends[1] > most:
        allowed = f"must lie within {least:g} to {most:g}"
    elif factor.get("log") and ends[0] <= 0.0:
        allowed = "must start above 0 with log: true"
    elif is_whole(name) and not all(float(end).is_integer() for end in ends):
        allowed = "must be whole numbers"
    if allowed:
        raise BadInput(allowed, "range", ends)
    return ends


def _check_values(name: str, given: Any, factor: Factor) -> list[Any]:
    """Return the values of a list, each of which the setting may have and none twice."""
    for key in ("log", "levels"):
        if key in factor:
            raise BadInput("belongs to a range, values are taken as they are", key)
    values: list[Any] = []
    for number, value in enumerate(given):
        with inside(f"values[{number}]"):
            _check_value(name, value)
            if python_number(value) in values:
                raise BadInput("is given twice", value=value)
        values.append(python_number(value))
    return values


def _check_value(name: str, value: Any) -> None:
    kind, field = ADDRESSES[name]
    try:
        kind.check_value(field, value)
    except BadInput as error:
        error.key = error.key.removeprefix(field).removeprefix(".")  # the factor's key holds the name
        raise


def is_whole(name: str) -> bool:
    """Return whether a setting is a whole number."""
    kind, field = ADDRESSES[name]
    return kind.model_fields[field].annotation is int
