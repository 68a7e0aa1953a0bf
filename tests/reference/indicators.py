"""Step 15 of model/ODD.md: the quarter's record, with every indicator of section 9 that has a value per quarter.

It reads the state after step 14, the ledger, and the FACTS that earlier steps leave on `economy.quarter`.
"""

import math
from itertools import combinations
from typing import Any

from model.policy.catalogue import INSTRUMENTS
from tests.reference.agents import Innovator
from tests.reference.distributions import measure_users, ratio
from tests.reference.productivity import measure_innovators

FACTS = {
    "exits": "firms that left, decoupling included, foreign ones included",
    "entries": "firms that entered, foreign ones included",
    "gains": "rise of capability in steps 6a and 11b, domestic firms and all domains",
    "exploration_hours": "of domestic firms",
    "met": "problems met, as step 11b weighs them",
    "heard": "of these heard",
    "user_solved": "solutions of lead users, weighed alike",
    "switched": "economic size of users that switched in step 10",
    "risked": "size * felt risk of users that left the old technology for a firm in step 10",
    "across": "economic size of users whose provider is in another region (step 11a)",
    "profits": "revenue - costs of step 12a, domestic firms, losses included",
    "within": "size * rise of productivity of users that kept their technology and provider (step 11a)",
    "between": "of users that changed provider",
    "entry": "of users that took up the new technology",
    "exit": "of users that went back to the old technology",
}
"""The quarter's raw facts, each 0 when the quarter begins."""

LAYERS = ("traditional", "emerging", "future")
PLACED = ("REFUND", "GRANT", "EQUITY", "SUBSIDY", "ADOPTION", "ENTRY", "LABORATORIES", "SERVICES")
COSTS = ("PRODUCTION", "OLD_TECHNOLOGY", "INTEGRATION", "FIXED", "ADMINISTRATION", "SERVICES")


class Record:
    """What is remembered of a run: rows of indicators, and the state when it began and when policy ended."""

    def __init__(self, economy: Any) -> None:
        self.rows: list[dict[str, float]] = []
        self.gains: list[list[float]] = [[] for _ in range(96)]  # of domestic firms' solutions, by class
        self.start_output = [user.output for user in economy.users]
        self.watched: list[int] = []
        self.at_withdrawal: dict[str, float] = {}


def record_quarter(economy: Any) -> None:
    """Step 15: a row of indicators; who is watched after the end of policy, and how users stand then."""
    row: dict[str, float] = {}
    for measure in (measure_welfare, measure_innovators, measure_technology, measure_problems):
        row.update(measure(economy))
    for measure in (measure_research, measure_stocks, measure_sales, measure_firms, measure_budget):
        row.update(measure(economy))
    row.update(count_watched_exits(economy))
    economy.record.rows.append(row)
    if economy.t == economy.policy.end - 1:
        for firm in economy.innovators:
            firm.watched = watch(firm)
        economy.record.watched = [firm.watched for firm in economy.innovators]
    if economy.t == min(economy.policy.end, economy.p.horizon) - 1:
        economy.record.at_withdrawal = measure_users(economy)


WATCHED = {"_gone_supported": (3, 7), "_gone_selling": (5, 7), "_gone_idle": (1, 3)}


def watch(firm: Innovator) -> int:
    """0 for who is not there or foreign; else 1, and 2 more for a supported firm, 4 more for one that sells."""
    if not firm.alive or firm.foreign:
        return 0
    supported = firm.public_recent > 0.01 * (firm.public_recent + firm.payments_recent)
    return 1 + 2 * supported + 4 * (firm.units > 0.0)


def count_watched_exits(economy: Any) -> dict[str, float]:
    """Firms that left in the quarter among those watched: supported ones, and domestic ones that sold or did not."""
    gone = [firm.watched for firm in economy.innovators if firm.death == economy.t]
    return {name: float(sum(watched in kinds for watched in gone)) for name, kinds in WATCHED.items()}


def moved(economy: Any, *purposes: str) -> float:
    """Money moved in the quarter for some purposes."""
    return float(sum(economy.ledger.moved[economy.t][purpose] for purpose in purposes))


def measure_welfare(economy: Any) -> dict[str, float]:
    """Output, what is left of it, and productivity of users."""
    p, market, quarter, size = economy.p, economy.market, economy.quarter, 1000.0 * economy.p.market_size
    output = sum(user.output for user in economy.users)
    imports = sum(firm.revenue for firm in economy.innovators if firm.foreign)
    sales = sum(firm.sales for firm in economy.innovators)
    costs = moved(economy, *COSTS) + imports
    wages = market.wage * market.hours
    opportunity = p.supply_elasticity / (1.0 + p.supply_elasticity) * wages
    wasted = p.funds_cost * moved(economy, "TAX") + moved(economy, "LEAKAGE") / 2.0
    welfare = output - costs - opportunity - wasted
    own_research = moved(economy, "RESEARCH") - moved(economy, "GRANT", "EQUITY")
    return {
        "output": output,
        "_net_output": output - costs - wages,
        "net_before_rd": welfare + p.supply_elasticity / (1.0 + p.supply_elasticity) * own_research,
        "imports": imports,
        "welfare": welfare,
        "welfare_r1": welfare / 1.01**economy.t,
        "welfare_r2": welfare / 1.02**economy.t,
        **present_values(economy, welfare),
        "welfare_risk": welfare - quarter.risked - p.friction * quarter.across,
        "tfp_users": (output - sales - moved(economy, "OLD_TECHNOLOGY")) / size,
        "tfp_users_within": quarter.within / size,
        "tfp_users_between": quarter.between / size,
        "tfp_users_entry": quarter.entry / size,
        "tfp_users_exit": quarter.exit / size,
        "old_industry_output": sum(user.output for user in economy.users if user.industry.layer == 0),
        "revenue_share": ratio(sales, output),
    }


def present_values(economy: Any, welfare: float) -> dict[str, float]:
    """What the quarter adds to present values of welfare and taxes, at rates in % a quarter."""
    tax, found = moved(economy, "TAX"), {}
    for name, rate in {"0": 0.0, "0_5": 0.5, "1": 1.0, "2": 2.0, "4": 4.0, "8": 8.0}.items():
        unit = (1.0 + rate / 100.0) ** -economy.t
        found["welfare_pv_" + name] = welfare * unit
        found["tax_pv_" + name] = tax * unit
        found["net_tax_pv_" + name] = (tax - moved(economy, "RETURNED")) * unit
    return found


def measure_technology(economy: Any) -> dict[str, float]:
    """What is used, and what the laboratories know."""
    users, size = economy.users, 1000.0 * economy.p.market_size
    living = economy.living
    units = sum(firm.units for firm in living)
    useful = sum(user.size * user.quality_used for user in users) / size
    lab = max((sum(firm.capability) / len(firm.capability) for firm in living), default=0.0)
    adoption = {"adoption": sum(user.size for user in users if user.adopts) / size}
    for layer, name in enumerate(LAYERS):
        members = [user for user in users if user.industry.layer == layer]
        adopting = sum(user.size for user in members if user.adopts)
        adoption["adoption_" + name] = ratio(adopting, sum(user.size for user in members))
    return {
        **adoption,
        "useful_technology": useful,
        "lab_technology": lab,
        "usefulness_ratio": ratio(useful, lab),
        "generation": sum(firm.units * firm.generation for firm in living) / units if units > 0.0 else 0.0,
        "generation_frontier": float(max((firm.generation for firm in living), default=0)),
        "old_technology_quality": sum(user.size * user.old_quality for user in users) / size,
    }


def measure_problems(economy: Any) -> dict[str, float]:
    """Problems met, heard and solved, and how far firms' users spread."""
    quarter = economy.quarter
    served: dict[Any, set[int]] = {}
    sizes = 0.0
    for user in economy.users:
        if user.technology is not None and user.technology.alive and user.technology.units > 0.0:
            served.setdefault(user.technology.index, set()).add(user.industry.index)
            sizes += user.size
    return {
        "problems_met": quarter.met,
        "problems_heard": quarter.heard,
        "problems_solved": sum(firm.solved for firm in economy.innovators) + quarter.user_solved,
        "problems_solved_by_users": quarter.user_solved,
        "interaction_scope": ratio(sum(len(industries) for industries in served.values()), len(served)),
        "users_per_firm": ratio(sizes, len(served)),
    }


def measure_research(economy: Any) -> dict[str, float]:
    """R&D money and hours, and what they achieve; directions."""
    quarter, market = economy.quarter, economy.market
    grants, private = moved(economy, "GRANT", "EQUITY"), moved(economy, "RESEARCH")
    lost = sum(economy.support.lost) / market.wage
    hours = sum(firm.hours for firm in economy.innovators if not firm.foreign) + lost
    return {
        "private_rd": private - grants,
        "public_rd": grants + moved(economy, "LABORATORIES"),
        "exploration_share": ratio(quarter.exploration_hours * market.wage, private),
        "exploration_hours": quarter.exploration_hours,
        "research_productivity": ratio(quarter.gains, hours),
        "wage": market.wage,
        "engineer_hours": market.hours,
        **measure_directions([firm for firm in economy.living if firm.hours > 0.0]),
    }


def measure_directions(firms: list[Innovator]) -> dict[str, float]:
    """Mean cosine of directions over pairs; exp of the entropy of the hours-weighted mean direction."""
    cosines = [
        sum(x * y for x, y in zip(a.direction, b.direction, strict=True))
        / math.sqrt(sum(x * x for x in a.direction) * sum(y * y for y in b.direction))
        for a, b in combinations(firms, 2)
    ]
    hours = sum(firm.hours for firm in firms)
    domains = range(len(firms[0].direction)) if firms else range(0)
    means = [sum(firm.hours * firm.direction[c] for firm in firms) / hours for c in domains]
    return {
        "duplication": sum(cosines) / len(cosines) if cosines else 0.0,
        "diversity": math.exp(-sum(m * math.log(m) for m in means if m > 0.0)),
    }


def measure_stocks(economy: Any) -> dict[str, float]:
    """Public stocks, and what infrastructure saves users."""
    stocks = economy.stocks
    saved = economy.p.integration * economy.quarter.switched - moved(economy, "INTEGRATION")
    return {
        "science": stocks.science,
        "common_technology": sum(stocks.common) / len(stocks.common),
        "engineers_trained": stocks.engineers,
        "infrastructure": stocks.infrastructure,
        "infrastructure_usage": ratio(saved, stocks.infrastructure),
    }


def measure_sales(economy: Any) -> dict[str, float]:
    """Prices, costs and where what is sold comes from."""
    firms = economy.living
    units = sum(firm.units for firm in firms)
    components = sum(supplier.orders for supplier in economy.suppliers)
    domestic_components = sum(supplier.orders for supplier in economy.suppliers if not supplier.foreign)
    return {
        "price": ratio(sum(firm.sales for firm in firms), units),
        "unit_cost": ratio(sum(firm.units * firm.unit_cost for firm in firms), units),
        "_units": units,
        "entrant_share": ratio(sum(firm.units for firm in firms if firm.birth >= 0), units),
        "_leader": leader(firms),
        "domestic_share": ratio(sum(firm.units for firm in firms if not firm.foreign), units),
        "domestic_component_share": ratio(domestic_components, components),
    }


def leader(firms: list[Innovator]) -> float:
    """Return the number of the firm that sells most, the one in the lowest slot among equals; -1 without sales."""
    first = max(firms, key=lambda firm: firm.units, default=None)
    return float((first.birth + 1) * 4096 + first.index) if first is not None and first.units > 0.0 else -1.0


def measure_firms(economy: Any) -> dict[str, float]:
    """Firms, concentration, profits, and dependence on public money."""
    living = economy.living
    units = sum(firm.units for firm in living)
    public = sum(firm.public_recent for firm in living)
    recent = public + sum(firm.payments_recent for firm in living)
    dependent = sum(firm.public_recent > (firm.public_recent + firm.payments_recent) / 3.0 for firm in living)
    return {
        "profits": economy.quarter.profits,
        "firms": float(len(living)),
        "entries": float(economy.quarter.entries),
        "exits": float(economy.quarter.exits),
        "hhi": sum((firm.units / units) ** 2 for firm in living) if units > 0.0 else math.nan,
        "bonsai_dependence": ratio(public, recent),
        "bonsai_dependent_share": ratio(dependent, len(living)),
    }


def measure_budget(economy: Any) -> dict[str, float]:
    """What becomes of taxes."""
    placed = economy.government.placed[economy.t]
    return {
        "budget_raised": moved(economy, "TAX"),
        "budget_placed": moved(economy, *PLACED) - moved(economy, "REPAID"),
        "budget_leaked": moved(economy, "LEAKAGE"),
        "budget_administration": moved(economy, "ADMINISTRATION"),
        "budget_returned": moved(economy, "RETURNED"),
        "equity_recovered": moved(economy, "REPAID"),
        **{"placed_" + name: placed[name] for name in INSTRUMENTS},
    }
