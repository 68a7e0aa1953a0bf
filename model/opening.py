"""The opening of an economy: the world at t = 0 once everybody has met its first contacts and products are on show."""

from typing import Any, NamedTuple

import numpy as np

from agents.kernel.decorators import kernel
from agents.kernel.types import Key
from model.parameters import Parameters
from model.phases.product import make_products
from model.phases.ties import meet_founders
from model.policy.policy import Policy
from model.randomness import split_seed
from model.records import ParameterRecord
from model.start.world import lay_out
from model.state.references import reference_to
from model.state.state import RunInputs, State, copy_state

_BEFORE = np.int64(0xFFFFFFFF)  # the period of draws before t = 0


def build_world(p: Parameters, seed: int) -> State:
    """Return the state at t = 0, in new arrays. It is the same for every policy."""
    return open_world(p, seed).state


class World(NamedTuple):
    """A state and the reference to it."""

    state: State
    reference: Any


def open_world(p: Parameters, seed: int) -> World:
    """Return the world at t = 0: users have met their first contacts, and products are on show."""
    state = lay_out(p, seed)
    world = World(state, reference_to(state))
    open_markets(p.record, split_seed(seed), world.reference)
    return world


def copy_world(world: World) -> World:
    """Return the same numbers in new arrays."""
    state = copy_state(world.state)
    return World(state, reference_to(state))


def open_run(p: Parameters, policy: Policy, seed: int, reference: Any) -> RunInputs:
    """Return the inputs of a run: all that its quarters read, and the reference to its state."""
    row_of_p, row_of_policy = (np.array([record], record.dtype) for record in (p.record, policy.record))
    halves = np.array(split_seed(seed))
    return RunInputs(row_of_p, row_of_policy, policy.outlays(p.horizon), halves, reference)


@kernel
def open_markets(p: ParameterRecord, seed: Key, s: State) -> None:
    """Let every user meet its first contacts among the founders, then put products on show."""
    meet_founders(_BEFORE, p, seed, s)
    make_products(p, s)
