"""Who gains, and how unequal users and firms are: measures of the state after a quarter (model/ODD.md, section 9)."""

import math
from statistics import median
from typing import Any

from tests.reference.agents import User


def measure_users(economy: Any) -> dict[str, float]:
    """Every measure of the state after the quarters so far."""
    users, p, start = economy.users, economy.p, economy.record.start_output
    middle = median(user.size for user in users)
    regions = [gain(start, [user for user in users if user.region == region]) for region in range(p.regions)]
    inhabited = [g for g in regions if not math.isnan(g)]
    adoption = [adopted_share([user for user in users if user.industry is one]) for one in economy.industries]
    per_size = sorted(user.output / user.size for user in users)
    return {
        "tfp_users_frontier": quantile(sorted(user.productivity for user in users), 0.9),
        "adoption_least_industry": min(adoption),
        "adoption_most_industry": max(adoption),
        "gain_traditional": gain(start, [user for user in users if user.industry.layer == 0]),
        "gain_emerging": gain(start, [user for user in users if user.industry.layer == 1]),
        "gain_future": gain(start, [user for user in users if user.industry.layer == 2]),
        "gain_small": gain(start, [user for user in users if user.size <= middle]),
        "gain_large": gain(start, [user for user in users if user.size > middle]),
        "gain_best_region": max(inhabited, default=math.nan),
        "gain_worst_region": min(inhabited, default=math.nan),
        "gini_productivity": gini(per_size),
        "productivity_90_10": ratio(quantile(per_size, 0.9), quantile(per_size, 0.1)),
        "top_tenth_sales": top_tenth(sorted(firm.units for firm in economy.living)),
    }


def ratio(top: float, bottom: float) -> float:
    """top / bottom, NaN where bottom is 0."""
    return top / bottom if bottom != 0.0 else math.nan


def adopted_share(users: list[User]) -> float:
    """Share of the users' economic size that has adopted."""
    return sum(user.size for user in users if user.adopts) / sum(user.size for user in users)


def gain(start: list[float], users: list[User]) -> float:
    """Rise of the users' output since t = 0, in %; NaN if there was none."""
    before = sum(start[user.index] for user in users)
    return 100.0 * (sum(user.output for user in users) / before - 1.0) if before > 0.0 else math.nan


def gini(values: list[float]) -> float:
    """Gini coefficient of values sorted upwards."""
    n, weighted = len(values), sum(rank * value for rank, value in enumerate(values, start=1))
    return ratio(2.0 * weighted, n * sum(values)) - (n + 1.0) / n


def quantile(values: list[float], share: float) -> float:
    """Quantile of values sorted upwards, between neighbours by a straight line."""
    place = share * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


def top_tenth(units: list[float]) -> float:
    """Share of units sold by the largest tenth of firms, rounded (halves to even numbers), at least one."""
    total, top = sum(units), max(1, round(0.1 * len(units)))
    return ratio(sum(units[-top:]), total)
