"""Use of technology and reports of problems: step 11 of model/ODD.md."""

from typing import Any

from model.randomness import Stream
from tests.reference.agents import Innovator, User
from tests.reference.draws import index, normal
from tests.reference.product import buyers_price
from tests.reference.research import ceiling_of, improved, solution_size


def produce(economy: Any) -> None:
    """Step 11a: users produce with what they have; firms see what they have sold."""
    for firm in economy.innovators:
        firm.usual_units += 0.25 * (firm.units - firm.usual_units)
        firm.units = firm.delivered = 0.0
    economy.agents_by_type[User].do(use_technology)
    for firm in economy.innovators:
        book_sales(economy, firm)


def book_sales(economy: Any, firm: Innovator) -> None:
    """Book what a firm has sold and received; note progress of its product, good and bad quarters apart."""
    firm.sales = firm.units * firm.price
    firm.revenue = firm.sales * (1.0 + economy.p.incidence * firm.subsidy) + firm.aid_kept
    firm.subsidised = firm.sales * firm.subsidy + firm.aid_kept
    if firm.units > 0.0:
        useful = firm.delivered / firm.units / firm.idiosyncratic_factor
        if useful > 1.02 * firm.useful_mark:
            firm.useful_mark, firm.progress = useful, economy.t


def use_technology(user: User) -> None:
    """A user's output, payment and growing mastery."""
    p, demand, firm = user.model.p, user.model.market.demand, user.provider
    useful, price = user.old_quality, p.old_price
    user.quality_used = user.spending = 0.0
    if user.adopts:
        useful, price = firm.quality[user.industry.index] * user.mastery, firm.price
        user.quality_used = useful
        user.spending = demand * user.size * buyers_price(user.model, firm)
        firm.units += demand * user.size
        firm.delivered += demand * user.size * useful
        if firm.region != user.region:
            user.model.quarter.across += user.size
        user.mastery += p.mastery_learning * (1.0 - user.mastery)
    user.output = demand * user.size * (1.0 + p.value_of_quality * user.valuation * (useful - 1.0))
    note_productivity(user, user.output / user.size - demand * price)


def note_productivity(user: User, now: float) -> None:
    """Count the rise of a user's productivity by what the user did: keep, change, take up or leave the technology."""
    quarter, technology = user.model.quarter, user.provider if user.adopts else None
    rise = user.size * (now - user.productivity)
    if technology is user.technology:
        quarter.within += rise
    elif technology is None:
        quarter.exit += rise
    elif user.technology is None:
        quarter.entry += rise
    else:
        quarter.between += rise
    user.productivity, user.technology = now, technology


def report_problems(economy: Any) -> None:
    """Step 11b: users report problems; firms and government hear them; lead users bring solutions."""
    p, reported = economy.p, economy.government.reported
    for firm in economy.living:
        firm.belief = [max(p.belief_memory * count, 1e-200) for count in firm.belief]
        firm.heard_now = [0.0] * p.industries
        firm.brought = [0.0] * p.domains
    for c in range(p.domains):
        reported[c] *= p.belief_memory
    economy.agents_by_type[User].select(lambda user: user.adopts).do(report)
    for firm in economy.living:
        firm.heard = [S * (1.0 - p.novelty_decay) + now for S, now in zip(firm.heard, firm.heard_now, strict=True)]
        before, ceiling = sum(firm.capability), ceiling_of(economy, firm)
        firm.capability = [
            max(x, min(ceiling, x + gain)) for x, gain in zip(firm.capability, firm.brought, strict=True)
        ]
        if not firm.foreign:
            economy.quarter.gains += sum(firm.capability) - before


def report(user: User) -> None:
    """A user may meet a problem, and its firm may hear of it."""
    economy, firm, j = user.model, user.provider, user.industry.index
    p, quarter, weight = economy.p, economy.quarter, max(1.0, economy.p.omega)
    if not user.has_problem:
        return
    quarter.met += weight
    for_noise, for_domain, for_hearing, for_solution = economy.draws.coarse(Stream.REPORT, economy.t, user.index)
    if for_hearing >= firm.absorption:
        return
    quarter.heard += weight
    noisy = for_noise < p.report_noise
    c = index(for_domain, p.domains) if noisy else domain_of_problem(user, firm, for_domain)
    firm.heard_now[j] += weight
    firm.belief[c] += weight
    economy.government.reported[c] += weight
    if user.lead and for_solution < p.lead_solution:
        shock = normal(economy.draws.U52(Stream.USER_SOLUTION, economy.t, user.index))
        x = firm.capability[c]
        firm.brought[c] += weight * (improved(x, solution_size(economy, shock), ceiling_of(economy, firm)) - x)
        quarter.user_solved += weight
    else:
        firm.backlog[c] += weight * (1.0 - firm.heard[j] / (firm.heard[j] + p.novelty_half))


def domain_of_problem(user: User, firm: Innovator, luck: float) -> int:
    """Problems come from domains that the industry needs and in which the firm is weak."""
    weights = [n * m for n, m in zip(user.industry.needs, firm.marginal, strict=True)]
    left = luck * sum(weights)
    for c, weight in enumerate(weights):
        left -= weight
        if left < 0.0:
            return c
    return len(weights) - 1
