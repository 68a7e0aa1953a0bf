"""Research: budgets, the engineers' market, exploitation of problems and exploration of the next generation."""

from agents.compiled import rule
from agents.elementary import exp, mean, total
from agents.innovator import (
    ceiling_of,
    discovery_chance,
    displaced,
    exploration_share,
    half_saturated,
    imitated,
    improved,
    research_budget,
    research_effort,
    solutions_mean,
    switches,
    visible_level,
)
from agents.user import old_quality_gain
from model.ledger import ENGINEERS, USERS, Purpose, transfer
from model.markets import supply, wage
from model.randomness import Purpose as Luck
from model.randomness import fine_uniform, normal, poisson_given, words, words_in_loop
from model.state import LAST_GENERATION

_RESEARCH, _ENGINEERING = int(Purpose.RESEARCH), int(Purpose.ENGINEERING)
_SOLUTIONS, _STEPS, _DISCOVERY = int(Luck.SOLUTIONS), int(Luck.STEPS), int(Luck.DISCOVERY)


@rule
def plan_research(p, s):
    """Own R&D that each firm would do without public money."""
    innovators, cash = s.innovators, s.ledger.cash
    for i in range(p.slots):
        innovators.plan_research[i] = 0.0
        if innovators.alive[i]:
            innovators.plan_research[i] = research_budget(
                p.research_intensity, innovators.revenue[i], p.burn, cash[i], p.seed_cash
            )


@rule
def hire_engineers(t, p, s):
    """R&D budgets and users' own engineering bid for engineers; one wage clears the market."""
    innovators, users, support, market = s.innovators, s.users, s.support, s.market[0]
    money = 0.0
    for i in range(p.slots):
        innovators.own_research[i] = displaced(innovators.plan_research[i], p.displacement, support.research[i])
        innovators.public_research[i] = support.research[i]
        money += innovators.own_research[i] + innovators.public_research[i]
    engineering = users_engineering(p, users)
    money += engineering
    market.wage = wage(money, market.initial_wage, market.initial_supply, p.supply_elasticity)
    market.hours = supply(market.wage, market.initial_wage, market.initial_supply, p.supply_elasticity)
    if money <= 0.0:
        market.wage, market.hours = market.initial_wage, 0.0
    for i in range(p.slots):
        spent = innovators.own_research[i] + innovators.public_research[i]
        innovators.hours[i] = spent / market.wage
        innovators.absorption[i] = half_saturated(innovators.hours[i], p.absorption_half)
        if spent > 0.0:
            transfer(t, s.ledger, i, ENGINEERS, _RESEARCH, spent)
    transfer(t, s.ledger, USERS, ENGINEERS, _ENGINEERING, engineering)


@rule
def users_engineering(p, users):
    """Money that users of the old technology spend on own engineers, out of the last quarter's output."""
    output, provider, produced = users.output, users.provider, 0.0
    for u in range(provider.shape[0]):
        produced += output[u] if provider[u] < 0 else 0.0
    return p.users_engineering * produced


@rule
def improve_old_technology(p, s):
    """The sailing-ship effect, where the old technology is in use."""
    users, current_wage = s.users, s.market[0].wage
    for u in range(users.provider.shape[0]):
        hours_per_size = p.users_engineering * users.output[u] / (current_wage * users.size[u])
        gain = old_quality_gain(p.sailing_ship, hours_per_size, users.old_quality[u])
        users.old_quality[u] += gain if users.provider[u] < 0 else 0.0


@rule
def do_research(t, p, seed, s):
    """Every living firm explores and exploits with its hours, then perhaps takes up its prototype."""
    cells = s.scratch.cells
    living = list_cells(p, s.innovators.alive, cells)
    _share_beyond_generation(p, s.innovators, s.scratch.generations)
    for k in range(living):
        _explore(t, p, seed, s, cells.firm[k], s.scratch.generations)
    _expect_solutions(p, s, living)
    _draw_solutions(t, seed, cells, living * p.domains)
    for k in range(living):
        _solve_problems(t, p, seed, s, k, cells.firm[k])
        _take_up_prototype(p, s, cells.firm[k], s.scratch.generations)
    s.market[0].frontier = 0.0
    for k in range(living):
        s.market[0].frontier = max(s.market[0].frontier, float(s.innovators.generation[cells.firm[k]]))


@rule
def list_cells(p, alive, cells):
    """Lay out (living firm, domain) pairs one after the other, for long loops; returns the number of firms."""
    living = 0
    for i in range(alive.shape[0]):
        if alive[i]:
            cells.firm[living] = i
            for c in range(p.domains):
                cells.agent[living * p.domains + c] = i
                cells.domain[living * p.domains + c] = c
            living += 1
    return living


@rule
def _share_beyond_generation(p, innovators, share):
    """share[g] = share of living firms whose product is of a later generation than g."""
    share[:] = 0.0
    living = 0
    for i in range(p.slots):
        if innovators.alive[i]:
            living += 1
            share[min(innovators.generation[i], LAST_GENERATION)] += 1.0
    beyond = 0.0
    for g in range(LAST_GENERATION, -1, -1):
        here = share[g]
        share[g] = beyond / max(living, 1)
        beyond += here


@rule
def _explore(t, p, seed, s, i, beyond):
    """Hours spent on exploration; the next generation may be found. No exploration while a prototype waits."""
    innovators, tally = s.innovators, s.tallies[t]
    hours, exploring = innovators.hours[i], 0.0
    tally.research_hours += hours
    if not innovators.prototype[i]:
        belief, backlog = innovators.belief[i], innovators.backlog[i]
        counts, pressure = total(belief), 0.0
        for c in range(belief.shape[0]):
            pressure += belief[c] / counts * half_saturated(backlog[c], p.backlog_half)
        generation = min(innovators.generation[i], LAST_GENERATION)
        earmarked = s.support.explore[i] / s.market[0].wage
        share = exploration_share(p.explore_max, pressure, _saturation(p, innovators, i))
        exploring = earmarked + share * (hours - earmarked)
        w0, w1, _, _ = words(seed, _DISCOVERY, t, i, 0)
        chance = discovery_chance(
            p.discovery, p.discovery_decay, generation, exploring, p.discovery_shown, beyond[generation]
        )
        if fine_uniform(w0, w1) < chance:
            innovators.prototype[i] = True
            innovators.progress[i] = t
        tally.exploration_hours += exploring
        tally.exploration_money += exploring * s.market[0].wage
    innovators.effort[i] = research_effort(max(hours - exploring, 1e-300), p.engineers, p.concentration)


@rule
def _saturation(p, innovators, i):
    """Mean capability over the ceiling of the firm's generation."""
    return mean(innovators.capability[i]) / ceiling_of(p.ceiling, p.ceiling_growth, innovators.generation[i])


@rule
def _expect_solutions(p, s, living):
    """Directions of R&D, and the mean number of solutions per firm and domain into `cells.one`.

    A direction is belief and, for the part of the money tied to it, the government's plan.
    """
    innovators, plan, tied, expected = s.innovators, s.government.plan, s.support.tied, s.scratch.cells.one
    rate, own_problems, half = p.solution_rate, p.own_problems, p.backlog_half
    for k in range(living):
        i = s.scratch.cells.firm[k]
        belief, backlog, direction = innovators.belief[i], innovators.backlog[i], innovators.direction[i]
        effort, counts = innovators.effort[i], total(belief)
        money = innovators.own_research[i] + innovators.public_research[i]
        planned = tied[i] / money if money > 0.0 else 0.0
        for c in range(belief.shape[0]):
            share = (1.0 - planned) * (belief[c] / counts) + planned * plan[c]
            direction[c] = share
            pressure = half_saturated(backlog[c], half)
            expected[k * belief.shape[0] + c] = solutions_mean(rate, effort, share, own_problems, pressure)


@rule
def _draw_solutions(t, seed, cells, count):
    """The luck of every firm and domain into `cells.three`, and the probability of no solution into `cells.two`."""
    agent, domain, expected, none, luck = cells.agent, cells.domain, cells.one, cells.two, cells.three
    for m in range(count):
        w0, w1, _, _ = words_in_loop(seed, _SOLUTIONS, t, agent[m], domain[m])
        luck[m] = fine_uniform(w0, w1)
    for m in range(count):
        none[m] = exp(-expected[m])


@rule
def _solve_problems(t, p, seed, s, k, i):
    """Solutions are Poisson per domain; each improves capability and closes an open problem if there is one."""
    innovators, cells, domains = s.innovators, s.scratch.cells, p.domains
    backlog, supplier, capability = innovators.backlog[i], innovators.supplier[i], innovators.capability[i]
    expected, none, luck, at_suppliers = cells.one, cells.two, cells.three, s.suppliers.solved
    ceiling = ceiling_of(p.ceiling, p.ceiling_growth, innovators.generation[i])
    count, gain = 0, 0.0
    for c in range(domains):
        m = k * domains + c
        solved = poisson_given(expected[m], none[m], luck[m])
        before = capability[c]
        for n in range(solved):
            w0, w1, _, _ = words(seed, _STEPS, t, i, c * 65536 + n)
            capability[c] = improved(capability[c], p.solution_step, normal(fine_uniform(w0, w1)), ceiling)
        gain += capability[c] - before
        backlog[c] = max(0.0, backlog[c] - solved)
        at_suppliers[supplier[c]] += solved
        count += solved
    innovators.solved[i] = count
    s.tallies[t].lab_solutions += count
    s.tallies[t].gains += gain


@rule
def _take_up_prototype(p, s, i, beyond):
    """Switch to the next generation: part of capability carries over, and old reports count no more."""
    innovators = s.innovators
    shown = beyond[min(innovators.generation[i], LAST_GENERATION)]
    sold = innovators.units[i] > 0.0
    if switches(innovators.prototype[i], _saturation(p, innovators, i), p.switch_saturation, sold, shown):
        innovators.prototype[i] = False
        innovators.generation[i] += 1
        innovators.heard[i] = 0.0
        for c in range(p.domains):
            innovators.capability[i, c] *= p.carried


@rule
def imitate(p, s):
    """Capability moves towards the best visible rival, domain by domain, all firms reading the same state."""
    innovators, seen = s.innovators, s.scratch.firm_domain
    alive, capability, absorption = innovators.alive, innovators.capability, innovators.absorption
    best, second, leader = s.scratch.domain, s.scratch.second, s.scratch.leader
    speed, disclosure = p.imitation * (1.0 - p.ip_protection), p.disclosure
    best[:] = 0.0
    second[:] = 0.0
    leader[:] = -1
    for i in range(alive.shape[0]):
        if alive[i]:
            served = innovators.units[i] / (1000.0 * p.market_size)
            for c in range(best.shape[0]):
                seen[i, c] = visible_level(capability[i, c], disclosure, served)
                if seen[i, c] > best[c]:
                    best[c], second[c], leader[c] = seen[i, c], best[c], i
                elif seen[i, c] > second[c]:
                    second[c] = seen[i, c]
    for i in range(alive.shape[0]):
        if alive[i]:
            ceiling = ceiling_of(p.ceiling, p.ceiling_growth, innovators.generation[i])
            for c in range(best.shape[0]):
                rival = second[c] if leader[c] == i else best[c]
                capability[i, c] = imitated(capability[i, c], speed, absorption[i], rival, ceiling)
