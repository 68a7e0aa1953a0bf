"""Reports: users meet problems, and those that reach an innovator steer it, fill its backlog or bring a solution."""

from agents.innovator import Innovators, half_saturated, improved, occupied, solution_size
from agents.kernel.arithmetic import clear, list_rare
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Integers, Key, Row
from agents.user import Users
from model.randomness import Stream, fine_uniform, normal, uniform, words, words_in_loop
from model.records import ParameterRecord
from model.state.state import BLOCK, LAST_GENERATION, State, ThreadWorkspace

_REPORT, _USER_SOLUTION = int(Stream.REPORT), int(Stream.USER_SOLUTION)
_TRACE = 1e-200  # least count of a belief, so that a forgotten one becomes even and not undefined


@phase
def report_problems(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Users meet problems; what reaches the innovator steers its belief, fills its backlog, and may bring a solution.

    All users read the state that the step found: reports and solutions are added up and applied at the end.
    """
    innovators, slots, count = s.innovators, occupied(s.innovators.alive), s.users.provider.shape[0]
    heard, gains = s.scratch.firm_industry, s.scratch.one
    clear(heard)
    clear(gains)
    _forget(p.belief_memory, innovators, s.government.reported, slots)
    solutions = 0
    for start in range(0, count, BLOCK):
        reporting = _list_reporting(s.users, s.desk, start, min(start + BLOCK, count))
        _draw_report_luck(t, seed, s.desk.listed, s.desk.luck, reporting)
        solutions += _send_reports(t, p, seed, s, heard, gains, reporting)
    _remember_heard(p.novelty_decay, innovators, heard, slots)
    if solutions > 0:
        _take_in(innovators, s.ceiling, s.tallies[t], gains, slots)


@phase
def _forget(memory: float, innovators: Innovators, reported: Floats, slots: int) -> None:
    """Beliefs of living firms fade, and what government remembers of all reports."""
    alive, belief = innovators.alive, innovators.belief
    for c in range(belief.shape[1]):
        reported[c] *= memory
        for i in range(slots):
            belief[i, c] = max(belief[i, c] * memory, _TRACE) if alive[i] else belief[i, c]


@phase
def _list_reporting(users: Users, desk: ThreadWorkspace, start: int, stop: int) -> int:
    """Users of the block that meet a problem this quarter."""
    has_problem, provider, reports = users.has_problem[start:stop], users.provider[start:stop], desk.marked
    for k in range(stop - start):
        reports[k] = has_problem[k] & (provider[k] >= 0)
    return list_rare(reports[: stop - start], start, desk.listed)


@phase
def _draw_report_luck(t: int, seed: Key, listed: Integers, luck: Floats, reporting: int) -> None:
    """Four uniforms per report: random domain?, domain, heard?, solved?"""
    random, domain, heard, solved = luck[0], luck[1], luck[2], luck[3]
    for r in range(reporting):
        w0, w1, w2, w3 = words_in_loop(seed, _REPORT, t, listed[r], 0)
        random[r] = uniform(w0)
        domain[r] = uniform(w1)
        heard[r] = uniform(w2)
        solved[r] = uniform(w3)


@phase
def _send_reports(t: int, p: ParameterRecord, seed: Key, s: State, heard: Floats, gains: Floats, reporting: int) -> int:
    """Each report finds its domain and may be heard; the novelty of what was heard before decides what it adds.

    Returns the number of solutions that lead users sent along.
    """
    innovators, users, luck, listed = s.innovators, s.users, s.desk.luck, s.desk.listed
    provider, industry, lead, needs = users.provider, users.industry, users.lead, s.industries.needs
    belief, backlog, before = innovators.belief, innovators.backlog, innovators.heard
    absorption, marginal, reported = innovators.absorption, innovators.marginal, s.government.reported
    noise, domains, half, lead_solution = p.report_noise, p.domains, p.novelty_half, p.lead_solution
    weight, report, found = max(1.0, p.omega), s.desk.chosen, s.desk.names
    listened = _list_heard(provider, absorption, luck[2], listed, report, reporting)
    for n in range(listened):
        found[0, n], found[1, n] = provider[listed[report[n]]], industry[listed[report[n]]]
    _find_domains(needs, marginal, luck[1], report, found, s.desk.worth, s.desk.sums, listened)
    solutions = 0
    for n in range(listened):
        i, j, r, c = found[0, n], found[1, n], report[n], found[2, n]
        u = listed[r]
        if luck[0, r] < noise:
            c = min(int(luck[1, r] * domains), domains - 1)
        heard[i, j] += weight
        belief[i, c] += weight
        reported[c] += weight
        if lead[u] and luck[3, r] < lead_solution:
            gains[i, c] += weight * _user_solution(t, p, seed, innovators, s.ceiling, u, i, c)
            solutions += 1
        else:
            backlog[i, c] += weight * (1.0 - half_saturated(before[i, j], half))
    tally = s.tallies[t]
    tally.problems_met += weight * reporting
    tally.problems_heard += weight * listened
    tally.user_solutions += weight * solutions
    return solutions


@phase
def _list_heard(
    provider: Integers, absorption: Floats, luck: Floats, listed: Integers, heard: Integers, reporting: int
) -> int:
    """Numbers of the reports that are heard, into `heard`; returns how many."""
    count = 0
    for r in range(reporting):
        heard[count] = r
        count += luck[r] < absorption[provider[listed[r]]]
    return count


@phase
def _find_domains(
    needs: Floats,
    marginal: Floats,
    luck: Floats,
    report: Integers,
    found: Integers,
    worth: Floats,
    sums: Floats,
    listened: int,
) -> None:
    """Domains drawn with p_c ~ n_cj * e_ic^(rho - 1), where capability is worth most, for all reports side by side.

    `found` holds firms and industries in rows 0 and 1 and takes domains in row 2. `worth` (D, block) and `sums`
    (4, block) are scratch.
    """
    firm, group, domain, domains = found[0], found[1], found[2], needs.shape[0]
    sums[:, :listened] = 0.0
    for c in range(domains):
        here, part = worth[c], sums[c % 4]
        for n in range(listened):
            here[n] = needs[c, group[n]] * marginal[firm[n], c]
        for n in range(listened):
            part[n] += here[n]
    rest = sums[0]
    for n in range(listened):
        rest[n] = luck[report[n]] * ((sums[0, n] + sums[1, n]) + (sums[2, n] + sums[3, n]))
        domain[n] = 0
    for c in range(domains - 1):
        here = worth[c]
        for n in range(listened):
            rest[n] -= here[n]
            domain[n] += rest[n] >= 0.0  # worth is positive: once below 0, the rest stays there


@phase
def _user_solution(
    t: int, p: ParameterRecord, seed: Key, innovators: Innovators, ceilings: Floats, u: int, i: int, c: int
) -> float:
    """Improvement that a lead user's own solution brings to its provider's capability in domain c."""
    w0, w1, _, _ = words(seed, _USER_SOLUTION, t, u, 0)
    ceiling = ceilings[min(innovators.generation[i], LAST_GENERATION)]
    x = innovators.capability[i, c]
    return improved(x, solution_size(p.solution_step, normal(fine_uniform(w0, w1))), ceiling) - x


@phase
def _remember_heard(decay: float, innovators: Innovators, heard: Floats, slots: int) -> None:
    """Reports heard are remembered per industry; older ones fade."""
    alive, memory = innovators.alive, innovators.heard
    for j in range(memory.shape[1]):
        for i in range(slots):
            memory[i, j] = memory[i, j] * (1.0 - decay) + heard[i, j] if alive[i] else memory[i, j]


@phase
def _take_in(innovators: Innovators, ceilings: Floats, tally: Row, gains: Floats, slots: int) -> None:
    """Users' solutions raise capability."""
    alive, foreign, generation = innovators.alive, innovators.foreign, innovators.generation
    capability, gained = innovators.capability, 0.0
    for c in range(capability.shape[1]):
        for i in range(slots):
            if alive[i] and gains[i, c] > 0.0:
                ceiling = ceilings[min(generation[i], LAST_GENERATION)]
                better = max(capability[i, c], min(ceiling, capability[i, c] + gains[i, c]))
                gained += 0.0 if foreign[i] else better - capability[i, c]
                capability[i, c] = better
    tally.gains += gained
