"""Money: the ledger of section 8 and step 12 of model/ODD.md."""

from typing import Any

from model.randomness import Stream
from tests.reference.agents import Innovator

USERS, GOVERNMENT, ENGINEERS, OUTSIDE = "users", "government", "engineers", "outside"

# fmt: off
PURPOSES = (
    "TAX", "REFUND", "RETURNED", "ADMINISTRATION", "LEAKAGE", "GRANT", "EQUITY", "REPAID",
    "SUBSIDY", "ADOPTION", "ENTRY", "LABORATORIES", "SERVICES", "SALES", "RESEARCH", "ENGINEERING",
    "PRODUCTION", "FIXED", "ABROAD", "OLD_TECHNOLOGY", "INTEGRATION", "SEED", "DIVIDENDS", "LIQUIDATION",
)
# fmt: on


class Ledger:
    """Balances of all accounts (slots by index, and the four above), and money moved per quarter and purpose."""

    def __init__(self, slots: int, horizon: int) -> None:
        self.cash: dict[int | str, float] = dict.fromkeys([*range(slots), USERS, GOVERNMENT, ENGINEERS, OUTSIDE], 0.0)
        self.moved = [dict.fromkeys(PURPOSES, 0.0) for _ in range(horizon)]
        self.quarter = self.moved[0]

    def open_quarter(self, t: int) -> None:
        """Step 0a: what moves from now on moves in quarter t."""
        self.quarter = self.moved[t]

    def transfer(self, payer: int | str, payee: int | str, purpose: str, amount: float) -> None:
        """Move money."""
        self.cash[payer] -= amount
        self.cash[payee] += amount
        self.quarter[purpose] += amount


def open_accounts(economy: Any) -> None:
    """Each founder has seed cash from outside (section 5)."""
    cash = economy.ledger.cash
    for firm in economy.living:
        cash[firm.index] = economy.p.seed_cash
    cash[OUTSIDE] = -economy.p.seed_cash * economy.p.founders


def settle_accounts(economy: Any) -> None:
    """Step 12a: sales, costs and dividends of firms; users pay for the old technology."""
    market = economy.market
    sold = sum(firm.units for firm in economy.innovators)
    market.profits = 0.0
    for firm in economy.innovators:
        if not firm.alive:
            firm.share = 0.0
    for firm in economy.living:
        costs = pay_bills(economy, firm)
        pay_dividends(economy, firm, costs)
        count_public_money(firm)
        if not firm.foreign:
            market.profits += max(0.0, firm.revenue - costs)
            economy.quarter.profits += firm.revenue - costs
        follow_share(economy, firm, sold)
    market.sold += sold
    count_price_subsidies(economy)
    on_old = sum(user.size for user in economy.users if not user.adopts)
    economy.ledger.transfer(USERS, OUTSIDE, "OLD_TECHNOLOGY", economy.p.old_price * market.demand * on_old)


def pay_bills(economy: Any, firm: Innovator) -> float:
    """Sales come in, production and fixed cost go out; return the quarter's costs."""
    p, market, transfer, i = economy.p, economy.market, economy.ledger.transfer, firm.index
    standard = (1.0 - p.standard) * firm.generation + p.standard * market.frontier
    firm.fixed_real = p.fixed_cost * p.standard_growth**standard
    fixed = firm.fixed_real if firm.foreign else firm.fixed_real * market.wage / market.initial_wage
    production = firm.units * firm.unit_cost
    transfer(USERS, i, "SALES", firm.revenue - firm.subsidised)
    transfer(GOVERNMENT, i, "SUBSIDY", firm.subsidised)
    if firm.foreign:
        transfer(i, OUTSIDE, "ABROAD", production + fixed - firm.income_abroad)
    else:
        transfer(i, OUTSIDE, "PRODUCTION", production)
        transfer(i, OUTSIDE, "FIXED", fixed)
    return float(production + max(0.0, firm.own_research) + fixed)


def pay_dividends(economy: Any, firm: Innovator, costs: float) -> None:
    """Cash that is not needed goes to owners, a share of it to the guidance fund until equity is repaid."""
    kept = economy.p.dividend_quarters * costs + firm.endowment
    surplus = max(0.0, economy.ledger.cash[firm.index] - kept)
    repaid = min(economy.policy.equity_share * surplus, firm.equity)
    firm.equity -= repaid
    economy.government.purse["guidance_fund"] += repaid
    economy.ledger.transfer(firm.index, GOVERNMENT, "REPAID", repaid)
    economy.ledger.transfer(firm.index, OUTSIDE, "DIVIDENDS", surplus - repaid)


def count_public_money(firm: Innovator) -> None:
    """Public money and users' own payments, all and recent."""
    public = firm.subsidised + firm.public_research
    firm.public_total += public
    firm.public_recent = 0.75 * firm.public_recent + public
    firm.payments_recent = 0.75 * firm.payments_recent + firm.revenue - firm.subsidised


def follow_share(economy: Any, firm: Innovator, sold: float) -> None:
    """The mark-up follows the growth of the share of units; experience grows by sales."""
    share = firm.units / sold if sold > 0.0 else 0.0
    if firm.share > 0.0 and share > 0.0:
        growth = max(-1.0, min(1.0, share / firm.share - 1.0))
        firm.markup = max(0.05, min(0.6, firm.markup * (1.0 + economy.p.markup_response * growth)))
    firm.share = share
    firm.experience += firm.units


def count_price_subsidies(economy: Any) -> None:
    """What each price subsidy has spent, in proportion to their rates."""
    purchase = economy.support.purchase
    for firm in economy.innovators:
        paid = firm.sales * firm.subsidy
        if paid > 0.0:
            together = sum(rates[firm.index] for rates in purchase.values())
            for name, rates in purchase.items():
                economy.support.spent[name] += paid * rates[firm.index] / together


def refinance_firms(economy: Any) -> None:
    """Step 12b: private investors may refinance a firm that runs short."""
    p, ledger = economy.p, economy.ledger
    for firm in economy.living:
        if ledger.cash[firm.index] < 0.25 * p.seed_cash:
            hazard = p.refinance
            hazard += p.refinance_prototype if firm.prototype else 0.0
            hazard += p.refinance_growth if firm.units > firm.usual_units else 0.0
            if economy.draws.U52(Stream.REFINANCE, economy.t, firm.index) < min(1.0, hazard):
                ledger.transfer(OUTSIDE, firm.index, "SEED", p.seed_cash)


def close_firms(economy: Any) -> None:
    """Step 12c: firms without cash leave; their debts are a loss of creditors."""
    economy.market.gone = 0
    for firm in economy.living:
        cash = economy.ledger.cash[firm.index]
        if cash <= 0.0:
            economy.ledger.transfer(firm.index, OUTSIDE, "LIQUIDATION", cash)
            firm.alive = firm.chosen = firm.backed = False
            firm.equity, firm.death = 0.0, economy.t
            economy.market.gone += 1
            economy.quarter.exits += 1
