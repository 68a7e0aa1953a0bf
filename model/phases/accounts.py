"""Accounts: sales, costs, subsidies, dividends and exit, all through the ledger."""

from agents.compiled import rule
from agents.elementary import total
from agents.innovator import dividends, fixed_cost, next_markup
from model.ledger import GOVERNMENT, OUTSIDE, USERS, Purpose, transfer
from model.phases.government import charge

_SALES, _SUBSIDY, _PRODUCTION = int(Purpose.SALES), int(Purpose.SUBSIDY), int(Purpose.PRODUCTION)
_FIXED, _DIVIDENDS, _OLD = int(Purpose.FIXED), int(Purpose.DIVIDENDS), int(Purpose.OLD_TECHNOLOGY)
_LIQUIDATION, _RETURNED = int(Purpose.LIQUIDATION), int(Purpose.RETURNED)
_FADE = 0.75  # of recent public money and payments: a memory of about a year
WATCHED_QUARTERS = 8  # after the end of policy


@rule
def settle_accounts(t, p, s):
    """Revenue, costs and dividends of every living firm; users pay for the old technology."""
    innovators, market = s.innovators, s.market[0]
    relative_wage = market.wage / market.initial_wage
    units = total(innovators.units)
    market.profits = 0.0
    for i in range(p.slots):
        if not innovators.alive[i]:
            innovators.share[i] = 0.0
            continue
        generation = innovators.generation[i]
        innovators.fixed_real[i] = fixed_cost(p.fixed_cost, p.standard_growth, generation, market.frontier, p.standard)
        market.profits += _settle_firm(t, p, s, i, innovators.fixed_real[i] * relative_wage)
        share = innovators.units[i] / units if units > 0.0 else 0.0
        innovators.markup[i] = next_markup(innovators.markup[i], p.markup_response, share, innovators.share[i])
        innovators.share[i] = share
        innovators.experience[i] += innovators.units[i]
    old = 0.0
    for u in range(s.users.provider.shape[0]):
        old += s.users.size[u] if s.users.provider[u] < 0 else 0.0
    transfer(t, s.ledger, USERS, OUTSIDE, _OLD, p.old_price * old)


@rule
def _settle_firm(t, p, s, i, fixed):
    """Entries of one firm for the quarter; returns its profit."""
    innovators, ledger = s.innovators, s.ledger
    public, own = innovators.subsidised[i], innovators.revenue[i] - innovators.subsidised[i]
    production = innovators.units[i] * innovators.unit_cost[i]
    transfer(t, ledger, USERS, i, _SALES, own)
    transfer(t, ledger, GOVERNMENT, i, _SUBSIDY, public)
    transfer(t, ledger, i, OUTSIDE, _PRODUCTION, production)
    transfer(t, ledger, i, OUTSIDE, _FIXED, fixed)
    costs = production + innovators.own_research[i] + fixed
    paid_out = dividends(ledger.cash[i], costs, p.dividend_quarters, p.seed_cash)
    transfer(t, ledger, i, OUTSIDE, _DIVIDENDS, paid_out)
    received = public + innovators.public_research[i]
    innovators.public_total[i] += received
    innovators.public_recent[i] = _FADE * innovators.public_recent[i] + received
    innovators.payments_recent[i] = _FADE * innovators.payments_recent[i] + own
    return innovators.revenue[i] - costs


@rule
def settle_purses(t, p, policy, mix, s):
    """Subsidies on prices are charged to their purses; what is left when policy ends goes back to taxpayers."""
    if t < policy.start or t >= policy.end:
        return
    innovators, purchase = s.innovators, s.support.purchase
    for k in range(mix.shape[0]):
        spent = 0.0
        for i in range(p.slots):
            if purchase[k, i] > 0.0:
                spent += innovators.subsidised[i] * purchase[k, i] / total(purchase[:, i])
        charge(t, policy, s, k, spent)
    if t == min(policy.end, p.horizon) - 1:
        left = total(s.government.purse)
        transfer(t, s.ledger, GOVERNMENT, USERS, _RETURNED, left)
        s.government.purse[:] = 0.0


@rule
def close_firms(t, p, policy, s):
    """Firms without cash leave; creditors bear what is missing."""
    innovators, tally = s.innovators, s.tallies[t]
    s.market[0].gone = 0.0
    for i in range(p.slots):
        if not innovators.alive[i] or s.ledger.cash[i] > 0.0:
            continue
        transfer(t, s.ledger, i, OUTSIDE, _LIQUIDATION, s.ledger.cash[i])
        innovators.alive[i] = False
        innovators.death[i] = t
        s.government.chosen[i] = False
        s.market[0].gone += 1.0
        tally.exits += 1.0
        if policy.end <= t < policy.end + WATCHED_QUARTERS:
            tally.present_exits += 1.0 if innovators.watched[i] >= 1 else 0.0
            tally.supported_exits += 1.0 if innovators.watched[i] >= 2 else 0.0
