"""Arrays made from the declarations of a struct of state, and code that writes declared values into them."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from agents.kernel.decorators import phase
from agents.kernel.fields import Column, Field, Given, fields_of

S = TypeVar("S")


def recorded(columns: tuple[Column, ...], rows: int) -> Any:
    """Return records with the declared columns at their first values. Shape (rows,)."""
    layout = np.dtype((np.record, [(column.name, "f8") for column in columns]))
    records = np.zeros(rows, layout).view(np.recarray)
    for column in columns:
        if column.first != 0.0:
            records[column.name] = column.first
    return records


def allocate(layout: Callable[..., S], sizes: Mapping[str, int], parameters: Any = None, /, **drawn: Any) -> S:
    """Return a struct of state at its declared first values, with `drawn` arrays and parts as they are given.

    Arrays get the declared kind of number and order in memory. Raises ValueError for a drawn field that is missing
    and for an array of another shape, TypeError for a part that is missing or unknown.
    """
    fields, made = fields_of(layout), dict(drawn)
    for name, field in fields.items():
        label = f"{layout.__name__}.{name}"
        if name in drawn:
            made[name] = _taken(label, field, sizes, drawn[name])
        else:
            made[name] = _made(label, field, sizes, parameters)
    return layout(**made)


def _made(name: str, field: Field, sizes: Mapping[str, int], parameters: Any) -> Any:
    """Return an array at its first value."""
    if isinstance(field.first, Given):
        raise ValueError(f"{name} must be given: it is {field.first.value}")
    lengths = field.lengths(sizes)
    shape = tuple(length for length in lengths if length is not None)
    if len(shape) < len(lengths):
        raise ValueError(f"{name} has shape ({field.shape}): must name sizes out of {', '.join(sizes)}")
    if field.columns:
        return recorded(field.columns, *shape)
    first = getattr(parameters, field.first) if isinstance(field.first, str) else field.first
    if first == 0:
        return np.zeros(shape, field.kind, field.order)
    return np.full(shape, first, field.kind, field.order)


def _taken(name: str, field: Field, sizes: Mapping[str, int], value: Any) -> np.ndarray:
    """Return a given array as it is declared."""
    array = value if field.columns else np.asarray(value, field.kind, field.order)
    shape = field.lengths(sizes)
    if len(shape) != array.ndim or any(want not in (None, got) for want, got in zip(shape, array.shape, strict=True)):
        raise ValueError(f"{name} has shape {array.shape}: must be ({field.shape}), which is {shape}")
    return array


def writer(name: str, arguments: str, lines: list[str]) -> Callable[..., None]:
    """Return a compiled phase of that name made of lines of source.

    Compiled code cannot go through the fields of a struct by name, so that the code is written out.
    """
    scope: dict[str, Any] = {}
    exec("\n".join([f"def {name}({arguments}):", *(f"    {line}" for line in lines)]), scope)
    written: Callable[..., None] = phase(scope[name])
    return written


def lines_for_entrant(layout: type, part: str) -> list[str]:
    """Return source lines that set slot `i` of `part` to the declared plain values of an entrant; `p` has parameters.

    Raises TypeError for a field of the slots without a declared value.
    """
    lines = []
    for name, field in fields_of(layout).items():
        if field.shape.split(", ")[0] != "N":
            continue
        if field.entrant is None:
            raise TypeError(f"{layout.__name__}.{name} declares no value for an entrant")
        if not isinstance(field.entrant, Given):
            value = f"p.{field.entrant}" if isinstance(field.entrant, str) else repr(field.entrant)
            lines.append(f"{part}.{name}[i] = {value}")
    return lines


def lines_for_neutral(layout: type, part: str) -> list[str]:
    """Return source lines that set all of `part` to what it is without policy.

    Raises TypeError for a field without a declared neutral value.
    """
    lines = []
    for name, field in fields_of(layout).items():
        if field.columns:
            lines += [f"{part}.{name}[0].{column.name} = {column.first!r}" for column in field.columns]
        elif field.neutral is None:
            raise TypeError(f"{layout.__name__}.{name} declares no neutral value")
        elif not isinstance(field.neutral, Given):
            lines.append(f"{part}.{name}[:] = {field.neutral!r}")
    return lines
