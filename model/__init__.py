"""The economy: parameters, policies, schedule, accounts and indicators. Start with `simulate` or `Economy`."""

from typing import TYPE_CHECKING, Any

from model.declaration.errors import BadInput
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import policies

if TYPE_CHECKING:
    from model.economy import Economy
    from model.simulation import Run, simulate, simulate_many
    from model.views.agent import Innovator, Supplier, User

__all__ = [
    "BadInput",
    "Economy",
    "Innovator",
    "Parameters",
    "Policy",
    "Run",
    "Supplier",
    "User",
    "policies",
    "simulate",
    "simulate_many",
]

_ON_FIRST_USE = {
    "Economy": "model.economy",
    "Innovator": "model.views.agent",
    "Run": "model.simulation",
    "Supplier": "model.views.agent",
    "User": "model.views.agent",
    "simulate": "model.simulation",
    "simulate_many": "model.simulation",
}


def __getattr__(name: str) -> Any:
    """Load the compiled model and Mesa only when they are used."""
    if name in _ON_FIRST_USE:
        from importlib import import_module

        return getattr(import_module(_ON_FIRST_USE[name]), name)
    raise AttributeError(f"module 'model' has no attribute '{name}'")
