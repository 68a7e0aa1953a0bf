"""Government: tax, plan, choice of firms, and the one place that turns money into support."""

from agents.compiled import rule
from agents.government import blurred, keeps_champion, perceived, quarterly_budget
from model.foresight import firm_prospects, true_problem_weights
from model.instruments import Signal, act
from model.ledger import GOVERNMENT, OUTSIDE, USERS, Purpose, transfer
from model.randomness import Purpose as Luck
from model.randomness import exponential, fine_uniform, normal, words

_TAX, _REFUND, _GRANT = int(Purpose.TAX), int(Purpose.REFUND), int(Purpose.GRANT)
_ADMINISTRATION, _LEAKAGE = int(Purpose.ADMINISTRATION), int(Purpose.LEAKAGE)
_PLAN, _SIGNAL = int(Luck.PLAN), int(Luck.SIGNAL)


@rule
def raise_budget(t, policy, mix, s):
    """The flat tax of the quarter, split over the instruments' purses."""
    budget = quarterly_budget(policy.budget, s.market[0].initial_output, t, policy.start, policy.end, policy.phase_out)
    transfer(t, s.ledger, USERS, GOVERNMENT, _TAX, budget)
    for k in range(mix.shape[0]):
        s.government.purse[k] += mix[k] * budget


@rule
def renew_plan_and_choice(t, p, policy, seed, s):
    """A selective government plans anew each plan period and fills the seats of its champions each quarter."""
    if policy.selective == 0 or t < policy.start or t >= policy.end:
        return
    plan_quarter = t - (t - policy.start) % policy.plan_period
    if t == plan_quarter:
        _renew_plan(t, p, policy, seed, s)
    if policy.champions == 0:
        for i in range(p.slots):
            s.government.chosen[i] = s.innovators.alive[i] and not s.innovators.foreign[i]
    else:
        seats = _keep_champions(t, p, policy, s)
        if seats > 0:
            _fill_seats(t, p, policy, seed, s, plan_quarter, seats)


@rule
def _renew_plan(t, p, policy, seed, s):
    """Plan = phi * true problem weights at mid-plan + (1 - phi) * random weights (flat Dirichlet)."""
    truth = true_problem_weights(t, p, seed, s, policy.plan_period // 2)
    guess = s.scratch.domain
    total = 0.0
    for c in range(p.domains):
        w0, w1, _, _ = words(seed, _PLAN, t, c, 0)
        guess[c] = exponential(fine_uniform(w0, w1))
        total += guess[c]
    for c in range(p.domains):
        s.government.plan[c] = blurred(policy.foresight, truth[c], guess[c] / total)


@rule
def _keep_champions(t, p, policy, s):
    """Drop champions that died or made no progress for too long; return the number of open seats."""
    government, innovators = s.government, s.innovators
    kept = 0
    for i in range(p.slots):
        if not government.chosen[i]:
            continue
        if innovators.alive[i] and keeps_champion(t, government.since[i], innovators.progress[i], policy.patience):
            kept += 1
        else:
            government.chosen[i] = False
            government.since[i] = t
    return policy.champions - kept


@rule
def _fill_seats(t, p, policy, seed, s, plan_quarter, seats):
    """The best-looking firms take the open seats; a firm dropped since the last plan waits for the next one."""
    government, innovators = s.government, s.innovators
    prospects = firm_prospects(t, p, policy, s)
    for i in range(p.slots):
        w0, w1, _, _ = words(seed, _SIGNAL, plan_quarter, i, innovators.birth[i] + 1)
        government.score[i] = perceived(policy.foresight, prospects[i], normal(fine_uniform(w0, w1)))
    for _ in range(seats):
        best = -1
        for i in range(p.slots):
            open_to = innovators.alive[i] and not innovators.foreign[i] and not government.chosen[i]
            waits = government.since[i] >= plan_quarter
            if open_to and not waits and (best < 0 or government.score[i] > government.score[best]):
                best = i
        if best < 0:
            return
        government.chosen[best] = True
        government.since[best] = t


@rule
def give_support(t, p, policy, mix, s):
    """Each instrument turns its purse, net of administration and leakage, into support; grants are paid at once."""
    support, innovators, government = s.support, s.innovators, s.government
    support.research[:] = 0.0
    support.tied[:] = 0.0
    support.explore[:] = 0.0
    support.purchase[:] = 0.0
    support.refund[0] = 0.0
    if t < policy.start or t >= policy.end:
        return
    eligible = s.scratch.eligible
    for i in range(p.slots):
        eligible[i] = innovators.alive[i] and not innovators.foreign[i]
    signal = Signal(eligible, government.chosen, innovators.plan_research, innovators.revenue)
    net_share = 1.0 - policy.administration - policy.leakage
    for number in range(mix.shape[0]):
        if mix[number] > 0.0:
            placed = act(number, government.purse[number] * net_share, policy, signal, support)
            charge(t, policy, s, number, placed)
    transfer(t, s.ledger, GOVERNMENT, USERS, _REFUND, support.refund[0])
    for i in range(p.slots):
        if support.research[i] > 0.0:
            transfer(t, s.ledger, GOVERNMENT, i, _GRANT, support.research[i])


@rule
def charge(t, policy, s, number, placed):
    """Charge a purse with what was placed, and with administration and leakage in proportion to outlays."""
    outlay = placed / (1.0 - policy.administration - policy.leakage)
    s.government.purse[number] -= outlay
    transfer(t, s.ledger, GOVERNMENT, OUTSIDE, _ADMINISTRATION, policy.administration * outlay)
    transfer(t, s.ledger, GOVERNMENT, OUTSIDE, _LEAKAGE, policy.leakage * outlay)
