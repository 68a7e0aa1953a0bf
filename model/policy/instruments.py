"""Instruments of policy: each turns money into support, seeing only a read-only signal.

An instrument takes (its number, money net of administration and leakage, the policy's traits, the economy's
parameters, the signal, the support to fill) and returns the money it has placed now. Those that pay for what agents
will do later in the quarter (a part of the price, of integration, of seed cash) place nothing now: they set what is
paid, and phases add up in `support.spent` what it came to.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from agents.government import insight, subsidy_rate
from agents.kernel.arithmetic import exp
from agents.kernel.decorators import phase
from agents.kernel.types import Flags, Floats
from model.policy.catalogue import INSTRUMENTS, PRICE_SUBSIDIES
from model.records import ParameterRecord, PolicyRecord
from model.state.support import Support

NUMBER: dict[str, int] = {name: number for number, name in enumerate(INSTRUMENTS)}
PAYER_OF_ROW = np.array([NUMBER[name] for name in PRICE_SUBSIDIES])
"""Number of the instrument that pays each row of `Support.purchase`."""

_ROW_OF_PAYER = np.array([PRICE_SUBSIDIES.index(name) if name in PRICE_SUBSIDIES else -1 for name in INSTRUMENTS])


class Signal(NamedTuple):
    """The signal that instruments see. N slots, S suppliers, J industries, R regions."""

    initial_output: float  # Y_0
    foresight: float  # phi, without an observatory
    eligible: np.ndarray  # (N,): living domestic firms
    chosen: np.ndarray  # (N,): champions among them
    backed: np.ndarray  # (N,): firms that their local governments back
    region: np.ndarray  # (N,): region of a firm
    research: np.ndarray  # (N,): money: own R&D planned for this quarter
    sales: np.ndarray  # (N,): money: last quarter's units at list prices
    upstream: np.ndarray  # (S,): share of money for suppliers that goes to each, by the plan; sums to 1
    adopted: np.ndarray  # (J,): share of an industry's size that uses the new technology
    adoption_cost: float  # money: integration and risk of those who adopted a domestic product when last supported
    local: np.ndarray  # (R,): share of the economy in a region, sums to 1
    entrants: float  # domestic firms that entered last quarter


_Act = Callable[[int, float, PolicyRecord, ParameterRecord, Signal, Support], float]


@phase
def _share_out_research(
    net: float, takers: Flags, signal: Signal, equal: bool, limit: float, support: Support
) -> float:
    """Give R&D money to the takers by own R&D, or equally, at most `limit` each. Return what was placed."""
    base, placed = _research_of(takers, signal, equal), 0.0
    for i in range(takers.shape[0]):
        if takers[i]:
            part = (1.0 if equal else signal.research[i]) / base if base > 0.0 else 0.0
            support.spread[i] = min(net * part, limit)
            support.research[i] += support.spread[i]
            placed += support.spread[i]
    return placed


@phase
def _research_of(takers: Flags, signal: Signal, equal: bool) -> float:
    """Return own R&D that the takers plan, or their number."""
    base = 0.0
    for i in range(takers.shape[0]):
        if takers[i]:
            base += 1.0 if equal else signal.research[i]
    return base


@phase
def _earmark(takers: Flags, share: float, support: Support, marked: Floats) -> None:
    """Mark a share of what was just given to the takers."""
    for i in range(takers.shape[0]):
        if takers[i]:
            marked[i] += share * support.spread[i]


@phase
def _pass_upstream(money: float, signal: Signal, support: Support) -> float:
    """Give money to the R&D of domestic suppliers of the planned domains."""
    for k in range(signal.upstream.shape[0]):
        support.upstream[k] += money * signal.upstream[k]
    return money


@phase
def _pay_part_of_price(number: int, net: float, takers: Flags, cap: float, signal: Signal, support: Support) -> float:
    """Set one subsidy rate on the takers' products."""
    base = 0.0
    for i in range(takers.shape[0]):
        if takers[i]:
            base += signal.sales[i]
    rate, row = subsidy_rate(net, base, cap), _ROW_OF_PAYER[number]
    for i in range(takers.shape[0]):
        if takers[i]:
            support.purchase[row, i] = rate
    return 0.0


@phase
def _buy_service(net: float, support: Support) -> float:
    """Pay for a public service."""
    support.flow[0].services += net
    return net


@phase
def rebate(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Hand the tax straight back."""
    support.flow[0].refund += net
    return net


@phase
def rd_credit(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Match everyone's own R&D by a credit."""
    return _share_out_research(net, signal.eligible, signal, False, np.inf, support)


@phase
def grants(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Give champions R&D money, shares of it tied to the plan, earmarked for exploration, passed to suppliers."""
    limit = policy.award_size if policy.award_size > 0.0 else np.inf
    if _research_of(signal.chosen, signal, policy.equal_award == 1) <= 0.0:
        return 0.0
    own = (1.0 - policy.upstream) * net
    placed = _share_out_research(own, signal.chosen, signal, policy.equal_award == 1, limit, support)
    _earmark(signal.chosen, policy.compliance, support, support.tied)
    _earmark(signal.chosen, policy.explore, support, support.explore)
    return placed + _pass_upstream(policy.upstream * net * (placed / own if own > 0.0 else 1.0), signal, support)


@phase
def guidance_fund(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Give each region's money as equity to the firms its government backs, in proportion to own R&D."""
    placed, takers = 0.0, np.zeros(signal.backed.shape[0], np.bool_)
    for r in range(signal.local.shape[0]):
        for i in range(takers.shape[0]):
            takers[i] = signal.backed[i] and signal.eligible[i] and signal.region[i] == r
        given = _share_out_research(net * signal.local[r], takers, signal, policy.equal_award == 1, np.inf, support)
        if given > 0.0:
            _earmark(takers, 1.0, support, support.equity)
        placed += given
    return placed


@phase
def mission(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Pay planned R&D of a consortium: explored in part, hours lost to coordination, results free among members."""
    if _research_of(signal.chosen, signal, policy.equal_award == 1) <= 0.0:
        return 0.0
    own = (1.0 - policy.mission_upstream) * net
    placed = _share_out_research(own, signal.chosen, signal, policy.equal_award == 1, np.inf, support)
    _earmark(signal.chosen, 1.0, support, support.tied)
    _earmark(signal.chosen, policy.mission_explore, support, support.explore)
    _earmark(signal.chosen, policy.coordination, support, support.lost)
    _earmark(signal.chosen, 1.0, support, support.shared)
    return placed + _pass_upstream(policy.mission_upstream * net, signal, support)


@phase
def basic_research(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Pay public science."""
    support.flow[0].science += net
    return net


@phase
def vouchers(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Pay a part of the price of any domestic product."""
    return _pay_part_of_price(number, net, signal.eligible, policy.subsidy_cap, signal, support)


@phase
def demonstration(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Pay integration and risk of those who adopt where few have, at the rate that the money allows."""
    rate = subsidy_rate(net, signal.adoption_cost, 1.0)
    for j in range(signal.adopted.shape[0]):
        support.adoption[j] = rate if signal.adopted[j] < policy.first_adopters else 0.0
    return 0.0


@phase
def procurement(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Pay a part of the price of champions' products and relieve buyers of risk, in full at the capped rate."""
    _pay_part_of_price(number, net, signal.chosen, policy.subsidy_cap, signal, support)
    for i in range(signal.chosen.shape[0]):
        paid = support.purchase[_ROW_OF_PAYER[number], i] / policy.subsidy_cap if policy.subsidy_cap > 0.0 else 0.0
        support.waiver[i] = policy.waive_risk * paid
    return 0.0


@phase
def entry_subsidy(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Add to each domestic entrant's cash: the purse over 1.1 times last quarter's entrants, at most the award."""
    expected = max(1.0, 1.1 * signal.entrants)
    support.flow[0].entrant = min(policy.entry_award * p.seed_cash, net / expected)
    return 0.0


@phase
def platform(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Pay for meetings: probability = efficacy * money / Y_0 per user, at most 1."""
    support.flow[0].meetings = min(1.0, p.platform_efficacy * net / signal.initial_output)
    return _buy_service(support.flow[0].meetings * signal.initial_output / p.platform_efficacy, support)


@phase
def roadmap(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Set the weight of the roadmap in firms' directions: 1 - exp(-efficacy * money / Y_0)."""
    support.flow[0].roadmap = 1.0 - exp(-p.roadmap_efficacy * net / signal.initial_output)
    return _buy_service(net, support)


@phase
def common_technology(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Pay public R&D on the problems reported most."""
    support.flow[0].common += net
    return net


@phase
def infrastructure(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Invest in the stock."""
    support.flow[0].infrastructure += net
    return net


@phase
def talent(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Train engineers."""
    support.flow[0].training += net
    return net


@phase
def market_unification(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Multiply segmentation by exp(-efficacy * money / Y_0)."""
    support.flow[0].segmentation = exp(-p.unification_efficacy * net / signal.initial_output)
    return _buy_service(net, support)


@phase
def observatory(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """Buy foresight from the next quarter on."""
    support.flow[0].foresight = insight(signal.foresight, p.observatory_efficacy, net / signal.initial_output)
    return _buy_service(net, support)


def _dispatcher() -> _Act:
    """Return act(number, …), which calls the instrument of that number in the order of the declarations.

    Written out as a chain of comparisons, because compiled code cannot index a tuple of different functions.
    """
    arguments = "number, net, policy, p, signal, support"
    cases = [f"    if number == {k}: return {name}({arguments})" for name, k in NUMBER.items()]
    scope = {name: globals()[name] for name in NUMBER}
    exec("\n".join([f"def act({arguments}):", *cases, "    return 0.0"]), scope)
    compiled: _Act = phase(scope["act"])
    return compiled


act = _dispatcher()
