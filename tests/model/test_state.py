"""Arrays of state are what their declarations say, and a value that is forgotten is found at once."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from agents.industry import Industries
from agents.kernel.fields import Given, fields_of
from agents.supplier import Suppliers
from model.parameters import Parameters
from model.start.world import lay_out, sizes_of
from model.state.allocation import allocate
from model.state.stocks import LEVELS

SMALL = Parameters(users=50, slots=20, founders=6, suppliers=14, domains=5, industries=4, horizon=7, contacts=3)


def parts(state: Any) -> Iterator[Any]:
    """A struct of state and all structs in it."""
    yield state
    for part in state:
        if hasattr(part, "_fields"):
            yield from parts(part)


def test_every_array_is_as_declared() -> None:
    """Shape, kind of number and order in memory; a first value that is a plain number stands in every element."""
    state, sizes = lay_out(SMALL, 3), sizes_of(SMALL)
    for part in parts(state):
        fields = fields_of(type(part))
        for name in part._fields:
            if not isinstance(values := getattr(part, name), np.ndarray):
                continue
            field, label = fields[name], f"{type(part).__name__}.{name}"
            lengths = field.lengths(sizes)
            assert len(lengths) == values.ndim, label
            assert all(a in (None, b) for a, b in zip(lengths, values.shape, strict=True)), label
            assert field.meaning and values.flags[f"{field.order}_CONTIGUOUS"], label
            if field.columns:
                assert values.dtype.names == tuple(column.name for column in field.columns), label
            else:
                assert values.dtype == np.dtype(field.kind), label
            if isinstance(field.first, str):
                assert (values == getattr(SMALL, field.first)).all(), label


def test_first_values_of_records() -> None:
    state = lay_out(SMALL, 3)
    assert {column.name: state.stocks.level[0][column.name] for column in LEVELS} == {
        "science": 1.0, "infrastructure": 0.0, "engineers": 0.0
    }  # fmt: skip


def test_values_named_by_a_parameter_are_parameters() -> None:
    for part in parts(lay_out(SMALL, 3)):
        for field in fields_of(type(part)).values():
            for value in (field.first, field.entrant, field.neutral):
                assert isinstance(value, Given | int | float | None) or value in Parameters.model_fields


def test_a_drawn_field_must_be_given() -> None:
    with pytest.raises(ValueError, match=r"Suppliers\.domain must be given"):
        allocate(Suppliers, sizes_of(SMALL))


def test_another_shape_is_refused() -> None:
    given = lay_out(SMALL, 3).industries._asdict()
    assert allocate(Industries, sizes_of(SMALL), **given).needs.shape == (5, 4)
    with pytest.raises(ValueError, match=r"Industries\.needs has shape \(4, 5\): must be \(D, J\)"):
        allocate(Industries, sizes_of(SMALL), **given | {"needs": given["needs"].T})


def test_an_unknown_size_is_refused() -> None:
    sizes = {name: size for name, size in sizes_of(SMALL).items() if name != "S"}
    given = {name: np.zeros(14) for name in ("domain", "region", "foreign", "capability", "capacity")}
    with pytest.raises(ValueError, match=r"Suppliers\.experience has shape \(S\)"):
        allocate(Suppliers, sizes, **given)
