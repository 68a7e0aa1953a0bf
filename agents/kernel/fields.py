"""The declaration of a field of state: shape, unit, meaning, first value and, where a slot is taken anew, its next.

A struct of state is a NamedTuple whose fields read `name: Annotated[np.ndarray, Field(...)]`. All that makes, clears
or describes an array reads that declaration.
"""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, Literal, NamedTuple, get_type_hints

import numpy as np


class Given(Enum):
    """Values that are no plain number."""

    DRAWN = "set by the code that makes the agent"
    KEPT = "left as it is"


DRAWN, KEPT = Given.DRAWN, Given.KEPT


class Column(NamedTuple):
    """A column of a record, which holds a float."""

    name: str
    meaning: str
    first: float = 0.0


class Field(NamedTuple):
    """An array of state.

    A value is a number, the name of a parameter, DRAWN or KEPT. Shapes name sizes: "N, D" or "J + 1".
    """

    shape: str
    unit: str  # empty for flags, indices and pure numbers
    meaning: str
    kind: Any = np.float64
    order: Literal["C", "F"] = "C"  # "F" keeps each column of a table in one piece of memory
    first: Any = 0.0  # at t = 0
    entrant: Any = None  # when an entrant takes the slot
    neutral: Any = None  # without policy, which the field returns to every quarter
    columns: tuple[Column, ...] = ()  # of an array of records

    @property
    def note(self) -> str:
        """Unit and meaning in a line."""
        return f"{self.unit}: {self.meaning}" if self.unit else self.meaning

    def lengths(self, sizes: Mapping[str, int]) -> tuple[int | None, ...]:
        """Return the length of every axis, None where its size is not known beforehand."""
        return tuple([_length(axis, sizes) for axis in _axes(self.shape)])


class _Axis(NamedTuple):
    """The length of an axis: a number plus sizes."""

    number: int
    sizes: tuple[str, ...]


@cache
def _axes(shape: str) -> tuple[_Axis, ...]:
    """Return the axes of a declared shape. They are read once, since every run lays out all arrays anew."""
    terms = [axis.split(" + ") for axis in shape.split(", ")]
    return tuple(
        _Axis(sum(int(term) for term in axis if term.isdigit()), tuple(term for term in axis if not term.isdigit()))
        for axis in terms
    )


def _length(axis: _Axis, sizes: Mapping[str, int]) -> int | None:
    length = axis.number
    for name in axis.sizes:
        if (size := sizes.get(name)) is None:
            return None
        length += size
    return length


@cache
def fields_of(layout: Any) -> dict[str, Field]:
    """Return the declared fields of a struct of state by name; parts that are structs themselves are left out."""
    hints = get_type_hints(layout, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items() if hasattr(hint, "__metadata__")}
