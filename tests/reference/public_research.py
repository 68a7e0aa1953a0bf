"""Public science, suppliers' laboratories and common technology: step 6b of model/ODD.md."""

import math
from typing import Any

from tests.reference.choosing import reported_shares
from tests.reference.research import improved


def laboratory(economy: Any, money: float) -> float:
    """(m / w / h_ref)^lambda: the effort that money buys a public laboratory."""
    p = economy.p
    return float((money / economy.market.wage / (p.engineers / 40.0)) ** p.concentration)


def do_public_research(economy: Any) -> None:
    """Step 6b: science eases next quarter's search; suppliers and common technology advance at once."""
    p, support, stocks = economy.p, economy.support, economy.stocks
    hours = support.science / economy.market.wage
    gained = p.science_efficacy * hours / (p.engineers * p.market_size)
    stocks.science = 1.0 + (1.0 - p.science_decay) * (stocks.science - 1.0) + gained
    for supplier in economy.suppliers:
        money = support.upstream[supplier.index]
        if money > 0.0:
            supplier.solved += p.own_problems * p.solution_rate * laboratory(economy, money)
    if support.common > 0.0:
        advance_common_technology(economy)


def advance_common_technology(economy: Any) -> None:
    """It learns from the average firm, then solves the problems reported most."""
    p, stocks = economy.p, economy.stocks
    ceiling = economy.ceiling[min(economy.market.frontier, 63)]
    effort = p.common_efficacy * laboratory(economy, economy.support.common)
    living = economy.living
    for c, reported in enumerate(reported_shares(economy)):
        level = stocks.common[c]
        average = sum(firm.capability[c] for firm in living) / len(living) if living else 0.0
        gain = p.solution_rate * effort * reported * p.solution_step * math.exp(0.5)
        level += (1.0 - math.exp(-effort)) * max(0.0, average - level)
        stocks.common[c] = improved(min(level, ceiling), gain, ceiling)
