"""Declared values of state: an entrant leaves nothing of the firm before it, and support starts anew every quarter."""

from itertools import pairwise

import numpy as np
import pytest

from agents.government import GovernmentState
from agents.innovator import Innovators
from agents.kernel.fields import KEPT, Field, fields_of
from model.randomness import split_seed
from model.start.firms import found_entrant
from model.start.world import lay_out, sizes_of
from model.state.allocation import allocate, lines_for_entrant, lines_for_neutral
from model.state.support import Support, clear_support

SLOT = 3


def is_slot(field: Field) -> bool:
    """Whether the first axis of a field is that of slots."""
    return field.shape.split(", ")[0] == "N"


def filled(part, rubbish):
    """Write rubbish into every array of a struct, by its name."""
    for name in part._fields:
        values = getattr(part, name)
        for column in values.dtype.names or ():
            values[column] = rubbish
        if not values.dtype.names:
            values[:] = bool(rubbish % 2) if values.dtype == bool else rubbish


def after_entry(tiny, foreign, rubbish):
    """Innovators and government after an entry into a slot full of rubbish."""
    state = lay_out(tiny, 1)
    filled(state.innovators, rubbish)
    filled(state.government, rubbish)
    average = np.full(tiny.domains, 0.4)
    found_entrant(5, tiny.record, split_seed(1), state, SLOT, 0, foreign, average, 2)
    return state


@pytest.mark.parametrize("foreign", [False, True])
def test_an_entrant_takes_over_only_what_is_declared_kept(tiny, foreign):
    """Two kinds of rubbish in the slot come to the same firm, but for the fields that stay with the slot."""
    one, two = (after_entry(tiny, foreign, rubbish) for rubbish in (77, 78))
    for part, layout in (("innovators", Innovators), ("government", GovernmentState)):
        for name, field in fields_of(layout).items():
            if is_slot(field):
                values = [getattr(getattr(state, part), name)[SLOT] for state in (one, two)]
                same = np.array_equal(*values)
                assert same == (field.entrant is not KEPT), f"{part}.{name}"


def test_an_entrant_changes_no_other_slot(tiny):
    state = after_entry(tiny, False, 77)
    for part, layout in (("innovators", Innovators), ("government", GovernmentState)):
        for name, field in fields_of(layout).items():
            values = getattr(getattr(state, part), name)
            if is_slot(field):
                others = np.delete(values, SLOT, axis=0)
                assert (others == (True if values.dtype == bool else 77)).all(), f"{part}.{name}"


def test_support_is_cleared_to_its_neutral_values(tiny):
    """Segmentation's neutral value is 1, all others are 0; `spread` stays."""
    fresh, cleared = (allocate(Support, sizes_of(tiny)) for _ in range(2))
    filled(cleared, 77)
    clear_support(cleared)
    for name, field in fields_of(Support).items():
        same = getattr(fresh, name).tobytes() == getattr(cleared, name).tobytes()
        assert same == (field.neutral is not KEPT), name
    assert cleared.flow[0].segmentation == 1.0


@pytest.mark.parametrize(("lines", "layout"), [(lines_for_entrant, Innovators), (lines_for_neutral, Support)])
def test_a_field_without_a_declared_value_is_refused(lines, layout, monkeypatch):
    """Whichever field it is: a new one cannot be forgotten."""
    declared = fields_of(layout)
    some = [name for name, field in declared.items() if is_slot(field)][:3]
    assert all(one != other for one, other in pairwise(some))
    for name in some:
        forgotten = {**declared, name: declared[name]._replace(entrant=None, neutral=None)}
        monkeypatch.setattr("model.state.allocation.fields_of", lambda _, forgotten=forgotten: forgotten)
        with pytest.raises(TypeError, match=name):
            lines(layout, "part")
