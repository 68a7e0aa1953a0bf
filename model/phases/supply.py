"""Supply: suppliers learn from orders and from problems solved with them. Congestion makes inputs dear."""

from agents.innovator import Innovators
from agents.kernel.decorators import phase
from agents.kernel.types import Floats
from agents.supplier import congestion_factor, learned, next_capacity
from model.records import ParameterRecord
from model.state.state import LAST_GENERATION, State


@phase
def serve_orders(t: int, p: ParameterRecord, s: State) -> None:
    """Serve orders of the last quarter's products: learning, capacity and the cost of inputs."""
    suppliers, tally, foreign = s.suppliers, s.tallies[t], s.suppliers.foreign
    capability, experience = suppliers.capability, suppliers.experience
    solved, orders = suppliers.solved, suppliers.orders
    factor, capacity = suppliers.cost_factor, suppliers.capacity
    learning, congestion, adjustment, size = p.supplier_learning, p.congestion, p.capacity_adjustment, p.market_size
    ceiling, smallest = s.ceiling[min(int(s.market[0].frontier), LAST_GENERATION)], s.market[0].smallest_capacity
    _place_orders(p, s.innovators, orders)
    for k in range(orders.shape[0]):
        gained = (orders[k] + solved[k]) / size
        capability[k] = learned(capability[k], learning, experience[k], gained, ceiling)
    for k in range(orders.shape[0]):
        experience[k] += (orders[k] + solved[k]) / size
        solved[k] = 0.0
    for k in range(orders.shape[0]):
        factor[k] = congestion_factor(orders[k], capacity[k], congestion)
    for k in range(orders.shape[0]):
        capacity[k] = next_capacity(capacity[k], orders[k], adjustment, smallest)
    ordered, domestic = 0.0, 0.0
    for k in range(orders.shape[0]):
        ordered += orders[k]
        domestic += 0.0 if foreign[k] else orders[k]
    tally.components, tally.domestic_components = ordered, domestic


@phase
def _place_orders(p: ParameterRecord, innovators: Innovators, orders: Floats) -> None:
    """Place orders: every firm takes a unit per domain and unit sold."""
    alive, units, supplier = innovators.alive, innovators.units, innovators.supplier
    orders[:] = 0.0
    for i in range(p.slots):
        if alive[i] and units[i] > 0.0:
            for c in range(p.domains):
                orders[supplier[i, c]] += units[i]
