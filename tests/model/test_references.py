"""References: compiled code reads and writes the very arrays of a state, wherever they stand and however they lie."""

import gc
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest

import model.state.references
from agents.kernel.arithmetic import clear
from model.start.world import lay_out
from model.state.references import SUPPORTED_NUMBA, Reference, addresses_of, at_address, bound_type, reference_to
from tests.economies import TINY

RECORD = np.dtype((np.record, [("wage", "f8"), ("hours", "f8")]))


class Part(NamedTuple):
    numbers: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


class Whole(NamedTuple):
    flags: np.ndarray
    part: Part
    record: Any
    nothing: np.ndarray


def whole(size: int) -> Whole:
    part = Part(
        numbers=np.arange(size, dtype=float),
        rows=np.arange(3.0 * size).reshape(size, 3),
        columns=np.asfortranarray(np.arange(3.0 * size).reshape(size, 3)),
    )
    record = np.zeros(2, RECORD).view(np.recarray)
    return Whole(np.zeros(size, bool), part, record, np.zeros((0, 4), np.int32))


@numba.njit
def act(s):
    """Read and write every kind of array; returns the sizes seen."""
    part = s.part
    for i in range(part.numbers.shape[0]):
        s.flags[i] = part.numbers[i] > 1.0
        for c in range(part.rows.shape[1]):
            part.columns[i, c] += 100.0 * part.rows[i, c]
    s.record[1].wage = part.numbers.sum()
    views = part.rows[:, 1].sum(), part.rows[-1].sum(), part.columns[:, 1].sum(), part.columns[-1].sum()
    return part.rows.shape, views, s.nothing.shape


@pytest.fixture
def compiled():
    if numba.config.DISABLE_JIT:
        # there is no reference to test then: `reference_to` returns the state (see tests/model/test_uncompiled.py)
        pytest.skip("without compilation a state is its own reference")


@pytest.mark.parametrize("size", [1, 5, 2000])
def test_arrays_are_shared(size, compiled):
    """What compiled code does to a reference is what Python does to the state, at every size."""
    by_reference, plain = whole(size), whole(size)
    assert act(reference_to(by_reference)) == act.py_func(plain)
    assert np.array_equal(by_reference.part.columns, plain.part.columns)
    assert np.array_equal(by_reference.flags, plain.flags)
    assert by_reference.record[1].wage == plain.record[1].wage == plain.part.numbers.sum()


@numba.njit
def act_on_all(places, one):
    """`act` on every state of some addresses; returns the sum of what it leaves in the records."""
    found = 0.0
    for k in range(len(places)):
        s = at_address(places[k], one)
        act(s)
        found += s.record[1].wage
    return found


@pytest.mark.parametrize("sizes", [[3], [4, 2, 2000, 2]])
def test_many_by_their_addresses(sizes):
    """Any number of states of a type, of whatever size, in one call; parts may be references that stand already."""
    states = [whole(size) for size in sizes]
    references = [reference_to(state._replace(part=reference_to(state.part))) for state in states]
    assert act_on_all(addresses_of(references), references[-1]) == sum(size * (size - 1) / 2 for size in sizes)
    for state, alone in zip(states, map(whole, sizes), strict=True):
        act(reference_to(alone))
        assert np.array_equal(state.part.columns, alone.part.columns) and np.array_equal(state.flags, alone.flags)


def test_a_reference_keeps_its_arrays(compiled):
    """The state may be forgotten: what the reference stands for stays where it is."""
    reference = reference_to(whole(2000))
    gc.collect()
    crowd = [np.full(2000, -1.0) for _ in range(200)]
    assert act(reference) == act.py_func(whole(2000))
    assert all((one == -1.0).all() for one in crowd)


def test_types(compiled):
    """States alike share a type whatever their size; one with other numbers in an array has its own."""
    state = whole(3)
    assert bound_type(state) is bound_type(whole(7))
    shorter = state._replace(part=state.part._replace(numbers=np.zeros(3, np.float32)))
    turned = state._replace(part=state.part._replace(rows=np.asfortranarray(state.part.rows)))
    assert len({bound_type(state).name, bound_type(shorter).name, bound_type(turned).name}) == 3
    assert act(reference_to(shorter))[0] == act(reference_to(turned))[0] == (3, 3)
    assert isinstance(reference_to(state), Reference)


ODD = ({"industries": 1}, {"domains": 1}, {"users": 1, "industries": 1}, {"industries": 1, "domains": 1, "regions": 1},
       {"contacts": 1}, {"slots": 2, "founders": 1}, {"suppliers": 1, "domains": 1}, {"horizon": 1}, {"talent_lag": 1},
       {"peers": 1}, {"founders": 1}, {"users": 3000})  # fmt: skip


def test_the_model_is_compiled_once_for_all_sizes(compiled):
    """Economies of one industry, domain, user or contact have the types of every other."""
    usual = bound_type(lay_out(TINY, 0))
    for changes in ODD:
        assert bound_type(lay_out(TINY.replace(**changes), 0)).name == usual.name, changes


def test_what_would_be_read_wrongly_is_refused(compiled):
    """A view that skips memory; a state of another type."""
    state = whole(4)
    with pytest.raises(AssertionError, match=r"Part\.numbers is not contiguous"):
        reference_to(state._replace(part=state.part._replace(numbers=np.zeros(8)[::2])))
    with pytest.raises(TypeError, match=r"references of one type"):
        addresses_of([reference_to(state), reference_to(state._replace(nothing=np.zeros((0, 4))))])
    with pytest.raises(AssertionError, match=r"Part\.columns is not contiguous"):
        reference_to(state._replace(part=state.part._replace(columns=np.zeros((8, 3), order="F")[::2])))


def minor(version):
    """The first two numbers of a version."""
    return tuple(int(number) for number in version.split(".")[:2])


def test_the_installed_numba_is_one_that_references_were_tested_with():
    """Whoever moves to another minor version runs these tests with it, then adds it."""
    assert ".".join(numba.__version__.split(".")[:2]) in SUPPORTED_NUMBA


@pytest.fixture
def unknown_numba(monkeypatch):
    """A version of Numba that the project does not know."""
    monkeypatch.setattr(model.state.references, "SUPPORTED_NUMBA", ("0.1",))
    model.state.references.by_reference.cache_clear()
    yield
    model.state.references.by_reference.cache_clear()


def test_with_an_unknown_version_states_are_passed_by_value(compiled, unknown_numba, capsys):
    """Kernels do the same to the same arrays, of one state and of many; a line on stderr, once."""
    state, by_reference = whole(5), whole(5)
    assert act(reference_to(state)) == act.py_func(by_reference)
    assert reference_to(state) is state
    sizes = [4, 2, 2000]
    states = [whole(size) for size in sizes]
    references = [reference_to(one._replace(part=reference_to(one.part))) for one in states]
    assert act_on_all(addresses_of(references), references[-1]) == sum(size * (size - 1) / 2 for size in sizes)
    for one, alone in zip([state, *states], map(whole, [5, *sizes]), strict=True):
        act.py_func(alone)
        assert np.array_equal(one.part.columns, alone.part.columns) and np.array_equal(one.flags, alone.flags)
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and numba.__version__ in said and "is untested" in said


def test_clear():
    """A table is 0 all over, whichever way it lies."""
    for order in "CF":
        table = np.ones((5, 3), order=order)
        clear(table)
        assert not table.any()
