"""Suppliers learn from orders and from problems solved with them; congestion makes inputs dear."""

from agents.compiled import rule
from agents.supplier import congestion_factor, learned, next_capacity
from model.state import LAST_GENERATION


@rule
def serve_orders(t, p, s):
    """Orders of the last quarter's products: learning, capacity and the cost of inputs."""
    suppliers, innovators, tally = s.suppliers, s.innovators, s.tallies[t]
    suppliers.orders[:] = 0.0
    for i in range(p.slots):
        if innovators.alive[i]:
            for c in range(p.domains):
                suppliers.orders[innovators.supplier[i, c]] += innovators.units[i]
    ceiling = s.ceiling[min(int(s.market[0].frontier), LAST_GENERATION)]
    for k in range(suppliers.domain.shape[0]):
        gained = (suppliers.orders[k] + suppliers.solved[k]) / p.market_size
        suppliers.capability[k] = learned(
            suppliers.capability[k], p.supplier_learning, suppliers.experience[k], gained, ceiling
        )
        suppliers.experience[k] += gained
        suppliers.solved[k] = 0.0
        suppliers.cost_factor[k] = congestion_factor(suppliers.orders[k], suppliers.capacity[k], p.congestion)
        suppliers.capacity[k] = next_capacity(
            suppliers.capacity[k], suppliers.orders[k], p.capacity_adjustment, s.market[0].smallest_capacity
        )
        tally.components += suppliers.orders[k]
        tally.domestic_components += 0.0 if suppliers.foreign[k] else suppliers.orders[k]
