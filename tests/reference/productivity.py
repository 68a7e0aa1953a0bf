"""Productivity of innovators and the parts of its change (Foster, Haltiwanger & Krizan 2001): model/ODD.md, section 9.

Their old values are those that last quarter's record left in `productivity` and `weight`.
"""

from typing import Any


def measure_innovators(economy: Any) -> dict[str, float]:
    """Mean and highest quality per resource of firms with sales; the four parts of the change of the mean."""
    firms, wage = economy.innovators, economy.market.initial_wage
    old = [(firm.productivity, firm.weight) for firm in firms]
    selling = [firm for firm in firms if firm.alive and firm.delivered > 0.0]
    total = sum(firm.delivered for firm in selling)
    for firm in firms:
        firm.productivity = firm.weight = 0.0
    for firm in selling:
        hours = firm.hours + economy.support.lost[firm.index] / economy.market.wage
        resources = firm.units * firm.unit_cost + hours * wage + firm.fixed_real
        firm.productivity, firm.weight = firm.delivered / resources, firm.delivered / total
    new = [(firm.productivity, firm.weight) for firm in firms]
    names = ("within", "between", "entry", "exit")
    parts = dict(zip(names, parts_of_change(old, new), strict=True))
    return {
        "tfp_innovators": sum(s * phi for phi, s in new),
        "tfp_innovators_frontier": max((firm.productivity for firm in selling), default=0.0),
        **{"tfp_innovators_" + name: part for name, part in parts.items()},
    }


def parts_of_change(
    old: list[tuple[float, float]], new: list[tuple[float, float]]
) -> tuple[float, float, float, float]:
    """Within, between, entry and exit part, from (productivity, weight) of every slot before and now."""
    within = between = entry = exit = 0.0
    if not any(s for _, s in old) or not any(s for _, s in new):
        return within, between, entry, exit
    level = sum(s * phi for phi, s in old)
    for (phi_old, s_old), (phi, s) in zip(old, new, strict=True):
        if s_old > 0.0 and s > 0.0:
            within += s_old * (phi - phi_old)
            between += (s - s_old) * (phi - level)
        elif s > 0.0:
            entry += s * (phi - level)
        elif s_old > 0.0:
            exit -= s_old * (phi_old - level)
    return within, between, entry, exit
