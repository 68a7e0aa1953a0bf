"""Government: tax, the one place that turns money into support, and the public stocks that policy builds."""

import numpy as np

from agents.kernel.arithmetic import exp, total
from agents.kernel.decorators import phase
from agents.kernel.types import Floats
from agents.supplier import Suppliers
from agents.user import Users
from model.policy.instruments import NUMBER, Signal, act
from model.records import ParameterRecord, PolicyRecord
from model.state.ledger import ENGINEERS, GOVERNMENT, OUTSIDE, USERS, Entry, transfer
from model.state.state import State
from model.state.support import clear_support

_TAX, _REFUND, _GRANT, _EQUITY = int(Entry.TAX), int(Entry.REFUND), int(Entry.GRANT), int(Entry.EQUITY)
_ADMINISTRATION, _LEAKAGE, _RETURNED = int(Entry.ADMINISTRATION), int(Entry.LEAKAGE), int(Entry.RETURNED)
_SERVICES, _LABORATORIES = int(Entry.SERVICES), int(Entry.LABORATORIES)
_DEMONSTRATION = NUMBER["demonstration"]
_TRACE = 1e-12  # of initial output: a purse with less holds only what rounding left


@phase
def raise_budget(t: int, policy: PolicyRecord, outlays: Floats, s: State) -> None:
    """Raise the flat tax of the quarter, split over the instruments' purses."""
    purse, budget = s.government.purse, 0.0
    if t >= policy.moves_on:
        _move_on(outlays[t], purse)
    for k in range(purse.shape[0]):
        purse[k] += outlays[t, k] * s.market[0].initial_output
        budget += outlays[t, k] * s.market[0].initial_output
    transfer(t, s.ledger, USERS, GOVERNMENT, _TAX, budget)


@phase
def _move_on(outlays: Floats, purse: Floats) -> None:
    """Hand the rest of instruments that have ended with the first mix to those that go on."""
    left, going_on = 0.0, total(outlays)
    if going_on <= 0.0:
        return
    for k in range(purse.shape[0]):
        if outlays[k] == 0.0:
            left += purse[k]
            purse[k] = 0.0
    for k in range(purse.shape[0]):
        purse[k] += left * (outlays[k] / going_on)


@phase
def give_support(t: int, p: ParameterRecord, policy: PolicyRecord, s: State) -> None:
    """Let each instrument turn its purse, net of administration and leakage, into support, and pay what is placed."""
    support, innovators, purse = s.support, s.innovators, s.government.purse
    clear_support(support)
    if t < policy.start or t >= policy.end:
        return
    signal = _signal(p, policy, s)
    net_share = 1.0 - policy.administration - policy.leakage
    for number in range(purse.shape[0]):
        if purse[number] > _TRACE * signal.initial_output:
            placed = act(number, purse[number] * net_share, policy, p, signal, support)
            charge(t, policy, s, number, placed)
    flow = support.flow[0]
    transfer(t, s.ledger, GOVERNMENT, USERS, _REFUND, flow.refund)
    transfer(t, s.ledger, GOVERNMENT, OUTSIDE, _SERVICES, flow.services + flow.infrastructure + flow.training)
    transfer(t, s.ledger, GOVERNMENT, ENGINEERS, _LABORATORIES, flow.common + flow.science + total(support.upstream))
    for i in range(p.slots):
        if support.research[i] > 0.0:
            transfer(t, s.ledger, GOVERNMENT, i, _GRANT, support.research[i] - support.equity[i])
            transfer(t, s.ledger, GOVERNMENT, i, _EQUITY, support.equity[i])
            innovators.equity[i] += support.equity[i]


@phase
def _signal(p: ParameterRecord, policy: PolicyRecord, s: State) -> Signal:
    """Return the signal that instruments may see this quarter."""
    innovators, government, market = s.innovators, s.government, s.market[0]
    eligible, adopted = s.phase_workspace.eligible, np.zeros(p.industries)
    for i in range(p.slots):
        eligible[i] = innovators.alive[i] and not innovators.foreign[i]
    if government.purse[_DEMONSTRATION] > 0.0:
        _adoption_by_industry(s.users, s.industries.share, 1000.0 * p.market_size, adopted)
    upstream = _suppliers_by_plan(p, s.suppliers, government.plan)
    local = np.zeros(p.regions)
    for u in range(s.users.region.shape[0] if policy.backs == 1 else 0):
        local[s.users.region[u]] += s.users.size[u] / (1000.0 * p.market_size)
    return Signal(
        market.initial_output, policy.foresight, eligible, government.chosen, government.backed, innovators.region,
        innovators.plan_research, innovators.sales, upstream, adopted, market.adoption_cost, local, market.entrants,
    )  # fmt: skip


@phase
def _adoption_by_industry(users: Users, share: Floats, size: float, adopted: Floats) -> None:
    """Set the share of each industry's size that uses the new technology, shape (J,)."""
    for u in range(users.provider.shape[0]):
        if users.provider[u] >= 0:
            adopted[users.industry[u]] += users.size[u]
    for j in range(adopted.shape[0]):
        adopted[j] /= size * share[j]


@phase
def _suppliers_by_plan(p: ParameterRecord, suppliers: Suppliers, plan: Floats) -> Floats:
    """Return domains' weights in the plan, shared by their domestic suppliers. Shape (S,), sums to 1."""
    number, weights = np.zeros(p.domains), np.zeros(suppliers.domain.shape[0])
    for k in range(weights.shape[0]):
        number[suppliers.domain[k]] += 0.0 if suppliers.foreign[k] else 1.0
    for k in range(weights.shape[0]):
        weights[k] = 0.0 if suppliers.foreign[k] else plan[suppliers.domain[k]] / number[suppliers.domain[k]]
    return weights


@phase
def charge(t: int, policy: PolicyRecord, s: State, number: int, placed: float) -> None:
    """Charge a purse with what was placed, and with administration and leakage in proportion to outlays."""
    outlay = placed / (1.0 - policy.administration - policy.leakage)
    s.government.purse[number] -= outlay
    s.government.placed[t, number] += placed
    transfer(t, s.ledger, GOVERNMENT, OUTSIDE, _ADMINISTRATION, policy.administration * outlay)
    transfer(t, s.ledger, GOVERNMENT, OUTSIDE, _LEAKAGE, policy.leakage * outlay)


@phase
def settle_purses(t: int, p: ParameterRecord, policy: PolicyRecord, s: State) -> None:
    """Charge what instruments paid during the quarter. When policy ends, taxpayers get back what is left.

    So does equity that comes back later.
    """
    purse = s.government.purse
    if policy.start <= t < policy.end:
        for number in range(purse.shape[0]):
            if s.support.spent[number] > 0.0:
                charge(t, policy, s, number, s.support.spent[number])
    if t >= min(policy.end, p.horizon) - 1:
        transfer(t, s.ledger, GOVERNMENT, USERS, _RETURNED, total(purse))
        purse[:] = 0.0


@phase
def build_stocks(t: int, p: ParameterRecord, s: State) -> None:
    """Let stocks follow what was spent on them. Segmentation and integration follow."""
    flow, level, training, market = s.support.flow[0], s.stocks.level[0], s.stocks.training, s.market[0]
    level.infrastructure = (1.0 - p.infrastructure_decay) * level.infrastructure + flow.infrastructure
    due = t % p.talent_lag
    level.engineers = (1.0 - p.talent_decay) * level.engineers + training[due]
    training[due] = p.talent_efficacy * flow.training / market.initial_wage
    market.segmentation = p.segmentation * flow.segmentation
    market.integration = p.integration * exp(-p.infrastructure_efficacy * level.infrastructure / market.initial_output)
