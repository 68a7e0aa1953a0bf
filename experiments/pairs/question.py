"""A live question: two or three policies at one set of parameters, as a study whose first policy is the reference."""

from collections import Counter
from collections.abc import Sequence

from experiments.study.study import Study, seeds_from
from model.declaration.errors import BadInput
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import policies

FEWEST_ARMS, MOST_ARMS = 2, 3
MOST_PAIRS = 100
"""Pairs at which a live comparison ends."""


def ask(arms: Sequence[Policy], parameters: Parameters, pairs: int = MOST_PAIRS) -> Study:
    """Return the study that compares policies with the first of them, under so many seeds from 0 on.

    A policy may be asked for twice, which shows that equal policies do not differ. The second has a name of its own.
    Raises BadInput for too few or too many policies, and for those that do not fit the parameters.
    """
    if not FEWEST_ARMS <= len(arms) <= MOST_ARMS:
        raise BadInput(f"must be {FEWEST_ARMS} to {MOST_ARMS} policies", "policies", [arm.name for arm in arms])
    apart = _named_apart(arms)
    return Study(parameters=parameters, policies=apart, seeds=seeds_from(pairs), reference=apart[0].name)


def preset_of(arm: Policy) -> Policy:
    """Return the preset that a policy of a live question is made from."""
    return policies.get(arm.name) or policies[arm.name.rpartition(" ")[0]]


def _named_apart(arms: Sequence[Policy]) -> tuple[Policy, ...]:
    """Return policies of which each has a name of its own."""
    met: Counter[str] = Counter()
    apart = []
    for policy in arms:
        met[policy.name] += 1
        times = met[policy.name]
        apart.append(policy if times == 1 else policy.replace(name=f"{policy.name} {times}"))
    return tuple(apart)
