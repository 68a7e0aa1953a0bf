"""Reports: users meet problems, and those that reach an innovator steer it, fill its backlog or bring a solution."""

from agents.innovator import Innovators, half_saturated, improved, occupied, solution_size
from agents.kernel.arithmetic import clear, list_rare
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Integers, Key, Row
from agents.user import Users
from model.randomness import Stream, fine_uniform, normal, uniform, words, words_in_loop
from model.records import ParameterRecord
from model.state.state import BLOCK, LAST_GENERATION, State
from model.state.workspace import ThreadWorkspace

_REPORT, _USER_SOLUTION = int(Stream.REPORT), int(Stream.USER_SOLUTION)
_TRACE = 1e-200  # least count of a belief, so that a forgotten one becomes even and not undefined


@phase
def report_problems(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Users meet problems; what reaches the innovator steers its belief, fills its backlog, and may bring a solution.

    All users read the state that the step found: reports and solutions are added up and applied at the end.
    """
    innovators, slots, count = s.innovators, occupied(s.innovators.alive), s.users.provider.shape[0]
    heard, gains = s.phase_workspace.reports_heard, s.phase_workspace.user_gains
    clear(heard)
    clear(gains)
    _forget(p.belief_memory, innovators, s.government.reported, slots)
    solutions = 0
    for start in range(0, count, BLOCK):
        reporting = _list_reporting(s.users, s.thread_workspace, start, min(start + BLOCK, count))
        _draw_for_reports(t, seed, s.thread_workspace, reporting)
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
def _list_reporting(users: Users, workspace: ThreadWorkspace, start: int, stop: int) -> int:
    """Users of the block that meet a problem this quarter."""
    has_problem, provider, reports = users.has_problem[start:stop], users.provider[start:stop], workspace.marked
    for k in range(stop - start):
        reports[k] = has_problem[k] & (provider[k] >= 0)
    return list_rare(reports[: stop - start], start, workspace.listed)


@phase
def _draw_for_reports(t: int, seed: Key, workspace: ThreadWorkspace, reporting: int) -> None:
    """Draw four uniforms per report: random domain or not, domain, heard or not, solved or not."""
    listed, random, domain = workspace.listed, workspace.stray_draw, workspace.domain_draw
    heard, solved = workspace.heard_draw, workspace.solution_draw
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
    innovators, users, workspace = s.innovators, s.users, s.thread_workspace
    stray, domain_draw, solved = workspace.stray_draw, workspace.domain_draw, workspace.solution_draw
    firm, group, domain = workspace.report_firm, workspace.report_industry, workspace.report_domain
    provider, industry, lead, needs = users.provider, users.industry, users.lead, s.industries.needs
    belief, backlog, before = innovators.belief, innovators.backlog, innovators.heard
    absorption, marginal, reported = innovators.absorption, innovators.marginal, s.government.reported
    noise, domains, half, lead_solution = p.report_noise, p.domains, p.novelty_half, p.lead_solution
    weight, report, listed = max(1.0, p.omega), workspace.heard, workspace.listed
    listened = _list_heard(provider, absorption, workspace.heard_draw, listed, report, reporting)
    for n in range(listened):
        firm[n], group[n] = provider[listed[report[n]]], industry[listed[report[n]]]
    _find_domains(needs, marginal, workspace, listened)
    solutions = 0
    for n in range(listened):
        i, j, r, c = firm[n], group[n], report[n], domain[n]
        u = listed[r]
        if stray[r] < noise:
            c = min(int(domain_draw[r] * domains), domains - 1)
        heard[i, j] += weight
        belief[i, c] += weight
        reported[c] += weight
        if lead[u] and solved[r] < lead_solution:
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
def _find_domains(needs: Floats, marginal: Floats, workspace: ThreadWorkspace, listened: int) -> None:
    """Draw domains with p_c ~ n_cj * e_ic^(rho - 1), where capability is worth most, for all reports side by side."""
    firm, group, domain = workspace.report_firm, workspace.report_industry, workspace.report_domain
    luck, report, worth, sums = workspace.domain_draw, workspace.heard, workspace.worth, workspace.worth_parts
    domains = needs.shape[0]
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
