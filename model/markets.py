"""The engineers' market: one wage clears all money that bids for engineers."""

from agents.kernel.arithmetic import power
from agents.kernel.decorators import rule


@rule
def wage(money: float, initial_wage: float, initial_supply: float, elasticity: float) -> float:
    """Return w = w_0 * [M / (w_0 H_0)]^(1 / (1 + eps)). With it w * H = M.

    eps = 0: hours are fixed and money only raises the wage; eps large: the wage stays (Goolsbee, 1998).
    """
    return initial_wage * power(money / (initial_wage * initial_supply), 1.0 / (1.0 + elasticity))


@rule
def supply(current_wage: float, initial_wage: float, initial_supply: float, elasticity: float) -> float:
    """Return H = H_0 * (w / w_0)^eps."""
    return initial_supply * power(current_wage / initial_wage, elasticity)
