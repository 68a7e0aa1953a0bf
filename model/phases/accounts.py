"""Accounts: sales, costs, subsidies, dividends and exit, all through the ledger."""

from agents.compiled import rule
from agents.elementary import total
from agents.government import repayment
from agents.innovator import dividends, fixed_cost, next_markup, refinancing_hazard
from model.catalogue import PRICE_SUBSIDIES
from model.instruments import NUMBER
from model.ledger import GOVERNMENT, OUTSIDE, USERS, Purpose, transfer
from model.randomness import Purpose as Luck
from model.randomness import fine_uniform, words

_SALES, _SUBSIDY, _PRODUCTION = int(Purpose.SALES), int(Purpose.SUBSIDY), int(Purpose.PRODUCTION)
_FIXED, _DIVIDENDS, _OLD = int(Purpose.FIXED), int(Purpose.DIVIDENDS), int(Purpose.OLD_TECHNOLOGY)
_LIQUIDATION, _SEED, _ABROAD, _REPAID = (
    int(Purpose.LIQUIDATION), int(Purpose.SEED), int(Purpose.ABROAD), int(Purpose.REPAID)
)  # fmt: skip
_VOUCHERS, _PROCUREMENT, _FUND = NUMBER[PRICE_SUBSIDIES[0]], NUMBER[PRICE_SUBSIDIES[1]], NUMBER["guidance_fund"]
_REFINANCE = int(Luck.REFINANCE)
_SHORT = 0.25  # of seed cash: a firm with less runs short
_FADE = 0.75  # of recent public money and payments: a memory of about a year
WATCHED_QUARTERS = 8  # after the end of policy


@rule
def settle_accounts(t, p, policy, s):
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
        fixed = innovators.fixed_real[i] * (1.0 if innovators.foreign[i] else relative_wage)
        profit = _settle_firm(t, p, policy, s, i, fixed)
        if not innovators.foreign[i]:
            market.profits += max(profit, 0.0)
            s.tallies[t].profits += profit
        share = innovators.units[i] / units if units > 0.0 else 0.0
        innovators.markup[i] = next_markup(innovators.markup[i], p.markup_response, share, innovators.share[i])
        innovators.share[i] = share
        innovators.experience[i] += innovators.units[i]
    _pay_subsidies(p, s)
    old = 0.0
    for u in range(s.users.provider.shape[0]):
        old += s.users.size[u] if s.users.provider[u] < 0 else 0.0
    transfer(t, s.ledger, USERS, OUTSIDE, _OLD, p.old_price * market.demand * old)


@rule
def _settle_firm(t, p, policy, s, i, fixed):
    """Entries of one firm for the quarter; returns its profit."""
    innovators, ledger = s.innovators, s.ledger
    public, own = innovators.subsidised[i], innovators.revenue[i] - innovators.subsidised[i]
    production = innovators.units[i] * innovators.unit_cost[i]
    transfer(t, ledger, USERS, i, _SALES, own)
    transfer(t, ledger, GOVERNMENT, i, _SUBSIDY, public)
    if innovators.foreign[i]:
        transfer(t, ledger, i, OUTSIDE, _ABROAD, production + fixed - innovators.income_abroad[i])
    else:
        transfer(t, ledger, i, OUTSIDE, _PRODUCTION, production)
        transfer(t, ledger, i, OUTSIDE, _FIXED, fixed)
    costs = production + innovators.own_research[i] + fixed
    _pay_out(t, p, policy, s, i, dividends(ledger.cash[i], costs, p.dividend_quarters, innovators.endowment[i]))
    received = public + innovators.public_research[i]
    innovators.public_total[i] += received
    innovators.public_recent[i] = _FADE * innovators.public_recent[i] + received
    innovators.payments_recent[i] = _FADE * innovators.payments_recent[i] + own
    return innovators.revenue[i] - costs


@rule
def _pay_out(t, p, policy, s, i, amount):
    """Dividends, of which the guidance fund has its share until its equity is repaid."""
    repaid = repayment(amount, policy.equity_share, s.innovators.equity[i])
    s.innovators.equity[i] -= repaid
    s.government.purse[_FUND] += repaid
    transfer(t, s.ledger, i, GOVERNMENT, _REPAID, repaid)
    transfer(t, s.ledger, i, OUTSIDE, _DIVIDENDS, amount - repaid)


@rule
def _pay_subsidies(p, s):
    """What each price subsidy has come to: a firm's subsidy is shared by the instruments that pay it."""
    innovators, purchase, spent = s.innovators, s.support.purchase, s.support.spent
    for i in range(p.slots):
        if innovators.subsidised[i] > 0.0:
            rates = total(purchase[:, i])
            spent[_VOUCHERS] += innovators.subsidised[i] * purchase[0, i] / rates
            spent[_PROCUREMENT] += innovators.subsidised[i] * purchase[1, i] / rates


@rule
def refinance_firms(t, p, seed, s):
    """Private investors may put up seed cash again for a firm that runs short, whoever paid for what it has."""
    innovators, cash = s.innovators, s.ledger.cash
    for i in range(p.slots):
        if innovators.alive[i] and cash[i] < _SHORT * p.seed_cash:
            grew = innovators.units[i] > innovators.usual_units[i]
            hazard = refinancing_hazard(
                p.refinance, p.refinance_prototype, innovators.prototype[i], p.refinance_growth, grew
            )
            w0, w1, _, _ = words(seed, _REFINANCE, t, i, 0)
            if fine_uniform(w0, w1) < hazard:
                transfer(t, s.ledger, OUTSIDE, i, _SEED, p.seed_cash)


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
        innovators.equity[i] = 0.0
        s.government.chosen[i] = False
        s.government.backed[i] = False
        s.market[0].gone += 1.0
        tally.exits += 1.0
        if policy.end <= t < policy.end + WATCHED_QUARTERS:
            tally.present_exits += 1.0 if innovators.watched[i] >= 1 else 0.0
            tally.supported_exits += 1.0 if innovators.watched[i] >= 2 else 0.0
