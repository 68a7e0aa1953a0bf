"""The plan: which runs a study needs. A sweep, a comparison and a validation each have one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, groupby
from typing import NamedTuple, Self

import numpy as np

from experiments.study.design import Design
from experiments.study.digests import RunIds
from experiments.study.points import Point, Points
from experiments.study.study import Study
from model.declaration.errors import BadInput
from model.parameters import Parameters
from model.policy.policy import Policy


@dataclass(frozen=True)
class Task:
    """One run to be made. `point` is the number of the design's point (0 where there is no design).

    `set` is the number of the accepted parameter set, 0 where the study has no ensemble.
    """

    run_id: str
    point: int
    parameters: Parameters
    policy: Policy
    seed: int
    set: int = 0


MOST_PARTS = 1_000_000
"""The most parts that a study may be run in."""


class Shard(NamedTuple):
    """Part `number` of `of` of a study's runs, for one of several machines.

    Parts take turns at the pairs of point and seed, whose policies share a world, so that they are of one size.
    """

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `i/n` as a shard. Raises BadInput."""
        number, slash, of = text.partition("/")
        short = len(str(MOST_PARTS))  # of longer words Python may make no number
        parts = [int(part) if part.isdecimal() and len(part) <= short else 0 for part in (number, of)]
        if not (slash and 1 <= parts[0] <= parts[1] <= MOST_PARTS):
            raise BadInput("must be i/n with whole numbers 1 <= i <= n, as 1/4", place=f"--shard {text}")
        return cls(*parts)

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


WHOLE = Shard()

Pair = tuple[int, int]
"""The number of a parameter set, and a seed: runs with both the same are paired."""


@dataclass(frozen=True)
class Plan:
    """Policies at points of the parameters under seeds, described and never held as a list of tasks.

    Going through a plan gives each distinct run of the shard once, under the first point and policy that ask for it.
    It may be gone through repeatedly. The points are valid already, and only the runs' ids are remembered, as bytes.

    `factors` names the settings that the design varies. Points may share a number: equal money gives the policies of
    one point other budgets under other seeds.
    """

    points: Sequence[Point]
    model: str
    shard: Shard = WHOLE
    factors: tuple[str, ...] = ()

    @classmethod
    def of(cls, study: Study, model: str, shard: Shard = WHOLE, place: str = "") -> Self:
        """Plan a study and validate each of its points once. Raises BadInput that begins with `place`."""
        design = Design(study, place)
        return cls(Points(design, len(design), design.sets), model, shard, design.factors)

    @classmethod
    def joined(cls, plans: Iterable["Plan"], model: str) -> Self:
        """Return the runs of several plans as one plan, each distinct run once."""
        return cls(tuple(chain.from_iterable(plan.points for plan in plans)), model)

    def with_policies(self, by_pair: Mapping[Pair, tuple[Policy, ...]]) -> Self:
        """Return the plan of one point with other policies under each set and seed, itself where none changes."""
        if by_pair == self.by_pair:
            return self
        points = {point.set: point for point in self.points}
        alike = groupby(by_pair.items(), key=lambda item: (item[0][0], item[1]))
        changed = [
            points[number]._replace(policies=policies, seeds=tuple(seed for (_, seed), _ in items))
            for (number, policies), items in alike
        ]
        return replace(self, points=tuple(changed))

    @property
    def by_pair(self) -> dict[Pair, tuple[Policy, ...]]:
        """The policies under each set and seed of a plan of one point."""
        return {(point.set, seed): point.policies for point in self.points for seed in point.seeds}

    def __iter__(self) -> Iterator[Task]:
        for task, chosen in zip(self.arms(), self._chosen(self.shard), strict=True):
            if chosen:
                yield task

    def run_ids(self, shard: Shard | None = None) -> Iterator[str]:
        """Yield the id of each distinct run of a shard, its own if none is named. No task is made for it."""
        for identity in self._ids[self._chosen(shard or self.shard)]:
            yield identity.tobytes().hex()

    def arms(self) -> Iterator[Task]:
        """Yield every policy at every point under every seed of all shards, also where a run serves several of them.

        In the order of points, sets, seeds and policies.
        """
        position = 0
        for point in self.points:
            for seed in point.seeds:
                for policy in point.policies:
                    identity = self._ids[position].tobytes().hex()
                    yield Task(identity, point.number, point.parameters, policy, seed, point.set)
                    position += 1

    @property
    def asked(self) -> int:
        """The number of arms."""
        return len(self._ids)

    @cached_property
    def _ids(self) -> np.ndarray:
        """Ids of the arms' runs as 32 bytes each, in the order of `arms`."""
        packed, ids = bytearray(), RunIds(self.model)
        for point in self.points:
            parameters = ids.settings(point.parameters)
            arms = [ids.settings(policy) for policy in point.policies]
            for seed in point.seeds:
                for policy in arms:
                    packed += ids.run(parameters, policy, seed)
        return np.frombuffer(packed, dtype="V32")

    def _chosen(self, shard: Shard) -> np.ndarray:
        """True where an arm is the first that needs its run and falls into a shard, in the order of `arms`."""
        return self._first if shard.of == 1 else self._first & (self._turns % shard.of == shard.number - 1)

    @cached_property
    def _turns(self) -> np.ndarray:
        """The number of each arm's pair of point and seed, in the order of `arms`.

        All points under the first seed come first, so that more seeds leave the parts of the runs before as they are.
        """
        many = len(self.points)
        turns = [
            np.repeat(np.arange(len(point.seeds)) * many + place, len(point.policies))
            for place, point in enumerate(self.points)
        ]
        return np.concatenate(turns)

    @cached_property
    def _first(self) -> np.ndarray:
        """True where an arm is the first that needs its run, in the order of `arms`."""
        words = self._ids.view("u8").reshape(-1, 4)
        order = np.lexsort(words.T)  # stable: equal ids stay in the order of `arms`
        first = np.ones(len(order), dtype=bool)
        first[order[1:]] = (words[order[1:]] != words[order[:-1]]).any(axis=1)
        return first
