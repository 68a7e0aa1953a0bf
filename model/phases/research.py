"""Research: exploitation of problems and exploration of the next generation."""

import numpy as np

from agents.innovator import (
    VISIBLE_HALF,
    Innovators,
    discovery_chance,
    exploration_share,
    gain_class,
    half_saturated,
    improved,
    occupied,
    research_effort,
    solution_size,
    solutions_mean,
    switches,
)
from agents.kernel.arithmetic import exp, row_means, row_sums
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Integer, Integers, Key
from model.randomness import Stream, fine_uniform, normal, normals, poisson_given, words, words_in_loop
from model.records import ParameterRecord
from model.state.state import LAST_GENERATION, State
from model.state.workspace import PhaseWorkspace

_SOLUTIONS, _STEPS, _DISCOVERY = int(Stream.SOLUTIONS), int(Stream.STEPS), int(Stream.DISCOVERY)
_SOLUTIONS_APART = 65536  # slots of random draws between the solutions of one domain and of the next


@phase
def do_research(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Let every living firm explore and exploit with its hours, then perhaps take up its prototype."""
    innovators = s.innovators
    slots = occupied(innovators.alive)
    sold, latest = see_generations(innovators, slots, s.phase_workspace.generation_units, s.phase_workspace.ahead)
    _divide_hours(p, s, slots, sold)
    _explore(t, p, seed, s, slots)
    _expect_solutions(p, s, slots)
    solving = _draw_solutions(t, p, seed, s, slots)
    _solve_problems(t, p, seed, s, solving)
    _take_up_prototypes(p, s, slots, latest)


@phase
def see_generations(innovators: Innovators, slots: int, beyond: Floats, ahead: Floats) -> tuple[float, int]:
    """Return units sold by living firms, and their latest generation.

    Sets beyond[g] = units of generations later than g, and ahead[i] = units of generations later than firm i's.
    """
    alive, generation, units = innovators.alive, innovators.generation, innovators.units
    beyond[:] = 0.0
    latest = 0
    for i in range(slots):
        if alive[i]:
            g = min(generation[i], LAST_GENERATION)
            beyond[g] += units[i]
            latest = max(latest, generation[i])
    sold = 0.0
    for g in range(LAST_GENERATION, -1, -1):
        here = beyond[g]
        beyond[g] = sold
        sold += here
    for i in range(slots):
        ahead[i] = beyond[min(generation[i], LAST_GENERATION)]
    return sold, latest


@phase
def _divide_hours(p: ParameterRecord, s: State, slots: int, sold: float) -> None:
    """Set hours of exploration, none while a prototype waits, and effort on the rest. `sold` are all units.

    The pressure of open problems per domain stays in `pressing`.
    """
    innovators, workspace = s.innovators, s.phase_workspace
    exploring, pressure, saturation = innovators.exploring, workspace.pressure, workspace.saturation
    pressing, counts = workspace.pressing, workspace.belief_total
    alive, prototype, hours, earmark = innovators.alive, innovators.prototype, innovators.hours, s.support.explore
    effort, wage_now, largest = innovators.effort, s.market[0].wage, p.explore_max
    engineers, concentration, own_problems, ahead = p.engineers, p.concentration, p.own_problems, workspace.ahead
    _press(p.backlog_half, innovators.belief, innovators.backlog, slots, counts, pressing, pressure)
    _saturate(innovators, s.ceiling, slots, saturation)
    for i in range(slots):
        earmarked = min(earmark[i] / wage_now, hours[i])
        behind = ahead[i] / sold if sold > 0.0 else 0.0
        share = exploration_share(largest, own_problems, pressure[i], saturation[i], behind)
        exploring[i] = 0.0 if prototype[i] else earmarked + share * (hours[i] - earmarked)
    exploring[slots:] = 0.0
    for i in range(slots):
        exploiting = research_effort(max(hours[i] - exploring[i], 1e-300), engineers, concentration)
        effort[i] = exploiting if alive[i] else effort[i]


@phase
def _press(
    half: float, belief: Floats, backlog: Floats, slots: int, counts: Floats, pressing: Floats, pressure: Floats
) -> None:
    """Set sum_c share_c * B_c / (B_c + B_half) per firm by shares of belief. The fractions stay in `pressing`."""
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
    """Set mean capability over the ceiling of the firm's generation."""
    generation = innovators.generation
    row_means(innovators.capability, slots, saturation)
    for i in range(slots):
        saturation[i] /= ceiling[min(generation[i], LAST_GENERATION)]


@phase
def _explore(t: int, p: ParameterRecord, seed: Key, s: State, slots: int) -> None:
    """Let those that explore find the next generation, with some probability. What is in use can be followed."""
    innovators, tally, workspace, lost = s.innovators, s.tallies[t], s.phase_workspace, s.support.lost
    exploring, chance, searching, luck = (
        innovators.exploring, workspace.chance, workspace.searching, workspace.discovery_draw
    )  # fmt: skip
    alive, foreign, hours, generation = innovators.alive, innovators.foreign, innovators.hours, innovators.generation
    prototype, progress, science = innovators.prototype, innovators.progress, s.stocks.level[0].science
    discovery, decay, follow, ahead = p.discovery, p.discovery_decay, p.follow, workspace.ahead
    engineers, concentration, everyone = p.engineers, p.concentration, 1000.0 * p.market_size
    for i in range(slots):
        searching[i] = research_effort(max(exploring[i], 1e-300), engineers, concentration)
        chance[i] = min(generation[i], LAST_GENERATION)
    for i in range(slots):
        seen = half_saturated(ahead[i] / everyone, VISIBLE_HALF)
        chance[i] = discovery_chance(discovery, decay, chance[i], searching[i], science, follow, seen)
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
    """Set directions of R&D, and the mean number of solutions per firm and domain into `expected`.

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

    One block of draws per pair: how many solutions, and how large the first. As exp(-mean) >= 1 - mean, a pair whose
    draw is not above that has none. Returns the number of pairs.
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
    """Draw Poisson counts, of which up to two, the most frequent, are found for all pairs side by side."""
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
    """Apply solutions. Each improves capability and closes an open problem if there is one."""
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
def _take_up_prototypes(p: ParameterRecord, s: State, slots: int, latest: int) -> None:
    """Switch to the next generation. Part of capability carries over, and old reports count no more."""
    innovators, saturation, frontier = s.innovators, s.phase_workspace.saturation, 0
    alive, prototype = innovators.alive, innovators.prototype
    generation, units = innovators.generation, innovators.units
    capability, heard = innovators.capability, innovators.heard
    _saturate(innovators, s.ceiling, slots, saturation)
    for i in range(slots):
        if not alive[i]:
            continue
        if prototype[i] and switches(saturation[i], p.switch_saturation, units[i] > 0.0, latest > generation[i]):
            prototype[i] = False
            generation[i] += 1
            for j in range(p.industries):
                heard[i, j] = 0.0
            for c in range(p.domains):
                capability[i, c] *= p.carried
        frontier = max(frontier, generation[i])
    s.market[0].frontier = frontier
