"""Points: where a study's policies are run. The points of a design are validated once and kept as columns."""

from array import array
from collections.abc import Iterable, MutableSequence, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, overload

from model.declaration.settings import Declared
from model.parameters import Parameters
from model.policy.policy import Policy

_D = TypeVar("_D", bound=Declared)


class Point(NamedTuple):
    """Policies that are run at the same parameters under the same seeds, and the number of the design's point.

    `set` is the number of the accepted parameter set, 0 where the study has no ensemble.
    """

    number: int
    parameters: Parameters
    policies: tuple[Policy, ...]
    seeds: tuple[int, ...]
    set: int = 0


class Points(Sequence[Point]):
    """Points with the same seeds and number of policies, kept in little memory.

    Each point is kept as the values in which it differs from the first: 8 bytes for a number. A point that is asked
    for is put together from them and not validated again.
    """

    def __init__(self, points: Iterable[Point], count: int, sets: Sequence[int] = (0,)) -> None:
        """Go once through `count` points: each number of the design, from 0 on, at each of the `sets` in turn."""
        given = iter(points)
        first = next(given)
        self._seeds, self._sets = first.seeds, sets
        self._parameters = _Variants(first.parameters, count)
        self._policies = tuple(_Variants(policy, count) for policy in first.policies)
        for place, point in enumerate(given, 1):
            self._parameters[place] = point.parameters
            for variants, policy in zip(self._policies, point.policies, strict=True):
                variants[place] = policy
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Point: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Point]: ...
    def __getitem__(self, index: int | slice) -> Point | Sequence[Point]:
        if isinstance(index, slice):
            return [self[place] for place in range(self._count)[index]]
        place = range(self._count)[index]
        policies = tuple(variants[place] for variants in self._policies)
        number, turn = divmod(place, len(self._sets))
        return Point(number, self._parameters[place], policies, self._seeds, self._sets[turn])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(other) != len(self):
            return NotImplemented
        return all(ours == theirs for ours, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # as of a list: mypy knows no other way to say so


class _Variants(Generic[_D]):
    """Validated settings by number, as columns of the values that are not the same in all."""

    def __init__(self, base: _D, count: int) -> None:
        self._base, self._count = base, count
        self._columns: dict[str, MutableSequence[Any]] = {}

    def __setitem__(self, number: int, settings: _D) -> None:
        base = self._base.__dict__
        for name, value in settings.__dict__.items():
            if value != base[name] or name in self._columns:
                self._column(name)[number] = value

    def __getitem__(self, number: int) -> _D:
        if not self._columns:
            return self._base
        return self._base.model_copy(update={name: column[number] for name, column in self._columns.items()})

    def _column(self, name: str) -> MutableSequence[Any]:
        if name not in self._columns:
            value = self._base.__dict__[name]
            code = {float: "d", int: "q"}.get(type(value))
            self._columns[name] = array(code, [value]) * self._count if code else [value] * self._count
        return self._columns[name]
