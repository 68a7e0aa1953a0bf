"""The instruments of policy: section 10 of model/ODD.md.

Each gets net money (above 0), fills the quarter's support, and returns the money that it places at once.
"""

import math
from typing import Any

from tests.reference.agents import Innovator


def eligible(economy: Any) -> list[Innovator]:
    """Living domestic firms."""
    return [firm for firm in economy.living if not firm.foreign]


def champions(economy: Any) -> list[Innovator]:
    """Firms that government has chosen."""
    return [firm for firm in economy.innovators if firm.chosen]


def rebate(economy: Any, net: float) -> float:
    """Hands the tax straight back to users."""
    economy.support.refund += net
    return net


def rd_credit(economy: Any, net: float) -> float:
    """Matches every domestic firm's planned R&D at one rate."""
    return share_out(economy, net, eligible(economy), equal=False)


def grants(economy: Any, net: float) -> float:
    """R&D money for champions, partly tied to the plan and to exploration, partly passed upstream."""
    policy, support, takers = economy.policy, economy.support, champions(economy)
    own = (1.0 - policy.upstream) * net
    limit = policy.award_size if policy.award_size > 0.0 else math.inf
    given = share_out(economy, own, takers, policy.award == "equal", limit)
    for firm in takers:
        support.tied[firm.index] += policy.compliance * support.spread[firm.index]
        support.explore[firm.index] += policy.explore * support.spread[firm.index]
    return given + pass_upstream(economy, policy.upstream * net, own, given, takers)


def guidance_fund(economy: Any, net: float) -> float:
    """Equity for the firms that each region's government backs, regions by their economic size."""
    policy, support, placed = economy.policy, economy.support, 0.0
    for region in range(economy.p.regions):
        local = sum(user.size for user in economy.users if user.region == region) / (1000.0 * economy.p.market_size)
        takers = [firm for firm in economy.innovators if firm.backed and firm.region == region]
        placed += share_out(economy, net * local, takers, policy.award == "equal")
        for firm in takers:
            support.equity[firm.index] += support.spread[firm.index]
    return placed


def mission(economy: Any, net: float) -> float:
    """A consortium of champions and suppliers on the plan, results free among members."""
    policy, support, takers = economy.policy, economy.support, champions(economy)
    own = (1.0 - policy.mission_upstream) * net
    given = share_out(economy, own, takers, policy.award == "equal")
    for firm in takers:
        got = support.spread[firm.index]
        support.tied[firm.index] += got
        support.explore[firm.index] += policy.mission_explore * got
        support.lost[firm.index] += policy.coordination * got
        support.shared[firm.index] += got
    return given + pass_upstream(economy, policy.mission_upstream * net, own, given, takers)


def basic_research(economy: Any, net: float) -> float:
    """Public science."""
    economy.support.science += net
    return net


def vouchers(economy: Any, net: float) -> float:
    """One share of the price of every domestic product, paid when it is bought."""
    takers = eligible(economy)
    rate = purchase_rate(economy, net, takers)
    for firm in takers:
        economy.support.purchase["vouchers"][firm.index] = rate
    return 0.0


def demonstration(economy: Any, net: float) -> float:
    """One share of integration and risk for first adopters of domestic products, paid when they adopt."""
    rate = subsidy_rate(net, economy.market.adoption_cost, cap=1.0)
    for industry in economy.industries:
        adopters = sum(u.size for u in economy.users if u.industry is industry and u.adopts)
        adopted = adopters / (1000.0 * economy.p.market_size * industry.share)
        economy.support.adoption[industry.index] = rate if adopted < economy.policy.first_adopters else 0.0
    return 0.0


def procurement(economy: Any, net: float) -> float:
    """As vouchers, for champions' products only; government may take over the risk of buying them."""
    policy, takers = economy.policy, champions(economy)
    rate = purchase_rate(economy, net, takers)
    for firm in takers:
        economy.support.purchase["procurement"][firm.index] = rate
        if rate > 0.0:
            economy.support.waiver[firm.index] = policy.waive_risk * rate / policy.subsidy_cap
    return 0.0


def entry_subsidy(economy: Any, net: float) -> float:
    """Seed cash for domestic entrants, paid when they enter."""
    expected = max(1.0, 1.1 * economy.market.entrants)
    economy.support.entrant = min(economy.policy.entry_award * economy.p.seed_cash, net / expected)
    return 0.0


def platform(economy: Any, net: float) -> float:
    """More meetings of users and innovators, from anywhere."""
    efficacy, initial_output = economy.p.platform_efficacy, economy.market.initial_output
    economy.support.meetings = min(1.0, efficacy * net / initial_output)
    placed = economy.support.meetings * initial_output / efficacy
    economy.support.services += placed
    return placed


def roadmap(economy: Any, net: float) -> float:
    """A roadmap that all firms follow with a weight that money buys."""
    economy.support.roadmap = 1.0 - math.exp(-economy.p.roadmap_efficacy * net / economy.market.initial_output)
    economy.support.services += net
    return net


def common_technology(economy: Any, net: float) -> float:
    """Public R&D on the problems reported most."""
    economy.support.common += net
    return net


def infrastructure(economy: Any, net: float) -> float:
    """A stock that eases integration."""
    economy.support.infrastructure += net
    return net


def talent(economy: Any, net: float) -> float:
    """Training of engineers."""
    economy.support.training += net
    return net


def market_unification(economy: Any, net: float) -> float:
    """Less segmentation by regions."""
    spending = net / economy.market.initial_output
    economy.support.segmentation = math.exp(-economy.p.unification_efficacy * spending)
    economy.support.services += net
    return net


def observatory(economy: Any, net: float) -> float:
    """Foresight for the next quarter's choices."""
    phi, spending = economy.policy.foresight, net / economy.market.initial_output
    economy.support.foresight = phi + (1.0 - phi) * (1.0 - math.exp(-economy.p.observatory_efficacy * spending))
    economy.support.services += net
    return net


def share_out(economy: Any, money: float, takers: list[Innovator], equal: bool, limit: float = math.inf) -> float:
    """Give R&D money in proportion to planned R&D or in equal parts, at most `limit` each; return what is given."""
    weights = [1.0 if equal else firm.plan_research for firm in takers]
    given = 0.0
    for firm, weight in zip(takers, weights, strict=True):
        part = min(limit, money * weight / sum(weights)) if sum(weights) > 0.0 else 0.0
        economy.support.spread[firm.index] = part
        economy.support.research[firm.index] += part
        given += part
    return given


def pass_upstream(economy: Any, money: float, own: float, given: float, takers: list[Innovator]) -> float:
    """Money for domestic suppliers by the plan, in the proportion in which firms took their own part."""
    base = len(takers) if economy.policy.award == "equal" else sum(firm.plan_research for firm in takers)
    if base == 0.0:
        return 0.0
    passed = money * (given / own if own > 0.0 else 1.0)
    for supplier in economy.suppliers:
        if not supplier.foreign:
            fellows = sum(1 for s in economy.suppliers if s.domain == supplier.domain and not s.foreign)
            economy.support.upstream[supplier.index] += passed * economy.government.plan[supplier.domain] / fellows
    return passed


def purchase_rate(economy: Any, net: float, takers: list[Innovator]) -> float:
    """The share of the list price that a price subsidy pays."""
    return subsidy_rate(net, sum(firm.sales for firm in takers), economy.policy.subsidy_cap)


def subsidy_rate(net: float, base: float, cap: float) -> float:
    """The share of a base that money pays for with a margin of a tenth, at most the cap."""
    return cap if base <= 0.0 else min(cap, net / (1.1 * base))
