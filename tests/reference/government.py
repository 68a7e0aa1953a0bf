"""The government's money: steps 2b, 2d, 2e and 13b of model/ODD.md, and what policy gives and builds up."""

import math
from typing import Any

from model.policy.catalogue import INSTRUMENTS, PRICE_SUBSIDIES
from model.policy.policy import Policy
from tests.reference import instruments
from tests.reference.accounts import ENGINEERS, GOVERNMENT, OUTSIDE, USERS


def withdrawn(policy: Policy, quarter: int) -> Policy:
    """The policy as it is when it is withdrawn in a quarter, -1 for never (step 2b)."""
    if 0 <= quarter < policy.end:
        return policy.replace(end=max(quarter, policy.start), phase_out=0)
    return policy


class Government:
    """The national government and the regions' local governments."""

    def __init__(self, economy: Any) -> None:
        domains, horizon = economy.p.domains, economy.p.horizon
        self.purse = dict.fromkeys(INSTRUMENTS, 0.0)
        self.placed = [dict.fromkeys(INSTRUMENTS, 0.0) for _ in range(horizon)]
        self.plan = [1.0 / domains] * domains
        self.reported = [0.0] * domains
        self.roadmap = [1.0 / domains] * domains
        self.fashion = [1.0 / domains] * domains


class Support:
    """What policy gives in a quarter: per slot, supplier, industry and instrument, and for all."""

    def __init__(self, economy: Any) -> None:
        self.spread = [0.0] * economy.p.slots
        self.clear(economy)

    def clear(self, economy: Any) -> None:
        """What there is without policy; `spread` stays."""
        slots = economy.p.slots
        self.research, self.tied, self.explore = [0.0] * slots, [0.0] * slots, [0.0] * slots
        self.lost, self.equity, self.shared = [0.0] * slots, [0.0] * slots, [0.0] * slots
        self.purchase = {name: [0.0] * slots for name in PRICE_SUBSIDIES}
        self.waiver = [0.0] * slots
        self.upstream = [0.0] * economy.p.suppliers
        self.adoption = [0.0] * economy.p.industries
        self.spent = dict.fromkeys(INSTRUMENTS, 0.0)
        self.refund = self.entrant = self.meetings = self.roadmap = self.foresight = 0.0
        self.common = self.science = self.infrastructure = self.training = self.services = 0.0
        self.segmentation = 1.0


class Stocks:
    """The four public stocks."""

    def __init__(self, economy: Any) -> None:
        self.science, self.infrastructure, self.engineers = 1.0, 0.0, 0.0
        self.common = [0.0] * economy.p.domains
        self.training = [0.0] * economy.p.talent_lag


def policy_runs(economy: Any) -> bool:
    """Whether the quarter lies in [start, end)."""
    return bool(economy.policy.start <= economy.t < economy.policy.end)


def outlays(policy: Policy, t: int) -> dict[str, float]:
    """o_tk: the budget of a quarter by instrument, as a share of Y_0."""
    mix = dict(policy.later_mix if policy.later_mix and t >= policy.later_from else policy.mix)
    if not policy.start <= t < policy.end:
        return dict.fromkeys(INSTRUMENTS, 0.0)
    fade = min(1.0, (policy.end - t) / (policy.phase_out + 1.0))
    multiple, number = 1.0, t - policy.start
    if policy.calendar:
        multiple = policy.calendar[number] if number < len(policy.calendar) else 0.0
    return {name: policy.budget * fade * multiple * mix.get(name, 0.0) for name in INSTRUMENTS}


def raise_budget(economy: Any) -> None:
    """Step 2b: taxes fill the purses."""
    policy, purse = economy.policy, economy.government.purse
    shares = outlays(policy, economy.t)
    if policy.later_mix and economy.t >= policy.later_from and sum(shares.values()) > 0.0:
        move_on(purse, shares)
    for name, share in shares.items():
        purse[name] += share * economy.market.initial_output
    economy.ledger.transfer(USERS, GOVERNMENT, "TAX", sum(shares.values()) * economy.market.initial_output)


def move_on(purse: dict[str, float], shares: dict[str, float]) -> None:
    """The purses of instruments that get nothing are emptied into the others', in proportion to what these get."""
    left = sum(purse[name] for name, share in shares.items() if share == 0.0)
    for name, share in shares.items():
        if share == 0.0:
            purse[name] = 0.0
        else:
            purse[name] += left * share / sum(shares.values())


def charge(economy: Any, name: str, placed: float) -> None:
    """Take money placed from an instrument's purse, with administration and leakage on top."""
    policy = economy.policy
    outlay = placed / (1.0 - policy.administration - policy.leakage)
    economy.government.purse[name] -= outlay
    economy.government.placed[economy.t][name] += placed
    economy.ledger.transfer(GOVERNMENT, OUTSIDE, "ADMINISTRATION", policy.administration * outlay)
    economy.ledger.transfer(GOVERNMENT, OUTSIDE, "LEAKAGE", policy.leakage * outlay)


def give_support(economy: Any) -> None:
    """Step 2d: every instrument with money acts; then the money goes where it is due at once."""
    policy, support = economy.policy, economy.support
    support.clear(economy)
    if not policy_runs(economy):
        return
    for name in INSTRUMENTS:
        purse = economy.government.purse[name]
        if purse > 1e-12 * economy.market.initial_output:
            net = purse * (1.0 - policy.administration - policy.leakage)
            charge(economy, name, getattr(instruments, name)(economy, net))
    pay_support(economy)


def pay_support(economy: Any) -> None:
    """Pay users, laboratories, services and firms; firms owe what they get as equity."""
    support, transfer = economy.support, economy.ledger.transfer
    transfer(GOVERNMENT, USERS, "REFUND", support.refund)
    transfer(GOVERNMENT, OUTSIDE, "SERVICES", support.services + support.infrastructure + support.training)
    transfer(GOVERNMENT, ENGINEERS, "LABORATORIES", support.common + support.science + sum(support.upstream))
    for firm in economy.innovators:
        i = firm.index
        if support.research[i] > 0.0:
            transfer(GOVERNMENT, i, "GRANT", support.research[i] - support.equity[i])
            transfer(GOVERNMENT, i, "EQUITY", support.equity[i])
            firm.equity += support.equity[i]


def build_stocks(economy: Any) -> None:
    """Step 2e: infrastructure, trained engineers, and what they and unification do to the market."""
    p, stocks, support, market = economy.p, economy.stocks, economy.support, economy.market
    stocks.infrastructure = (1.0 - p.infrastructure_decay) * stocks.infrastructure + support.infrastructure
    due = economy.t % p.talent_lag
    stocks.engineers = (1.0 - p.talent_decay) * stocks.engineers + stocks.training[due]
    stocks.training[due] = p.talent_efficacy * support.training / market.initial_wage
    market.segmentation = p.segmentation * support.segmentation
    eased = p.infrastructure_efficacy * stocks.infrastructure / market.initial_output
    market.integration = p.integration * math.exp(-eased)


def settle_purses(economy: Any) -> None:
    """Step 13b: charge what agents' choices have cost; hand back what is left when policy ends."""
    purse = economy.government.purse
    if policy_runs(economy):
        for name in INSTRUMENTS:
            if economy.support.spent[name] > 0.0:
                charge(economy, name, economy.support.spent[name])
    if economy.t >= min(economy.policy.end, economy.p.horizon) - 1:
        economy.ledger.transfer(GOVERNMENT, USERS, "RETURNED", sum(purse.values()))
        economy.government.purse = dict.fromkeys(INSTRUMENTS, 0.0)
