"""Research: budgets, the engineers' market, exploitation of problems and exploration of the next generation."""

from agents.compiled import rule
from agents.elementary import exp, mean, total
from agents.innovator import (
    discovery_chance,
    displaced,
    exploration_share,
    half_saturated,
    improved,
    research_budget,
    research_effort,
    solution_size,
    solutions_mean,
    switches,
)
from agents.user import old_quality_gain
from model.ledger import ENGINEERS, OUTSIDE, USERS, Purpose, transfer
from model.markets import supply, wage
from model.randomness import Purpose as Luck
from model.randomness import fine_uniform, normal, poisson_given, words, words_in_loop
from model.state import LAST_GENERATION

_RESEARCH, _ENGINEERING, _ABROAD = int(Purpose.RESEARCH), int(Purpose.ENGINEERING), int(Purpose.ABROAD)
_SOLUTIONS, _STEPS, _DISCOVERY = int(Luck.SOLUTIONS), int(Luck.STEPS), int(Luck.DISCOVERY)


@rule
def plan_research(p, s):
    """Own R&D that each firm would do without public money."""
    innovators, cash = s.innovators, s.ledger.cash
    for i in range(p.slots):
        innovators.plan_research[i] = 0.0
        if innovators.alive[i]:
            income = innovators.revenue[i] + innovators.income_abroad[i]
            innovators.plan_research[i] = research_budget(
                p.research_intensity, income, p.burn, cash[i], innovators.endowment[i]
            )


@rule
def hire_engineers(t, p, s):
    """R&D budgets, public laboratories and users' own engineering bid for engineers; one wage clears the market.

    Foreign firms hire abroad, at w_0.
    """
    innovators, users, support, market = s.innovators, s.users, s.support, s.market[0]
    money = 0.0
    for i in range(p.slots):
        innovators.own_research[i] = displaced(innovators.plan_research[i], p.displacement, support.research[i])
        innovators.public_research[i] = support.research[i]
        money += 0.0 if innovators.foreign[i] else innovators.own_research[i] + innovators.public_research[i]
    engineering = users_engineering(p, users)
    money += engineering + support.flow[0].common + support.flow[0].science + total(support.upstream)
    supplied = market.initial_supply + s.stocks.level[0].engineers
    market.wage = wage(money, market.initial_wage, supplied, p.supply_elasticity)
    market.hours = supply(market.wage, market.initial_wage, supplied, p.supply_elasticity)
    if money <= 0.0:
        market.wage, market.hours = market.initial_wage, 0.0
    for i in range(p.slots):
        spent = innovators.own_research[i] + innovators.public_research[i]
        paid = market.initial_wage if innovators.foreign[i] else market.wage
        innovators.hours[i] = (spent - support.lost[i]) / paid
        innovators.absorption[i] = half_saturated(innovators.hours[i], p.absorption_half)
        if spent > 0.0 and innovators.foreign[i]:
            transfer(t, s.ledger, i, OUTSIDE, _ABROAD, spent)
        elif spent > 0.0:
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
    innovators, cells, beyond = s.innovators, s.scratch.cells, s.scratch.generations
    living = list_cells(p, innovators.alive, cells)
    _share_beyond_generation(p, innovators, beyond)
    _divide_hours(p, s, cells, living)
    _explore(t, p, seed, s, cells, living, beyond)
    _expect_solutions(p, s, living)
    solving = _draw_solutions(t, p, seed, cells, living * p.domains)
    _solve_problems(t, p, seed, s, cells, solving)
    firm, prototype, generation, frontier = cells.firm, innovators.prototype, innovators.generation, 0
    for k in range(living):
        if prototype[firm[k]]:
            _take_up_prototype(p, innovators, s.ceiling, firm[k], beyond)
        frontier = max(frontier, generation[firm[k]])
    s.market[0].frontier = frontier


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
def _divide_hours(p, s, cells, living):
    """Hours of exploration per living firm into `cells.one`; none while a prototype waits. Effort on the rest."""
    innovators, exploring, effort, capability = s.innovators, cells.one, cells.two, s.innovators.capability
    prototype, hours, earmark, firm = innovators.prototype, innovators.hours, s.support.explore, cells.firm
    belief, backlog, generation, ceiling = innovators.belief, innovators.backlog, innovators.generation, s.ceiling
    wage_now = s.market[0].wage
    for k in range(living):
        i = firm[k]
        exploring[k] = 0.0
        if not prototype[i]:
            pressure = _pressure(p.backlog_half, belief[i], backlog[i])
            share = exploration_share(p.explore_max, pressure, _saturation(capability[i], generation[i], ceiling))
            earmarked = min(earmark[i] / wage_now, hours[i])
            exploring[k] = earmarked + share * (hours[i] - earmarked)
        effort[k] = max(hours[i] - exploring[k], 1e-300)
    for k in range(living):
        effort[k] = research_effort(effort[k], p.engineers, p.concentration)
    for k in range(living):
        innovators.effort[firm[k]] = effort[k]


@rule
def _explore(t, p, seed, s, cells, living, beyond):
    """The next generation may be found by those that explore."""
    innovators, tally, foreign, hours = s.innovators, s.tallies[t], s.innovators.foreign, s.innovators.hours
    exploring, chance, generation, shown = cells.one, cells.two, cells.three, cells.four
    firm, of, science = cells.firm, innovators.generation, s.stocks.level[0].science
    for k in range(living):
        g = min(of[firm[k]], LAST_GENERATION)
        generation[k], shown[k] = g, beyond[g]
    for k in range(living):
        chance[k] = discovery_chance(
            p.discovery, p.discovery_decay, generation[k], exploring[k], science, p.discovery_shown, shown[k]
        )
    all_hours, exploration_hours = 0.0, 0.0
    for k in range(living):
        i = firm[k]
        if not foreign[i]:
            all_hours += hours[i]
            exploration_hours += exploring[k]
        if chance[k] > 0.0:
            w0, w1, _, _ = words(seed, _DISCOVERY, t, i, 0)
            if fine_uniform(w0, w1) < chance[k]:
                innovators.prototype[i] = True
                innovators.progress[i] = t
    tally.research_hours, tally.exploration_hours = all_hours, exploration_hours
    tally.exploration_money = exploration_hours * s.market[0].wage


@rule
def _pressure(half, belief, backlog):
    """sum_c share_c * B_c / (B_c + B_half), shares being those of the firm's belief."""
    counts, weighted = 0.0, 0.0
    for c in range(belief.shape[0]):
        counts += belief[c]
        weighted += belief[c] * half_saturated(backlog[c], half)
    return weighted / counts


@rule
def _saturation(capability, generation, ceiling):
    """Mean capability over the ceiling of the firm's generation."""
    return mean(capability) / ceiling[min(generation, LAST_GENERATION)]


@rule
def _expect_solutions(p, s, living):
    """Directions of R&D, and the mean number of solutions per firm and domain into `cells.one`.

    A direction is belief, drawn towards a roadmap if there is one, and for the money tied to it the government's plan.
    """
    innovators, plan, tied, expected = s.innovators, s.government.plan, s.support.tied, s.scratch.cells.one
    roadmap, drawn = s.government.roadmap, s.support.flow[0].roadmap
    rate, own_problems, half = p.solution_rate, p.own_problems, p.backlog_half
    for k in range(living):
        i = s.scratch.cells.firm[k]
        belief, backlog, direction = innovators.belief[i], innovators.backlog[i], innovators.direction[i]
        effort, counts = innovators.effort[i], total(belief)
        money = innovators.own_research[i] + innovators.public_research[i]
        planned = tied[i] / money if money > 0.0 else 0.0
        cells = expected[k * belief.shape[0] : (k + 1) * belief.shape[0]]
        for c in range(belief.shape[0]):
            believed = (1.0 - drawn) * (belief[c] / counts) + drawn * roadmap[c]
            direction[c] = (1.0 - planned) * believed + planned * plan[c]
            pressure = half_saturated(backlog[c], half)
            cells[c] = solutions_mean(rate, effort, direction[c], own_problems, pressure)


@rule
def _draw_solutions(t, p, seed, cells, count):
    """Pick out the (firm, domain) pairs with a solution into `cells.found`, with the size of the first in `cells.four`.

    One block of luck per pair: how many solutions (kept in `cells.three`; the probability of none in `cells.two`),
    and how large the first.
    """
    agent, domain, expected, none = cells.agent, cells.domain, cells.one, cells.two
    luck, size, found = cells.three, cells.four, cells.found
    for m in range(count):
        w0, w1, w2, w3 = words_in_loop(seed, _SOLUTIONS, t, agent[m], domain[m])
        luck[m] = fine_uniform(w0, w1)
        size[m] = fine_uniform(w2, w3)
    for m in range(count):
        none[m] = exp(-expected[m])
    solving = 0
    for m in range(count):
        found[solving] = m
        size[solving] = size[m]
        solving += luck[m] > none[m]
    for n in range(solving):
        size[n] = normal(size[n])
    for n in range(solving):
        size[n] = solution_size(p.solution_step, size[n])
    return solving


@rule
def _solve_problems(t, p, seed, s, cells, solving):
    """Solutions are Poisson per domain; each improves capability and closes an open problem if there is one."""
    innovators, at_suppliers, supplier, ceilings = s.innovators, s.suppliers.solved, s.innovators.supplier, s.ceiling
    capability, backlog, total_solved = innovators.capability, innovators.backlog, innovators.solved
    generation, foreign, found, agent, domain = (
        innovators.generation, innovators.foreign, cells.found, cells.agent, cells.domain
    )  # fmt: skip
    expected, none, luck, size = cells.one, cells.two, cells.three, cells.four
    total_solved[:] = 0.0
    solutions, gains = 0.0, 0.0
    for n in range(solving):
        m = found[n]
        i, c = agent[m], domain[m]
        solved = poisson_given(expected[m], none[m], luck[m])
        if solved == 0:
            continue
        ceiling = ceilings[min(generation[i], LAST_GENERATION)]
        x = improved(capability[i, c], size[n], ceiling)
        for k in range(1, solved):
            w0, w1, _, _ = words(seed, _STEPS, t, i, c * 65536 + k)
            x = improved(x, solution_size(p.solution_step, normal(fine_uniform(w0, w1))), ceiling)
        gains += 0.0 if foreign[i] else x - capability[i, c]
        solutions += solved
        capability[i, c] = x
        backlog[i, c] = max(0.0, backlog[i, c] - solved)
        total_solved[i] += solved
        at_suppliers[supplier[i, c]] += solved
    s.tallies[t].gains += gains
    s.tallies[t].lab_solutions += solutions


@rule
def _take_up_prototype(p, innovators, ceiling, i, beyond):
    """Switch to the next generation: part of capability carries over, and old reports count no more."""
    capability, generation = innovators.capability, innovators.generation
    shown, sold = beyond[min(generation[i], LAST_GENERATION)], innovators.units[i] > 0.0
    if switches(_saturation(capability[i], generation[i], ceiling), p.switch_saturation, sold, shown):
        innovators.prototype[i] = False
        generation[i] += 1
        innovators.heard[i] = 0.0
        for c in range(p.domains):
            capability[i, c] *= p.carried
