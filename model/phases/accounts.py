"""Accounts: sales, costs, subsidies, dividends and exit, all through the ledger."""

from agents.government import repayment
from agents.innovator import SELLING, SUPPORTED, Innovators, dividends, fixed_cost, next_markup, refinancing_hazard
from agents.kernel.arithmetic import total, total_where
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Key, Row
from model.policy.instruments import NUMBER, PAYER_OF_ROW
from model.randomness import Stream, fine_uniform, words
from model.records import ParameterRecord, PolicyRecord
from model.state.ledger import GOVERNMENT, OUTSIDE, USERS, Entry, Ledger, firms_pay, firms_receive, transfer
from model.state.state import State
from model.state.workspace import PhaseWorkspace

_SALES, _SUBSIDY, _PRODUCTION = int(Entry.SALES), int(Entry.SUBSIDY), int(Entry.PRODUCTION)
_FIXED, _DIVIDENDS, _OLD = int(Entry.FIXED), int(Entry.DIVIDENDS), int(Entry.OLD_TECHNOLOGY)
_LIQUIDATION, _SEED, _ABROAD, _REPAID = (
    int(Entry.LIQUIDATION), int(Entry.SEED), int(Entry.ABROAD), int(Entry.REPAID)
)  # fmt: skip
_FUND = NUMBER["guidance_fund"]
_REFINANCE = int(Stream.REFINANCE)
_SHORT = 0.25  # of seed cash: a firm with less runs short
_FADE = 0.75  # of recent public money and payments: a memory of about a year
WATCHED_QUARTERS = 8  # after the end of policy


@phase
def settle_accounts(t: int, p: ParameterRecord, policy: PolicyRecord, s: State) -> None:
    """Book revenue, costs and dividends of every living firm. Users pay for the old technology."""
    innovators, market, workspace = s.innovators, s.market[0], s.phase_workspace
    fixed, production = workspace.fixed, workspace.production
    _price_inputs(p, innovators, market, fixed, production)
    _sell(t, innovators, s.ledger, workspace.own_payments)
    _pay_costs(t, innovators, s.ledger, workspace)
    market.profits, s.tallies[t].profits = _count_profits(innovators, fixed, production)
    _pay_out(t, p, policy, s, fixed, production)
    sold = total(innovators.units)
    _follow_share(p, innovators, sold)
    market.sold += sold
    _pay_subsidies(p, s)
    old = total_where(s.users.size, s.users.provider)
    transfer(t, s.ledger, USERS, OUTSIDE, _OLD, p.old_price * market.demand * old)


@phase
def _price_inputs(p: ParameterRecord, innovators: Innovators, market: Row, fixed: Floats, production: Floats) -> None:
    """Set fixed cost and cost of production of living firms at today's wage, 0 for dead ones."""
    alive, foreign = innovators.alive, innovators.foreign
    generation, real = innovators.generation, innovators.fixed_real
    units, unit_cost, relative_wage, frontier = (
        innovators.units, innovators.unit_cost, market.wage / market.initial_wage, market.frontier
    )  # fmt: skip
    base, growth, standard = p.fixed_cost, p.standard_growth, p.standard
    for i in range(real.shape[0]):
        now = fixed_cost(base, growth, generation[i], frontier, standard)
        real[i] = now if alive[i] else real[i]
    for i in range(real.shape[0]):
        fixed[i] = real[i] * (1.0 if foreign[i] else relative_wage) if alive[i] else 0.0
    for i in range(real.shape[0]):
        production[i] = units[i] * unit_cost[i] if alive[i] else 0.0


@phase
def _sell(t: int, innovators: Innovators, ledger: Ledger, own: Floats) -> None:
    """Let users and government pay. Firms' memory of it fades."""
    alive, revenue, public = innovators.alive, innovators.revenue, innovators.subsidised
    research, sum_public = innovators.public_research, innovators.public_total
    recent, payments = innovators.public_recent, innovators.payments_recent
    for i in range(own.shape[0]):
        own[i] = revenue[i] - public[i]
    firms_receive(t, ledger, USERS, _SALES, own)
    firms_receive(t, ledger, GOVERNMENT, _SUBSIDY, public)
    for i in range(own.shape[0]):
        sum_public[i] += public[i] + research[i]
    for i in range(own.shape[0]):
        recent[i] = _FADE * recent[i] + (public[i] + research[i]) if alive[i] else recent[i]
    for i in range(own.shape[0]):
        payments[i] = _FADE * payments[i] + own[i] if alive[i] else payments[i]


@phase
def _pay_costs(t: int, innovators: Innovators, ledger: Ledger, workspace: PhaseWorkspace) -> None:
    """Pay production and fixed cost, of foreign firms less what they earn in other markets."""
    alive, foreign, income = innovators.alive, innovators.foreign, innovators.income_abroad
    fixed, production = workspace.fixed, workspace.production
    made, kept, abroad = workspace.production_at_home, workspace.fixed_at_home, workspace.costs_abroad
    for i in range(fixed.shape[0]):
        made[i] = 0.0 if foreign[i] else production[i]
        kept[i] = 0.0 if foreign[i] else fixed[i]
    for i in range(fixed.shape[0]):
        abroad[i] = production[i] + fixed[i] - income[i] if foreign[i] and alive[i] else 0.0
    firms_pay(t, ledger, OUTSIDE, _ABROAD, abroad)
    firms_pay(t, ledger, OUTSIDE, _PRODUCTION, made)
    firms_pay(t, ledger, OUTSIDE, _FIXED, kept)


@phase
def _count_profits(innovators: Innovators, fixed: Floats, production: Floats) -> tuple[float, float]:
    """Return profits of domestic firms: of those that make any, and net of losses.

    Public money that displaces own R&D beyond the plan stays in cash, and is nobody's profit.
    """
    alive, foreign = innovators.alive, innovators.foreign
    revenue, research = innovators.revenue, innovators.own_research
    made, net = 0.0, 0.0
    for i in range(fixed.shape[0]):
        if alive[i] and not foreign[i]:
            profit = revenue[i] - (production[i] + max(0.0, research[i]) + fixed[i])
            made += max(profit, 0.0)
            net += profit
    return made, net


@phase
def _pay_out(t: int, p: ParameterRecord, policy: PolicyRecord, s: State, fixed: Floats, production: Floats) -> None:
    """Pay dividends, of which the guidance fund has its share until its equity is repaid."""
    innovators, cash = s.innovators, s.ledger.cash
    surplus, repaid = s.phase_workspace.surplus, s.phase_workspace.repaid
    alive, research = innovators.alive, innovators.own_research
    endowment, equity = innovators.endowment, innovators.equity
    quarters, share = p.dividend_quarters, policy.equity_share
    for i in range(fixed.shape[0]):
        costs = production[i] + max(0.0, research[i]) + fixed[i]
        surplus[i] = dividends(cash[i], costs, quarters, endowment[i]) if alive[i] else 0.0
    for i in range(fixed.shape[0]):
        repaid[i] = repayment(surplus[i], share, equity[i])
        equity[i] -= repaid[i]
    for i in range(fixed.shape[0]):
        surplus[i] -= repaid[i]
    firms_pay(t, s.ledger, GOVERNMENT, _REPAID, repaid)
    firms_pay(t, s.ledger, OUTSIDE, _DIVIDENDS, surplus)
    s.government.purse[_FUND] += total(repaid)


@phase
def _follow_share(p: ParameterRecord, innovators: Innovators, units: float) -> None:
    """Let mark-ups follow the growth of shares. Units sold become experience."""
    alive, sold, share, markup = innovators.alive, innovators.units, innovators.share, innovators.markup
    experience, response = innovators.experience, p.markup_response
    for i in range(share.shape[0]):
        now = sold[i] / units if alive[i] and units > 0.0 else 0.0
        markup[i] = next_markup(markup[i], response, now, share[i]) if alive[i] else markup[i]
        share[i] = now
    for i in range(share.shape[0]):
        experience[i] += sold[i] if alive[i] else 0.0


@phase
def _pay_subsidies(p: ParameterRecord, s: State) -> None:
    """Charge each price subsidy with its part of what firms were subsidised."""
    sales, subsidy, purchase, spent = s.innovators.sales, s.innovators.subsidy, s.support.purchase, s.support.spent
    for i in range(p.slots):
        subsidised = sales[i] * subsidy[i]
        if subsidised > 0.0:
            rates = 0.0
            for row in range(purchase.shape[0]):
                rates += purchase[row, i]
            for row in range(purchase.shape[0]):
                spent[PAYER_OF_ROW[row]] += subsidised * purchase[row, i] / rates


@phase
def refinance_firms(t: int, p: ParameterRecord, seed: Key, s: State) -> None:
    """Let private investors put up seed cash again for a firm that runs short, whoever paid for what it has."""
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


@phase
def close_firms(t: int, p: ParameterRecord, policy: PolicyRecord, s: State) -> None:
    """Close firms without cash. Creditors bear what is missing."""
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
            _count_watched(innovators.watched[i], tally)


@phase
def _count_watched(watched: int, tally: Row) -> None:
    """Count a firm that left soon after the end of policy, by what it was then."""
    supported, selling = watched & SUPPORTED != 0, watched & SELLING != 0
    tally.present_exits += 1.0 if watched > 0 else 0.0
    tally.present_selling_exits += 1.0 if selling else 0.0
    tally.supported_exits += 1.0 if supported else 0.0
    tally.supported_selling_exits += 1.0 if supported and selling else 0.0
