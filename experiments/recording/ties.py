"""The ties of one quarter as bytes: too many to be in a recording, made when somebody asks.

contacts   (U, M)   slots of the innovators that a user knows + 1, 0 where none
supplier   (N, D)   supplier of each innovator's slot per domain
orders, capability (S,)   of suppliers, in the quarter past
"""

from experiments.recording.layout import Coded, pack
from experiments.recording.recording import Turn, advance_to
from model.parameters import Parameters
from model.policy.policy import Policy


def pack_ties(parameters: Parameters, policy: Policy, seed: int, quarter: int, turn: Turn | None = None) -> bytes:
    """Run the economy for some quarters again and return its ties then, in the layout of recordings."""
    state = advance_to(parameters, policy, seed, quarter, turn)
    users, firms, suppliers = state.users, state.innovators, state.suppliers
    words = {
        "frame": quarter,
        "turned": int(turn is not None),
        "perUser": users.contacts.shape[1],
        "domains": firms.supplier.shape[1],
    }
    return pack(
        words,
        {
            "contacts": Coded(users.contacts + 1, "u2"),
            "supplier": Coded(firms.supplier, "u2"),
            "orders": Coded(suppliers.orders, "b2"),
            "capability": Coded(suppliers.capability, "b2"),
        },
    )
