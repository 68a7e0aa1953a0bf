"""Tasks: the runs of a study, made one at a time whenever they are asked for, never held as a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

from experiments.study.design import Design
from experiments.study.study import Study, run_id
from model.declaration.errors import BadInput
from model.parameters import Parameters
from model.policy.policy import Policy


@dataclass(frozen=True)
class Task:
    """One run to be made. `point` numbers the design's points (0 where there is no design)."""

    run_id: str
    point: int
    parameters: Parameters
    policy: Policy
    seed: int


class Shard(NamedTuple):
    """Part `number` of `of` of a study's runs, for one of several machines; by run id, so always the same runs."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """`i/n` as a shard; raises BadInput."""
        number, slash, of = text.partition("/")
        if not (slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= 1_000_000):
            raise BadInput(f"--shard {text}: must be i/n with whole numbers 1 <= i <= n, as 1/4")
        return cls(int(number), int(of))

    def holds(self, identity: str) -> bool:
        """Whether the run of that id falls into this shard."""
        return int(identity[:12], 16) % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


WHOLE = Shard()


@dataclass(frozen=True)
class Tasks:
    """Every policy at every point under every seed, point by point and seed by seed; may be gone through repeatedly.

    Going through them gives each distinct run of the shard once, under the first point and policy that ask for it.
    Only ids are remembered meanwhile.
    """

    design: Design
    seeds: tuple[int, ...]
    model: str
    shard: Shard = WHOLE

    @classmethod
    def of(cls, study: Study, model: str, shard: Shard = WHOLE, place: str = "") -> Self:
        """The tasks of a study; raises BadInput that begins with `place` for a design that cannot be made."""
        return cls(Design(study, place), study.seeds, model, shard)

    def __iter__(self) -> Iterator[Task]:
        seen: set[bytes] = set()
        for task in self.arms():
            identity = bytes.fromhex(task.run_id)
            if identity not in seen:
                seen.add(identity)
                if self.shard.holds(task.run_id):
                    yield task

    def arms(self) -> Iterator[Task]:
        """Every policy at every point under every seed of all shards, also where a run serves several of them."""
        for point in self.design:
            for seed in self.seeds:
                for policy in point.policies:
                    identity = run_id(point.parameters, policy, seed, self.model)
                    yield Task(identity, point.number, point.parameters, policy, seed)
