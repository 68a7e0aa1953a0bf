"""The arms of a comparison: each policy as it is run under each seed, which equal money may have changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from experiments.results.store import MemoryStore, Store
from experiments.study.plan import Task
from experiments.study.study import Study, run_id
from model.parameters import Parameters
from model.policy.policy import Policy

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Arms:
    """Policies by seed at one point of the parameters; going through them gives every distinct run once."""

    parameters: Parameters
    by_seed: Mapping[int, tuple[Policy, ...]]
    model: str
    point: int = 0

    @classmethod
    def of(cls, study: Study, model: str) -> Self:
        """A study's policies, the same under every seed."""
        return cls(study.parameters, dict.fromkeys(study.seeds, study.policies), model)

    def tasks(self) -> Iterator[Task]:
        """Every policy under every seed, also where one run serves several of them."""
        for seed, policies in self.by_seed.items():
            for policy in policies:
                yield Task(run_id(self.parameters, policy, seed, self.model), self.point, self.parameters, policy, seed)

    def __iter__(self) -> Iterator[Task]:
        yield from {task.run_id: task for task in self.tasks()}.values()

    def runs(self, store: Store | MemoryStore) -> "pd.DataFrame":
        """A row per policy and seed, with all columns of its stored run."""
        index = self._index()
        return index.merge(store.runs(index["run_id"]).drop_columns(["policy", "seed"]).to_pandas(), on="run_id")

    def series(self, store: Store | MemoryStore) -> "pd.DataFrame":
        """A row per policy, seed and period."""
        index = self._index()
        return index.merge(store.series(index["run_id"]).to_pandas(), on="run_id")

    def _index(self) -> "pd.DataFrame":
        import pandas as pd

        order = {policy.name: place for place, policy in enumerate(next(iter(self.by_seed.values())))}
        ordered = sorted(self.tasks(), key=lambda task: order[task.policy.name])
        rows = [(task.policy.name, task.seed, task.run_id) for task in ordered]
        return pd.DataFrame(rows, columns=["policy", "seed", "run_id"])
