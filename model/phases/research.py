"""Research: budgets, the engineers' market, exploitation of problems and exploration of the next generation."""

import numpy as np

from agents.innovator import (
    Innovators,
    discovery_chance,
    displaced,
    exploration_share,
    gain_class,
    half_saturated,
    improved,
    occupied,
    research_budget,
    research_effort,
    solution_size,
    solutions_mean,
    switches,
)
from agents.kernel.arithmetic import exp, row_means, row_sums, total, total_where
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Integer, Integers, Key
from agents.user import Users, old_quality_gain
from model.markets import supply, wage
from model.randomness import Stream, fine_uniform, normal, normals, poisson_given, words, words_in_loop
from model.records import ParameterRecord
from model.state.ledger import ENGINEERS, OUTSIDE, USERS, Entry, firms_pay, transfer
from model.state.state import LAST_GENERATION, State
from model.state.workspace import PhaseWorkspace

_RESEARCH, _ENGINEERING, _ABROAD = int(Entry.RESEARCH), int(Entry.ENGINEERING), int(Entry.ABROAD)
_SOLUTIONS, _STEPS, _DISCOVERY = int(Stream.SOLUTIONS), int(Stream.STEPS), int(Stream.DISCOVERY)
_SOLUTIONS_APART = 65536  # slots of luck between the solutions of one domain and of the next


@phase
def plan_research(p: ParameterRecord, s: State) -> None:
    """Own R&D that each firm would do without public money."""
    innovators, cash = s.innovators, s.ledger.cash
    alive, revenue = innovators.alive, innovators.revenue
    abroad, endowment = innovators.income_abroad, innovators.endowment
    plan, intensity, burn = innovators.plan_research, p.research_intensity, p.burn
    for i in range(plan.shape[0]):
        wanted = research_budget(intensity, revenue[i] + abroad[i], burn, cash[i], endowment[i])
        plan[i] = wanted if alive[i] else 0.0


@phase
def hire_engineers(t: int, p: ParameterRecord, s: State) -> None:
    """R&D budgets, public laboratories and users' own engineering bid for engineers; one wage clears the market.

    Foreign firms hire abroad, at w_0.
    """
    innovators, support, market, ledger = s.innovators, s.support, s.market[0], s.ledger
    at_home, abroad = s.phase_workspace.research_at_home, s.phase_workspace.research_abroad
    _set_budgets(p.displacement, innovators, support.research, at_home, abroad)
    engineering = users_engineering(p, s.users)
    public = support.flow[0].common + support.flow[0].science + total(support.upstream)
    money = total(at_home) + engineering + public
    supplied = market.initial_supply + s.stocks.level[0].engineers
    market.wage = wage(money, market.initial_wage, supplied, p.supply_elasticity)
    market.hours = supply(market.wage, market.initial_wage, supplied, p.supply_elasticity)
    if money <= 0.0:
        market.wage, market.hours = market.initial_wage, 0.0
    _count_hours(p.absorption_half, innovators, support.lost, market.wage, market.initial_wage)
    firms_pay(t, ledger, OUTSIDE, _ABROAD, abroad)
    firms_pay(t, ledger, ENGINEERS, _RESEARCH, at_home)
    transfer(t, ledger, USERS, ENGINEERS, _ENGINEERING, engineering)


@phase
def _set_budgets(displacement: float, innovators: Innovators, grant: Floats, at_home: Floats, abroad: Floats) -> None:
    """Own and public R&D money of every slot, and where it is spent."""
    plan, own = innovators.plan_research, innovators.own_research
    public, foreign = innovators.public_research, innovators.foreign
    for i in range(plan.shape[0]):
        own[i] = displaced(plan[i], displacement, grant[i])
        public[i] = grant[i]
    for i in range(plan.shape[0]):
        spent = own[i] + public[i]
        at_home[i] = 0.0 if foreign[i] else spent
        abroad[i] = spent if foreign[i] else 0.0


@phase
def _count_hours(half: float, innovators: Innovators, lost: Floats, wage_at_home: float, wage_abroad: float) -> None:
    """Engineer hours at the wage paid, and what they let a firm take in."""
    own, public, foreign = innovators.own_research, innovators.public_research, innovators.foreign
    hours, absorption = innovators.hours, innovators.absorption
    for i in range(hours.shape[0]):
        hours[i] = (own[i] + public[i] - lost[i]) / (wage_abroad if foreign[i] else wage_at_home)
    for i in range(hours.shape[0]):
        absorption[i] = half_saturated(hours[i], half)


@phase
def users_engineering(p: ParameterRecord, users: Users) -> float:
    """Money that users of the old technology spend on own engineers, out of the last quarter's output."""
    return p.users_engineering * total_where(users.output, users.provider)


@phase
def improve_old_technology(p: ParameterRecord, s: State) -> None:
    """The sailing-ship effect, where the old technology is in use."""
    users, current_wage = s.users, s.market[0].wage
    provider, output, size, quality = users.provider, users.output, users.size, users.old_quality
    share, effect = p.users_engineering, p.sailing_ship
    for u in range(provider.shape[0]):
        hours_per_size = share * output[u] / (current_wage * size[u])
        gain = old_quality_gain(effect, hours_per_size, quality[u])
        quality[u] += gain if provider[u] < 0 else 0.0


@phase
def do_research(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Every living firm explores and exploits with its hours, then perhaps takes up its prototype."""
    innovators, beyond = s.innovators, s.phase_workspace.generations
    slots = occupied(innovators.alive)
    share_beyond_generation(innovators, slots, beyond)
    _divide_hours(p, s, slots)
    _explore(t, p, seed, s, slots, beyond)
    _expect_solutions(p, s, slots)
    solving = _draw_solutions(t, p, seed, s, slots)
    _solve_problems(t, p, seed, s, solving)
    _take_up_prototypes(p, s, slots, beyond)


@phase
def share_beyond_generation(innovators: Innovators, slots: int, share: Floats) -> None:
    """share[g] = share of living firms whose product is of a later generation than g."""
    alive, generation = innovators.alive, innovators.generation
    share[:] = 0.0
    living = 0
    for i in range(slots):
        if alive[i]:
            living += 1
            share[min(generation[i], LAST_GENERATION)] += 1.0
    beyond = 0.0
    for g in range(LAST_GENERATION, -1, -1):
        here = share[g]
        share[g] = beyond / max(living, 1)
        beyond += here


@phase
def _divide_hours(p: ParameterRecord, s: State, slots: int) -> None:
    """Set hours of exploration, none while a prototype waits, and effort on the rest.

    Hours of exploration and the pressure of open problems per domain stay in `exploring` and `pressing`.
    """
    innovators, workspace = s.innovators, s.phase_workspace
    exploring, pressure, saturation = workspace.exploring, workspace.pressure, workspace.saturation
    pressing, counts = workspace.pressing, workspace.belief_total
    alive, prototype, hours, earmark = innovators.alive, innovators.prototype, innovators.hours, s.support.explore
    effort, wage_now, largest = innovators.effort, s.market[0].wage, p.explore_max
    engineers, concentration = p.engineers, p.concentration
    _press(p.backlog_half, innovators.belief, innovators.backlog, slots, counts, pressing, pressure)
    _saturate(innovators, s.ceiling, slots, saturation)
    for i in range(slots):
        earmarked = min(earmark[i] / wage_now, hours[i])
        share = exploration_share(largest, pressure[i], saturation[i])
        exploring[i] = 0.0 if prototype[i] else earmarked + share * (hours[i] - earmarked)
    for i in range(slots):
        exploiting = research_effort(max(hours[i] - exploring[i], 1e-300), engineers, concentration)
        effort[i] = exploiting if alive[i] else effort[i]


@phase
def _press(
    half: float, belief: Floats, backlog: Floats, slots: int, counts: Floats, pressing: Floats, pressure: Floats
) -> None:
    """sum_c share_c * B_c / (B_c + B_half) per firm, shares being those of its belief; the fractions in `pressing`."""
    counts[:slots] = 0.0
    pressure[:slots] = 0.0
    for c in range(belief.shape[1]):
        for i in range(slots):
            pressing[i, c] = half_saturated(backlog[i, c], half)
            counts[i] += belief[i, c]
            pressure[i] += belief[i, c] * pressing[i, c]
    for i in range(slots):
        pressure[i] /= counts[i]


@phase
def _saturate(innovators: Innovators, ceiling: Floats, slots: int, saturation: Floats) -> None:
    """Mean capability over the ceiling of the firm's generation."""
    generation = innovators.generation
    row_means(innovators.capability, slots, saturation)
    for i in range(slots):
        saturation[i] /= ceiling[min(generation[i], LAST_GENERATION)]


@phase
def _explore(t: int, p: ParameterRecord, seed: Key, s: State, slots: int, beyond: Floats) -> None:
    """The next generation may be found by those that explore."""
    innovators, tally, workspace, lost = s.innovators, s.tallies[t], s.phase_workspace, s.support.lost
    exploring, chance, shown, luck = workspace.exploring, workspace.chance, workspace.shown, workspace.discovery_draw
    alive, foreign, hours, generation = innovators.alive, innovators.foreign, innovators.hours, innovators.generation
    prototype, progress, science = innovators.prototype, innovators.progress, s.stocks.level[0].science
    discovery, decay, effect = p.discovery, p.discovery_decay, p.discovery_shown
    for i in range(slots):
        g = min(generation[i], LAST_GENERATION)
        shown[i], chance[i] = beyond[g], g
    for i in range(slots):
        chance[i] = discovery_chance(discovery, decay, chance[i], exploring[i], science, effect, shown[i])
    for i in range(slots):
        w0, w1, _, _ = words_in_loop(seed, _DISCOVERY, t, i, 0)
        luck[i] = fine_uniform(w0, w1)
    all_hours, exploration_hours, wage_now = 0.0, 0.0, s.market[0].wage
    for i in range(slots):
        if alive[i]:
            all_hours += 0.0 if foreign[i] else hours[i] + lost[i] / wage_now
            exploration_hours += 0.0 if foreign[i] else exploring[i]
            if luck[i] < chance[i]:
                prototype[i] = True
                progress[i] = t
    tally.research_hours, tally.exploration_hours = all_hours, exploration_hours
    tally.exploration_money = exploration_hours * wage_now


@phase
def _expect_solutions(p: ParameterRecord, s: State, slots: int) -> None:
    """Directions of R&D, and the mean number of solutions per firm and domain into `expected`.

    A direction is belief, drawn towards a roadmap if there is one, and for the money tied to it the government's plan.
    """
    innovators, workspace = s.innovators, s.phase_workspace
    expected, pressing, counts, planned = (
        workspace.expected, workspace.pressing, workspace.belief_total, workspace.planned
    )  # fmt: skip
    alive, belief, direction = innovators.alive, innovators.belief, innovators.direction
    effort, tied, own, public = innovators.effort, s.support.tied, innovators.own_research, innovators.public_research
    plan, roadmap, drawn = s.government.plan, s.government.roadmap, s.support.flow[0].roadmap
    rate, own_problems = p.solution_rate, p.own_problems
    row_sums(belief, slots, counts)
    for i in range(slots):
        money = own[i] + public[i]
        planned[i] = tied[i] / money if money > 0.0 else 0.0
    for c in range(belief.shape[1]):
        shown, wanted = roadmap[c], plan[c]
        for i in range(slots):
            believed = (1.0 - drawn) * (belief[i, c] / counts[i]) + drawn * shown
            towards = (1.0 - planned[i]) * believed + planned[i] * wanted
            direction[i, c] = towards if alive[i] else direction[i, c]
        for i in range(slots):
            mean = solutions_mean(rate, effort[i], direction[i, c], own_problems, pressing[i, c])
            expected[i, c] = mean if alive[i] else 0.0


@phase
def _draw_solutions(t: int, p: ParameterRecord, seed: Key, s: State, slots: int) -> Integer:
    """Pick out the (firm, domain) pairs that may have a solution: how many, and how large the first two are.

    One block of luck per pair: how many solutions, and how large the first. As exp(-mean) >= 1 - mean, a pair whose
    luck is not above that has none. Returns the number of pairs.
    """
    workspace, step = s.phase_workspace, p.solution_step
    expected, luck, size = workspace.expected, workspace.count_draw, workspace.size_draw
    solver, domain = workspace.solver, workspace.solved_domain
    solving = np.int64(0)  # a number known beforehand would be a version of its own
    for c in range(expected.shape[1]):
        for i in range(slots):
            w0, w1, w2, w3 = words_in_loop(seed, _SOLUTIONS, t, i, c)
            luck[i, c] = fine_uniform(w0, w1)
            size[i, c] = fine_uniform(w2, w3)
        for i in range(slots):
            solver[solving], domain[solving] = i, c
            solving += luck[i, c] > 1.0 - expected[i, c]
    mean, none, drawn, sized = workspace.pair_mean, workspace.pair_none, workspace.pair_draw, workspace.pair_size
    first = workspace.first_size
    for n in range(solving):
        i, c = solver[n], domain[n]
        mean[n], drawn[n], sized[n] = expected[i, c], luck[i, c], size[i, c]
    for n in range(solving):
        none[n] = exp(-mean[n])
    _count_solutions(mean, none, drawn, workspace.solutions, solving)
    normals(sized, first, solving)
    for n in range(solving):
        first[n] = solution_size(step, first[n])
    _draw_second(t, seed, step, workspace, solving)
    return solving


@phase
def _count_solutions(mean: Floats, none: Floats, luck: Floats, count: Integers, solving: Integer) -> None:
    """Poisson counts, of which up to two, the most frequent, are found for all pairs side by side."""
    for n in range(solving):
        one = none[n] * mean[n]
        two = one * (mean[n] / 2.0)
        more = (luck[n] > none[n] + one + two) | (mean[n] > 30.0)
        count[n] = -1 if more else int(luck[n] > none[n]) + int(luck[n] > none[n] + one)
    for n in range(solving):
        if count[n] < 0:
            count[n] = poisson_given(mean[n], none[n], luck[n])


@phase
def _draw_second(t: int, seed: Key, step: float, workspace: PhaseWorkspace, solving: Integer) -> None:
    """Draw sizes of the second solutions of those that have one."""
    solver, domain, count, repeated = workspace.solver, workspace.solved_domain, workspace.solutions, workspace.repeated
    luck, normal_step, second = workspace.second_draw, workspace.second_shock, workspace.second_size
    repeats = np.int64(0)
    for n in range(solving):
        repeated[repeats] = n
        repeats += count[n] > 1
    for k in range(repeats):
        n = repeated[k]
        w0, w1, _, _ = words_in_loop(seed, _STEPS, t, solver[n], domain[n] * _SOLUTIONS_APART + 1)
        luck[k] = fine_uniform(w0, w1)
    normals(luck, normal_step, repeats)
    for k in range(repeats):
        second[repeated[k]] = solution_size(step, normal_step[k])


@phase
def _solve_problems(t: int, p: ParameterRecord, seed: Key, s: State, solving: Integer) -> None:
    """Solutions are Poisson per domain; each improves capability and closes an open problem if there is one."""
    innovators, at_suppliers, supplier, ceilings = s.innovators, s.suppliers.solved, s.innovators.supplier, s.ceiling
    capability, backlog, total_solved = innovators.capability, innovators.backlog, innovators.solved
    generation, foreign, workspace, step = innovators.generation, innovators.foreign, s.phase_workspace, p.solution_step
    solver, domain, count = workspace.solver, workspace.solved_domain, workspace.solutions
    first, second = workspace.first_size, workspace.second_size
    number, gained = s.gains[0], s.gains[1]
    total_solved[:] = 0.0
    solutions, gains = 0.0, 0.0
    for n in range(solving):
        i, c, solved = solver[n], domain[n], count[n]
        if solved == 0:
            continue
        ceiling = ceilings[min(generation[i], LAST_GENERATION)]
        x = capability[i, c]
        for k in range(solved):
            size = first[n] if k == 0 else second[n]
            if k > 1:
                w0, w1, _, _ = words(seed, _STEPS, t, i, c * _SOLUTIONS_APART + k)
                size = solution_size(step, normal(fine_uniform(w0, w1)))
            better = improved(x, size, ceiling)
            if not foreign[i]:
                g = gain_class(better - x)
                number[g] += 1.0
                gained[g] += better - x
            x = better
        gains += 0.0 if foreign[i] else x - capability[i, c]
        solutions += solved
        capability[i, c] = x
        backlog[i, c] = max(0.0, backlog[i, c] - solved)
        total_solved[i] += solved
        at_suppliers[supplier[i, c]] += solved
    s.tallies[t].gains += gains
    s.tallies[t].lab_solutions += solutions


@phase
def _take_up_prototypes(p: ParameterRecord, s: State, slots: int, beyond: Floats) -> None:
    """Switch to the next generation: part of capability carries over, and old reports count no more."""
    innovators, saturation, frontier = s.innovators, s.phase_workspace.saturation, 0
    alive, prototype = innovators.alive, innovators.prototype
    generation, units = innovators.generation, innovators.units
    capability, heard = innovators.capability, innovators.heard
    _saturate(innovators, s.ceiling, slots, saturation)
    for i in range(slots):
        if not alive[i]:
            continue
        shown = beyond[min(generation[i], LAST_GENERATION)]
        if prototype[i] and switches(saturation[i], p.switch_saturation, units[i] > 0.0, shown):
            prototype[i] = False
            generation[i] += 1
            for j in range(p.industries):
                heard[i, j] = 0.0
            for c in range(p.domains):
                capability[i, c] *= p.carried
        frontier = max(frontier, generation[i])
    s.market[0].frontier = frontier
