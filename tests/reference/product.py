"""Suppliers, spillovers and products: steps 7 to 9 of model/ODD.md."""

import math
from typing import Any

from model.randomness import Stream
from tests.reference.agents import Innovator, Supplier
from tests.reference.draws import normal
from tests.reference.research import ceiling_of


def serve_orders(economy: Any) -> None:
    """Step 7: suppliers get the orders of last quarter's sales and learn from them."""
    for supplier in economy.suppliers:
        supplier.orders = 0.0
    for firm in economy.living:
        for supplier in firm.supplier:
            supplier.orders += firm.units
    economy.agents_by_type[Supplier].do(learn)


def learn(supplier: Supplier) -> None:
    """Capability rises with the log of experience; cost with orders above capacity, which follows."""
    p, market = supplier.model.p, supplier.model.market
    ceiling = supplier.model.ceiling[min(market.frontier, 63)]
    gained = (supplier.orders + supplier.solved) / p.market_size
    growth = math.log((1.0 + supplier.experience + gained) / (1.0 + supplier.experience))
    reached = supplier.capability + p.supplier_learning * growth * (1.0 - supplier.capability / ceiling)
    supplier.capability = max(supplier.capability, min(ceiling, reached))
    supplier.experience += gained
    supplier.solved = 0.0
    supplier.cost_factor = max(1.0, supplier.orders / supplier.capacity) ** p.congestion
    followed = supplier.capacity + p.capacity_adjustment * (supplier.orders - supplier.capacity)
    supplier.capacity = max(market.smallest_capacity, followed)


def imitate(economy: Any) -> None:
    """Step 8: members of a mission share results; then everybody learns from rivals or from common technology."""
    share_results(economy)
    p = economy.p
    seen = {firm: [visible_level(economy, firm, x) for x in firm.capability] for firm in economy.living}
    for firm in economy.living:
        ceiling = ceiling_of(economy, firm)
        for c, x in enumerate(firm.capability):
            best = max((seen[rival][c] for rival in economy.living if rival is not firm), default=0.0)
            speed = p.imitation * firm.absorption
            from_rival = x + (1.0 - p.ip_protection) * speed * max(0.0, min(best, ceiling) - x)
            from_common = x + speed * max(0.0, min(economy.stocks.common[c], ceiling) - x)
            firm.capability[c] = max(from_rival, from_common)


def share_results(economy: Any) -> None:
    """Members of a mission take over the best of each other, for the share of their R&D that it pays."""
    p, shared = economy.p, economy.support.shared
    members = [firm for firm in economy.innovators if shared[firm.index] > 0.0]
    best = [max((firm.capability[c] for firm in members), default=0.0) for c in range(p.domains)]
    for firm in members:
        paid = shared[firm.index] / (firm.own_research + firm.public_research)
        speed = min(1.0, p.mission_efficacy * paid) * firm.absorption
        ceiling = ceiling_of(economy, firm)
        firm.capability = [
            x + speed * max(0.0, min(b, ceiling) - x) for x, b in zip(firm.capability, best, strict=True)
        ]


def visible_level(economy: Any, firm: Innovator, x: float) -> float:
    """What is seen of a firm's capability: products in use show most."""
    s = firm.units / (1000.0 * economy.p.market_size)
    return float(x * (economy.p.disclosure + (1.0 - economy.p.disclosure) * s / (s + 0.001)))


def vary_quality(economy: Any) -> None:
    """Move on the good and bad quarters of all slots, dead ones too (step 9)."""
    p = economy.p
    news = p.idiosyncratic_sd * math.sqrt(1.0 - p.idiosyncratic_memory**2)
    for firm in economy.innovators:
        shock = normal(economy.draws.U52(Stream.IDIOSYNCRATIC, economy.t, firm.index))
        firm.idiosyncratic = p.idiosyncratic_memory * firm.idiosyncratic + news * shock


def make_products(economy: Any) -> None:
    """Step 9: quality per industry, cost, price and subsidy."""
    for firm in economy.living:
        rho = max(economy.p.complementarity, -30.0)
        logs = [effective_log(economy, firm, c) for c in range(economy.p.domains)]
        firm.effective = [max(math.exp(log), 1e-6) for log in logs]
        firm.marginal = [math.exp((rho - 1.0) * log) for log in logs]
        firm.quality = [
            quality(economy, firm, industry.needs) * firm.idiosyncratic_factor for industry in economy.industries
        ]
        firm.unit_cost = unit_cost(economy, firm)
        firm.price = firm.unit_cost * (1.0 + firm.markup)
        firm.subsidy = min(1.0, sum(rates[firm.index] for rates in economy.support.purchase.values()))


def effective_log(economy: Any, firm: Innovator, c: int) -> float:
    """log e: a firm's capability combined with its supplier's, Cobb-Douglas or CES."""
    mu, sigma = economy.p.supplier_weight, economy.p.supplier_exponent
    x, z = max(firm.capability[c], 1e-6), max(firm.supplier[c].capability, 1e-6)
    if sigma > -1e-6:
        return float((1.0 - mu) * math.log(x) + mu * math.log(z))
    return float(math.log((1.0 - mu) * x**sigma + mu * z**sigma) / sigma)


def quality(economy: Any, firm: Innovator, needs: list[float]) -> float:
    """Q: CES over domains, weighted by an industry's needs."""
    rho = economy.p.complementarity
    if rho < -30.0:
        return min(firm.effective)
    if abs(rho) < 1e-6:
        return math.exp(sum(n * math.log(e) for n, e in zip(needs, firm.effective, strict=True)))
    weighted = sum(n * e * m for n, e, m in zip(needs, firm.effective, firm.marginal, strict=True))
    return float(weighted ** (1.0 / rho))


def unit_cost(economy: Any, firm: Innovator) -> float:
    """Cost falls with experience and capability towards its floor, and rises with suppliers' congestion."""
    p = economy.p
    counted = firm.experience + p.learning_spillover * (economy.market.sold - firm.experience)
    by_doing = (1.0 + 0.1 * counted / p.market_size) ** -p.learning_by_doing
    mean = sum(firm.capability) / len(firm.capability)
    by_research = (max(mean, 1e-6) / p.initial_capability) ** -p.learning_by_research
    factor = sum(supplier.cost_factor for supplier in firm.supplier) / len(firm.supplier)
    own = p.floor_cost + (p.initial_cost - p.floor_cost) * by_doing * by_research
    return float(economy.market.cost * own * (1.0 + p.input_share * (factor - 1.0)))


def buyers_price(economy: Any, firm: Innovator, counted: float = 1.0) -> float:
    """Return the list price less what buyers get of a subsidy, on a share of which they count."""
    return float(firm.price * (1.0 - (1.0 - economy.p.incidence) * firm.subsidy * counted))
