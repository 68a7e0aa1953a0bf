"""Suppliers: one problem domain each; they learn from orders and from problems solved with them."""

from typing import Annotated, NamedTuple

import numpy as np

from agents.kernel.arithmetic import log, power
from agents.kernel.decorators import inlined_rule
from agents.kernel.fields import DRAWN, Field


class Suppliers(NamedTuple):
    """State of S suppliers."""

    # fmt: off
    domain: Annotated[np.ndarray, Field("S", "", "problem domain served. Every domain has one at least", np.int64, first=DRAWN)]
    region: Annotated[np.ndarray, Field("S", "", "region index", np.int64, first=DRAWN)]
    foreign: Annotated[np.ndarray, Field("S", "", "foreign flag", bool, first=DRAWN)]
    capability: Annotated[np.ndarray, Field("S", "capability", "z", first=DRAWN)]
    capacity: Annotated[np.ndarray, Field("S", "units per quarter", "K_s, served at normal cost", first=DRAWN)]
    experience: Annotated[np.ndarray, Field("S", "", "cumulative orders per market size, plus problems solved with the supplier")]
    orders: Annotated[np.ndarray, Field("S", "units", "ordered in the quarter just past")]
    solved: Annotated[np.ndarray, Field("S", "problems", "solved with the supplier in the quarter")]
    cost_factor: Annotated[np.ndarray, Field("S", "", "congestion: multiplies the cost of inputs bought here", first=1.0)]
    # fmt: on


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
