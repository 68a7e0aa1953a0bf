"""A variant: the same two policies in an economy without some mechanisms, from another start, or at another budget."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from experiments.analysis.response import BUDGETS
from experiments.decomposition.mechanism import Mechanism
from experiments.study.addresses import set_parameters, set_traits
from experiments.study.points import Point
from experiments.study.study import Study
from model.declaration.errors import BadInput
from model.parameters import Parameters
from model.policy.policy import Policy

STARTS = (0, 20, 40, 60)
"""Quarters from which the same policy runs."""

RUNNING, AFTERWARDS = 80, 40
"""Quarters that it runs for, and that follow its end."""

OWN, WITHOUT, PAIR, START, BUDGET = "own", "without", "pair", "start", "budget"
"""Kinds of variant. All but the first are the names of reruns in the results."""

Arms = tuple[Policy, ...]


@dataclass(frozen=True)
class Variant:
    """A kind, a label, and what is changed in parameters and in both policies. `off`: the mechanisms switched off."""

    kind: str
    label: str
    parameters: Callable[[Parameters], Parameters] = lambda parameters: parameters
    policy: Callable[[Policy, Parameters], Policy] = lambda policy, _: policy
    off: tuple[str, ...] = ()

    def points(self, study: Study, number: int) -> list[Point]:
        """Return the variant's point at each parameter set of a study. Raises BadInput that names the variant."""
        members: Mapping[int, Mapping[str, Any]] = {0: {}} if study.ensemble is None else study.ensemble.members
        found = []
        for member, values in members.items():
            own = set_parameters(study.parameters, values)
            try:
                arms = tuple(self.policy(policy, own) for policy in study.policies)
                found.append(Point(number, self.parameters(own), arms, study.seeds, member))
            except BadInput as error:
                error.at(f"{self.kind} {self.label}".strip())
                raise
        return found


def without(*mechanisms: Mechanism) -> Variant:
    """Return the economy without some mechanisms."""

    def settings(parameters: Parameters) -> dict[str, Any]:
        return {name: value for one in mechanisms for name, value in one.settings(parameters).items()}

    names = tuple(one.name for one in mechanisms)
    return Variant(
        WITHOUT if len(names) == 1 else PAIR,
        " and ".join(names),
        lambda parameters: set_parameters(parameters, settings(parameters)),
        lambda policy, parameters: set_traits(policy, settings(parameters)),
        names,
    )


def pairs_of(mechanisms: Iterable[Mechanism], parameters: Parameters) -> list[Variant]:
    """Return the economy without each pair of mechanisms. No pair whose limit cases contradict each other."""
    return [without(*pair) for pair in combinations(mechanisms, 2) if _agree(*pair, parameters)]


def _agree(one: Mechanism, other: Mechanism, parameters: Parameters) -> bool:
    """Return whether two limit cases give no setting two values."""
    ours, theirs = one.settings(parameters), other.settings(parameters)
    return all(theirs.get(name, value) == value for name, value in ours.items())


def from_start(start: int) -> Variant:
    """Return the same policies for RUNNING quarters from `start`, in a run that ends AFTERWARDS quarters later."""
    return Variant(
        START,
        str(start),
        lambda parameters: parameters.replace(horizon=start + RUNNING + AFTERWARDS),
        lambda policy, _: started(policy, start),
    )


def started(policy: Policy, start: int) -> Policy:
    """Return a policy that runs for RUNNING quarters from `start`. A later mix comes as long after it as before."""
    later = policy.later_from + start - policy.start if policy.later_mix else policy.later_from
    return policy.replace(start=start, end=start + RUNNING, later_from=later)


def at_budget(budget: float) -> Variant:
    """Return the same policies with another budget. A policy without a mix raises nothing."""
    return Variant(
        BUDGET,
        f"{budget:g}",
        policy=lambda policy, _: policy.replace(budget=budget) if policy.mix else policy,
    )


def timings() -> list[Variant]:
    """Return the variants by start."""
    return [from_start(start) for start in STARTS]


def by_dose() -> list[Variant]:
    """Return the variants by budget."""
    return [at_budget(budget) for budget in BUDGETS]
