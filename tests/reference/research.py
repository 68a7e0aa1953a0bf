"""R&D of firms and of users: steps 2a and 3 to 6a of model/ODD.md."""

import math
from typing import Any

from model.randomness import Stream
from tests.reference.accounts import ENGINEERS, OUTSIDE, USERS
from tests.reference.agents import Innovator
from tests.reference.draws import normal, poisson


def plan_research(economy: Any) -> None:
    """Step 2a: own R&D out of last quarter's revenue and of seed cash."""
    p = economy.p
    for firm in economy.innovators:
        firm.plan_research = 0.0
        if firm.alive:
            cash = economy.ledger.cash[firm.index]
            wanted = p.research_intensity * (firm.revenue + firm.income_abroad) + p.burn * min(cash, firm.endowment)
            firm.plan_research = max(0.0, min(p.research_multiple * wanted, cash))


def hire_engineers(economy: Any) -> None:
    """Steps 3 and 4: R&D money meets the supply of engineers; all that is paid for is worked."""
    p, support, market = economy.p, economy.support, economy.market
    for firm in economy.innovators:
        firm.public_research = support.research[firm.index]
        firm.own_research = firm.plan_research - p.displacement * firm.public_research
        scale_earmarks(economy, firm)
    engineering = p.users_engineering * sum(max(0.0, user.output) for user in economy.users if not user.adopts)
    domestic = sum(firm.own_research + firm.public_research for firm in economy.innovators if not firm.foreign)
    money = domestic + engineering + support.common + support.science + sum(support.upstream)
    clear_market_for_engineers(economy, money)
    for firm in economy.innovators:
        wage = market.initial_wage if firm.foreign else market.wage
        spent = firm.own_research + firm.public_research
        firm.hours = (spent - support.lost[firm.index]) / wage
        firm.absorption = firm.hours / (firm.hours + p.absorption_half)
        payee, purpose = (OUTSIDE, "ABROAD") if firm.foreign else (ENGINEERS, "RESEARCH")
        economy.ledger.transfer(firm.index, payee, purpose, spent)
    economy.ledger.transfer(USERS, ENGINEERS, "ENGINEERING", engineering)


def scale_earmarks(economy: Any, firm: Innovator) -> None:
    """Bind no more than the R&D that is done, where public money displaces more than the plan."""
    done, support = firm.own_research + firm.public_research, economy.support
    for earmark in (support.tied, support.explore, support.lost, support.shared):
        if done == 0.0:
            earmark[firm.index] = 0.0
        elif done < firm.public_research:
            earmark[firm.index] *= done / firm.public_research


def clear_market_for_engineers(economy: Any, money: float) -> None:
    """One wage, at which an elastic supply of hours costs all the money that is there."""
    p, market = economy.p, economy.market
    if money <= 0.0:
        market.wage, market.hours = market.initial_wage, 0.0
        return
    normal_supply = market.initial_supply + economy.stocks.engineers
    excess = money / (market.initial_wage * normal_supply)
    market.wage = market.initial_wage * excess ** (1.0 / (1.0 + p.supply_elasticity))
    market.hours = normal_supply * (market.wage / market.initial_wage) ** p.supply_elasticity


def improve_old_technology(economy: Any) -> None:
    """Step 5: users of the old technology engineer it on."""
    p = economy.p
    for user in economy.users:
        if not user.adopts:
            hours = p.users_engineering * max(0.0, user.output) / (economy.market.wage * user.size)
            user.old_quality += p.sailing_ship * hours / (1.0 + user.old_quality)


def do_research(economy: Any) -> None:
    """Step 6a: all firms explore, then all exploit, then all consider their prototypes."""
    beyond, latest = see_generations(economy)
    sold = sum(firm.units for firm in economy.living)
    economy.agents_by_type[Innovator].set("solved", 0)
    economy.agents_by_type[Innovator].set("exploring", 0.0)
    for firm in economy.living:
        explore(economy, firm, beyond[min(firm.generation, 63)], sold)
    for firm in economy.living:
        before = sum(firm.capability)
        exploit(economy, firm)
        if not firm.foreign:
            economy.quarter.gains += sum(firm.capability) - before
            economy.quarter.exploration_hours += firm.exploring
    for firm in economy.living:
        consider_prototype(economy, firm, latest)
    economy.market.frontier = max((firm.generation for firm in economy.living), default=0)


def see_generations(economy: Any) -> tuple[list[float], int]:
    """Return beyond_g (units of generations above g, all beyond 63 counted with 63) and the highest generation."""
    firms = economy.living
    beyond = [sum(firm.units for firm in firms if min(firm.generation, 63) > g) for g in range(64)]
    return beyond, max((firm.generation for firm in firms), default=0)


def ceiling_of(economy: Any, firm: Innovator) -> float:
    """ceiling_g of a firm's generation."""
    return float(economy.ceiling[min(firm.generation, 63)])


def saturation(economy: Any, firm: Innovator) -> float:
    """How near a firm has come to its ceiling, mean over domains."""
    return sum(x / ceiling_of(economy, firm) for x in firm.capability) / len(firm.capability)


def explore(economy: Any, firm: Innovator, beyond: float, sold: float) -> None:
    """Search for the next generation, and find it by chance; all other hours exploit."""
    p = economy.p
    firm.exploring = 0.0
    if not firm.prototype:
        pressure = sum(
            share * B / (B + p.backlog_half) for share, B in zip(firm.belief_shares, firm.backlog, strict=True)
        )
        share = exploration_share(economy, pressure, saturation(economy, firm), beyond / sold if sold > 0.0 else 0.0)
        earmarked = min(economy.support.explore[firm.index] / economy.market.wage, firm.hours)
        firm.exploring = earmarked + share * (firm.hours - earmarked)
        chance = discovery_chance(economy, firm, beyond)
        if economy.draws.U52(Stream.DISCOVERY, economy.t, firm.index) < chance:
            firm.prototype, firm.progress = True, economy.t
    firm.effort = research_effort(economy, firm.hours - firm.exploring)


def exploration_share(economy: Any, pressure: float, saturation: float, ahead: float) -> float:
    """Return the share of free hours that search: less for problems and own room, more for rivals ahead."""
    p = economy.p
    problems = p.own_problems + (1.0 - p.own_problems) * pressure
    return float(p.explore_max * (1.0 - problems * max(0.0, 1.0 - saturation**2) * (1.0 - ahead)))


def discovery_chance(economy: Any, firm: Innovator, beyond: float) -> float:
    """Return the chance to find the next generation, by its difficulty, or by following later ones that are in use."""
    p = economy.p
    s = beyond / (1000.0 * p.market_size)
    found = p.discovery * p.discovery_decay ** min(firm.generation, 63) * economy.stocks.science
    followed = p.follow * s / (s + 0.001)
    return 1.0 - math.exp(-research_effort(economy, firm.exploring) * (found + followed))


def research_effort(economy: Any, hours: float) -> float:
    """Return (hours / h_ref)^lambda: what hours achieve together."""
    p = economy.p
    return float((max(hours, 1e-300) / (p.engineers / 40.0)) ** p.concentration)


def exploit(economy: Any, firm: Innovator) -> None:
    """The other hours solve problems, where the firm believes them to be and where public money ties it."""
    p, t, government = economy.p, economy.t, economy.government
    spent, weight = firm.own_research + firm.public_research, economy.support.roadmap
    tied = economy.support.tied[firm.index] / spent if spent > 0.0 else 0.0
    shares = firm.belief_shares
    for c in range(p.domains):
        believed = (1.0 - weight) * shares[c] + weight * government.roadmap[c]
        firm.direction[c] = (1.0 - tied) * believed + tied * government.plan[c]
        for_number, for_size = economy.draws.pair(Stream.SOLUTIONS, t, firm.index, c)
        solved = poisson(solutions_mean(economy, firm.effort, firm.direction[c], firm.backlog[c]), for_number)
        for n in range(solved):
            luck = for_size if n == 0 else economy.draws.U52(Stream.STEPS, t, firm.index, 65536 * c + n)
            size = solution_size(economy, normal(luck))
            better = improved(firm.capability[c], size, ceiling_of(economy, firm))
            if not firm.foreign:
                economy.record.gains[gain_class(better - firm.capability[c])].append(better - firm.capability[c])
            firm.capability[c] = better
        firm.backlog[c] = max(0.0, firm.backlog[c] - solved)
        firm.solved += solved
        firm.supplier[c].solved += solved


def solutions_mean(economy: Any, effort: float, direction: float, backlog: float) -> float:
    """Mean number of solutions in a domain: users' open problems make a laboratory productive."""
    p = economy.p
    problems = p.own_problems + (1.0 - p.own_problems) * backlog / (backlog + p.backlog_half)
    return float(p.solution_rate * effort * direction * problems)


def solution_size(economy: Any, shock: float) -> float:
    """What a solution adds to capability far below the ceiling."""
    return float(economy.p.solution_step * math.exp(shock))


def improved(x: float, size: float, ceiling: float) -> float:
    """Capability after a solution, which adds less the nearer the ceiling."""
    return max(x, min(ceiling, x + size * max(0.0, 1.0 - x / ceiling)))


def gain_class(gain: float) -> int:
    """Class of a solution's gain: four of equal width in every doubling from 2^-20 to 2^4."""
    half, doubling = math.frexp(gain)
    return min(max(math.floor(4.0 * (2.0 * half - 1.0)) + 4 * (doubling - 1 + 20), 0), 95) if gain > 0.0 else 0


def consider_prototype(economy: Any, firm: Innovator, latest: int) -> None:
    """A firm takes up its prototype when the old generation is exhausted, or does not sell beside later ones."""
    p = economy.p
    exhausted = saturation(economy, firm) >= p.switch_saturation
    if firm.prototype and (exhausted or (firm.units == 0.0 and latest > firm.generation)):
        firm.prototype, firm.generation = False, firm.generation + 1
        firm.capability = [p.carried * x for x in firm.capability]
        firm.heard = [0.0] * p.industries
