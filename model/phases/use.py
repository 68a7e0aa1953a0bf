"""Use: users produce with what they chose, learn to use it, and send problems back."""

from agents.compiled import rule
from agents.innovator import half_saturated, improved, progressed, solution_size
from agents.user import OLD_TECHNOLOGY, mastery_after_use, output, report_chance
from model.randomness import Purpose as Luck
from model.randomness import fine_uniform, normal, uniform, words, words_in_loop
from model.state import BLOCK, LAST_GENERATION

_REPORT, _USER_SOLUTION = int(Luck.REPORT), int(Luck.USER_SOLUTION)
_HABIT = 0.25  # weight of the last quarter in what a firm usually sells
_TRACE = 1e-200  # least count of a belief, so that a forgotten one becomes even and not undefined


@rule
def produce(t, p, s):
    """Output with the chosen technology, payments for it, sales per firm; then mastery rises with use."""
    users, innovators, demand = s.users, s.innovators, s.market[0].demand
    provider, industry, size, mastery = users.provider, users.industry, users.size, users.mastery
    quality, price, subsidy = innovators.quality, innovators.price, innovators.subsidy
    units, delivered = innovators.units, innovators.delivered
    for i in range(p.slots):
        innovators.usual_units[i] += _HABIT * (units[i] - innovators.usual_units[i])
    units[:] = 0.0
    delivered[:] = 0.0
    for u in range(provider.shape[0]):
        i = provider[u]
        useful = users.old_quality[u]
        users.quality_used[u] = 0.0
        users.spending[u] = 0.0
        if i >= 0:
            active = demand * size[u]
            useful = quality[i, industry[u]] * mastery[u]
            users.quality_used[u] = useful
            users.spending[u] = active * price[i] * (1.0 - subsidy[i])
            units[i] += active
            delivered[i] += active * useful
            mastery[u] = mastery_after_use(mastery[u], p.mastery_learning)
        users.output[u] = demand * output(size[u], p.value_of_quality, users.valuation[u], useful)
    for i in range(p.slots):
        innovators.revenue[i] = units[i] * price[i]
        innovators.subsidised[i] = innovators.revenue[i] * subsidy[i]
        if units[i] > 0.0 and progressed(delivered[i] / units[i], innovators.useful_mark[i]):
            innovators.useful_mark[i] = delivered[i] / units[i]
            innovators.progress[i] = t
    _compare_productivity(p, users, price, demand, s.tallies[t])


@rule
def _compare_productivity(p, users, price, demand, tally):
    """Change of users' mean productivity, by what they did: kept their provider, changed it, adopted, went back.

    The four parts of Foster, Haltiwanger & Krizan (2001) with technologies in place of firms: weights are sizes,
    which do not change, so that the parts sum to the change of the mean.
    """
    provider, technology, before, size = users.provider, users.technology, users.productivity, users.size
    within, between, entry, leaving = 0.0, 0.0, 0.0, 0.0
    for u in range(provider.shape[0]):
        i, last = max(provider[u], OLD_TECHNOLOGY), technology[u]
        paid = price[i] if i >= 0 else p.old_price
        now = users.output[u] / size[u] - demand * paid
        change = size[u] * (now - before[u])
        if i == last:
            within += change
        elif i >= 0 and last >= 0:
            between += change
        elif i >= 0:
            entry += change
        else:
            leaving += change
        before[u], technology[u] = now, i
    everyone = 1000.0 * p.market_size
    tally.user_productivity_within, tally.user_productivity_between = within / everyone, between / everyone
    tally.user_productivity_entry, tally.user_productivity_exit = entry / everyone, leaving / everyone


@rule
def report_problems(t, p, seed, s):
    """Users meet problems; what reaches the innovator steers its belief, fills its backlog, and may bring a solution.

    All users read the state that the step found: reports and solutions are added up and applied at the end.
    """
    innovators, provider = s.innovators, s.users.provider
    heard, gains = s.scratch.firm_industry, s.scratch.firm_domain
    heard[:] = 0.0
    gains[:] = 0.0
    for i in range(p.slots):
        if innovators.alive[i]:
            belief = innovators.belief[i]
            for c in range(belief.shape[0]):
                belief[c] = max(belief[c] * p.belief_memory, _TRACE)
    reported = s.government.reported
    for c in range(reported.shape[0]):
        reported[c] *= p.belief_memory
    for start in range(0, provider.shape[0], BLOCK):
        reporting = _list_reporting(p, s.users, s.scratch.listed, start, min(start + BLOCK, provider.shape[0]))
        _draw_report_luck(t, seed, s.scratch.listed, s.scratch.report_luck, reporting)
        _send_reports(t, p, seed, s, heard, gains, reporting)
    _take_in(p, innovators, s.ceiling, s.tallies[t], heard, gains)


@rule
def _list_reporting(p, users, listed, start, stop):
    """Users of the block that meet a problem this quarter."""
    draw, lead, provider, report = users.draw_report, users.lead, users.provider, p.report
    count = 0
    for u in range(start, stop):
        if provider[u] >= 0 and draw[u] < report_chance(report, lead[u], p.omega):
            listed[count] = u
            count += 1
    return count


@rule
def _draw_report_luck(t, seed, listed, luck, reporting):
    """Four uniforms per report: random domain?, domain, heard?, solved?"""
    for r in range(reporting):
        w0, w1, w2, w3 = words_in_loop(seed, _REPORT, t, listed[r], 0)
        luck[0, r] = uniform(w0)
        luck[1, r] = uniform(w1)
        luck[2, r] = uniform(w2)
        luck[3, r] = uniform(w3)


@rule
def _send_reports(t, p, seed, s, heard, gains, reporting):
    """Each report finds its domain and may be heard; the novelty of what was heard before decides what it adds."""
    innovators, users, tally, luck, listed = (
        s.innovators,
        s.users,
        s.tallies[t],
        s.scratch.report_luck,
        s.scratch.listed,
    )
    provider, industry, lead, needs = users.provider, users.industry, users.lead, s.industries.needs
    belief, backlog, before = innovators.belief, innovators.backlog, innovators.heard
    absorption, marginal, reported = innovators.absorption, innovators.marginal, s.government.reported
    noise, domains, half, lead_solution = p.report_noise, p.domains, p.novelty_half, p.lead_solution
    weight = max(1.0, p.omega)
    met, listened = 0, 0
    for r in range(reporting):
        u = listed[r]
        i, j = provider[u], industry[u]
        met += 1
        if luck[2, r] >= absorption[i]:
            continue
        listened += 1
        if luck[0, r] < noise:
            c = min(int(luck[1, r] * domains), domains - 1)
        else:
            c = _problem_domain(needs, marginal, i, j, luck[1, r])
        heard[i, j] += weight
        belief[i, c] += weight
        reported[c] += weight
        if lead[u] and luck[3, r] < lead_solution:
            gains[i, c] += weight * _user_solution(t, p, seed, innovators, s.ceiling, u, i, c)
            tally.user_solutions += weight
        else:
            backlog[i, c] += weight * (1.0 - half_saturated(before[i, j], half))
    tally.problems_met += weight * met
    tally.problems_heard += weight * listened


@rule
def _problem_domain(needs, marginal, i, j, u):
    """Domain drawn with p_c ~ n_cj * e_ic^(rho - 1): where capability is worth most."""
    domains = needs.shape[0]
    total = 0.0
    for c in range(domains):
        total += needs[c, j] * marginal[i, c]
    rest = u * total
    for c in range(domains):
        rest -= needs[c, j] * marginal[i, c]
        if rest < 0.0:
            return c
    return domains - 1


@rule
def _user_solution(t, p, seed, innovators, ceilings, u, i, c):
    """Improvement that a lead user's own solution brings to its provider's capability in domain c."""
    w0, w1, _, _ = words(seed, _USER_SOLUTION, t, u, 0)
    ceiling = ceilings[min(innovators.generation[i], LAST_GENERATION)]
    x = innovators.capability[i, c]
    return improved(x, solution_size(p.solution_step, normal(fine_uniform(w0, w1))), ceiling) - x


@rule
def _take_in(p, innovators, ceilings, tally, heard, gains):
    """Reports heard are remembered per industry, older ones fade; users' solutions raise capability."""
    for i in range(p.slots):
        if not innovators.alive[i]:
            continue
        ceiling = ceilings[min(innovators.generation[i], LAST_GENERATION)]
        memory, capability = innovators.heard[i], innovators.capability[i]
        for j in range(memory.shape[0]):
            memory[j] = memory[j] * (1.0 - p.novelty_decay) + heard[i, j]
        for c in range(capability.shape[0]):
            better = max(capability[c], min(ceiling, capability[c] + gains[i, c]))
            tally.gains += 0.0 if innovators.foreign[i] else better - capability[c]
            capability[c] = better
