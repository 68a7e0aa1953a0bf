"""The ties and suppliers of one quarter as bytes: too many to be in a recording, made when somebody asks.

contacts   (U, M)   slots of the innovators that a user knows + 1, 0 where none
supplier   (N, D)   supplier of each innovator's slot per domain
domain, region, foreign, capacity (S,)   of suppliers: domain served, region, its flag, and units at normal cost
orders, capability (T + 1, S)   of suppliers at each frame up to this one, orders in the quarter past
"""

import numpy as np

from experiments.recording.layout import Coded, pack
from experiments.recording.recording import Turn, with_more_slots
from model.parameters import Parameters
from model.policy.policy import Policy
from model.simulation import Simulation
from model.state.state import State


def pack_ties(parameters: Parameters, policy: Policy, seed: int, quarter: int, turn: Turn | None = None) -> bytes:
    """Run the economy for some quarters again and return its ties then, in the layout of recordings."""
    state, orders, capability = _followed(parameters, policy, seed, quarter, turn)
    users, firms, suppliers = state.users, state.innovators, state.suppliers
    words = {
        "frame": quarter,
        "turned": int(turn is not None),
        "perUser": users.contacts.shape[1],
        "domains": firms.supplier.shape[1],
        "suppliers": orders.shape[1],
    }
    return pack(
        words,
        {
            "contacts": Coded(users.contacts + 1, "u2"),
            "supplier": Coded(firms.supplier, "u2"),
            "domain": Coded(suppliers.domain, "u1"),
            "region": Coded(suppliers.region, "u1"),
            "foreign": Coded(suppliers.foreign, "u1"),
            "capacity": Coded(suppliers.capacity, "b2"),
            "orders": Coded(orders, "b2"),
            "capability": Coded(capability, "b2"),
        },
    )


def _followed(
    parameters: Parameters, policy: Policy, seed: int, quarter: int, turn: Turn | None
) -> tuple[State, np.ndarray, np.ndarray]:
    """Return the state after some quarters, and suppliers' orders and capability at each frame until then."""
    simulation = Simulation(parameters, policy, seed)
    frames = [_of_suppliers(simulation.state)]
    for t in range(quarter):
        if turn and turn.quarter == t:
            simulation = simulation.branch(turn.policy)
        simulation.advance(t + 1)
        frames.append(_of_suppliers(simulation.state))
    if simulation.refused:
        return _followed(with_more_slots(parameters), policy, seed, quarter, turn)
    orders, capability = np.swapaxes(np.array(frames), 0, 1)
    return simulation.state, orders, capability


def _of_suppliers(state: State) -> np.ndarray:
    return np.array([state.suppliers.orders, state.suppliers.capability])
