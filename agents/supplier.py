"""Suppliers: one problem domain each; they learn from orders and from problems solved with them."""

from typing import NamedTuple

import numpy as np

from agents.kernel.arithmetic import log, power
from agents.kernel.decorators import inlined_rule


class Suppliers(NamedTuple):
    """State of S suppliers as arrays of shape (S,)."""

    domain: np.ndarray  # problem domain served; every domain has one at least
    region: np.ndarray  # region index
    foreign: np.ndarray  # foreign flag
    capability: np.ndarray  # z
    capacity: np.ndarray  # K_s: units per quarter at normal cost
    experience: np.ndarray  # cumulative orders per market size, plus problems solved with the supplier
    orders: np.ndarray  # units ordered in the quarter just past
    solved: np.ndarray  # problems solved with the supplier in the quarter
    cost_factor: np.ndarray  # congestion: multiplies the cost of inputs bought here


@inlined_rule
def learned(capability: float, learning: float, experience: float, gained: float, ceiling: float) -> float:
    """Return z + learning * log((1 + Q + q) / (1 + Q)) * (1 - z / ceiling)+, experience Q and its gain q (Arrow, 1962).

    Never above the ceiling.
    """
    progress = learning * log((1.0 + experience + gained) / (1.0 + experience))
    return max(capability, min(ceiling, capability + progress * (1.0 - capability / ceiling)))


@inlined_rule
def next_capacity(capacity: float, orders: float, adjustment: float, smallest: float) -> float:
    """Return capacity moved a share `adjustment` of the way to orders, never below `smallest`."""
    return max(smallest, capacity + adjustment * (orders - capacity))


@inlined_rule
def congestion_factor(orders: float, capacity: float, exponent: float) -> float:
    """Return the factor of input cost = max(1, orders / capacity) ** psi."""
    return power(max(1.0, orders / capacity), exponent)


@inlined_rule
def cobb_douglas_log(log_own: float, log_supplier: float, weight: float) -> float:
    """Return the log of own and supplier's capability combined: (1 - mu) log x + mu log z."""
    return (1.0 - weight) * log_own + weight * log_supplier


@inlined_rule
def ces_log(own_power: float, supplier_power: float, weight: float, exponent: float) -> float:
    """Return log [(1 - mu) x^sigma + mu z^sigma]^(1/sigma), given both powers."""
    return log((1.0 - weight) * own_power + weight * supplier_power) / exponent
