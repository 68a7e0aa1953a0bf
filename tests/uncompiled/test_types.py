"""Annotations of rules, phases and kernels, held against the values that a run hands over: Numba ignores them."""

import importlib
import inspect
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from types import FrameType, UnionType
from typing import Any, Self, get_args, get_origin

import numpy as np
import pytest

from agents.kernel.types import Flags, Floats, Integer, Integers, Key
from tests.digests import branch_runs
from tests.house.structure import modules

_KINDS = {float: int | float | np.integer | np.floating, int: int | np.integer, bool: bool | np.bool_}
_DECORATORS = {"@rule", "@elementary_rule", "@inlined_rule", "@phase", "@kernel"}
_OFTEN = 300  # calls of a function that are checked: later ones differ little


def fits(value: Any, kind: Any) -> bool:
    """Return whether a value is of an annotated type. A whole number is a float too. True and false are no numbers."""
    if kind is Any:
        return True
    if kind is None:
        return value is None
    parts = get_args(kind)
    if get_origin(kind) is UnionType:
        return any(fits(value, part) for part in parts)
    if get_origin(kind) is tuple:
        return isinstance(value, tuple) and len(value) == len(parts) and all(map(fits, value, parts))
    if get_origin(kind) is np.ndarray:
        wanted = get_origin(get_args(parts[1])[0]) or get_args(parts[1])[0]
        return isinstance(value, np.ndarray) and np.issubdtype(value.dtype, wanted)
    if kind in _KINDS:
        return isinstance(value, _KINDS[kind]) and isinstance(value, bool | np.bool_) == (kind is bool)
    return isinstance(value, get_origin(kind) or kind)


def compiled_functions() -> Iterator[Callable[..., Any]]:
    """Yield the functions of agents and model that are compiled, though not in this process."""
    for name in modules():
        if name.split(".")[0] in ("agents", "model"):
            for _, found in inspect.getmembers(importlib.import_module(name), inspect.isfunction):
                if found.__module__ == name and inspect.getsourcelines(found)[0][0].strip() in _DECORATORS:
                    yield found


class Watch:
    """A check of arguments and results of functions as they are called."""

    def __init__(self, functions: Iterable[Callable[..., Any]]) -> None:
        self.kinds = {one.__code__: one.__annotations__ for one in functions}
        self.calls: Counter[str] = Counter()
        self.wrong: set[str] = set()

    def __enter__(self) -> Self:
        sys.setprofile(self)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def __call__(self, frame: FrameType, event: str, result: Any) -> None:
        kinds, name = self.kinds.get(frame.f_code), frame.f_code.co_qualname
        if kinds is None or event not in ("call", "return") or self.calls[name] > _OFTEN:
            return
        self.calls[name] += event == "call"
        values = {"return": result} if event == "return" else frame.f_locals
        for argument, kind in kinds.items():
            if argument in values and not fits(values[argument], kind):
                self.wrong.add(f"{name}: {argument} is {type(values[argument])}, not {kind}")


def test_annotations_hold():
    """Two small economies call nearly all functions; each takes and returns the types that it declares."""
    with Watch(compiled_functions()) as watch:
        deque(islice(branch_runs(), 2), maxlen=0)
    assert not watch.wrong
    assert len(watch.calls) > 0.9 * len(watch.kinds) > 200


def test_a_wrong_annotation_is_found():
    def half(amount: int) -> int:
        return amount / 2  # type: ignore[return-value]  # the error to be found

    with Watch([half]) as watch:
        half(3)
    assert watch.wrong == {f"{half.__qualname__}: return is {float}, not {int}"}


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (1, float, True), (np.float64(1.0), float, True), (True, float, False), (np.zeros(2), float, False),
        (1.0, int, False), (np.int32(1), int, True), (np.bool_(True), bool, True), (1, bool, False),
        (np.zeros(2), Floats, True), (np.zeros(2, int), Floats, False), (np.zeros(2, np.uint8), Integers, True),
        (np.zeros(2, bool), Integers, False), (np.zeros(2, bool), Flags, True), (1.0, Integer, False),
        ((np.uint64(1), np.uint64(2)), Key, True), ((1, 2), Key, False), (None, None, True), (0.0, None, False),
    ],
)  # fmt: skip
def test_what_fits(value: Any, kind: Any, expected: bool):
    assert fits(value, kind) == expected
