"""Use: users produce with what they chose, and learn to use it."""

from agents.innovator import Innovators, progressed, sellers_price
from agents.kernel.arithmetic import list_marked, total
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Row
from agents.user import OLD_TECHNOLOGY, Users, mastery_after_use, output
from model.records import ParameterRecord
from model.state.state import BLOCK, State

_HABIT = 0.25  # weight of the last quarter in what a firm usually sells


@phase
def produce(p: ParameterRecord, s: State, first: int, last: int, k: int) -> None:
    """Produce with the chosen technology and book payments and sales per firm. Then mastery rises with use.

    Adds up what the users from `first` to `last` (not included) buy, and how their productivity changes, as share k.
    """
    sums, units, delivered = s.shares.sums[k], s.shares.units[k], s.shares.delivered[k]
    units[:] = 0.0
    delivered[:] = 0.0
    sums.within, sums.between, sums.entry, sums.exit, sums.across = 0.0, 0.0, 0.0, 0.0, 0.0
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        sums.across += _buy(p, s, start, stop, units, delivered)
        _work(p, s, start, stop)
        _compare_productivity(s.users, s.thread_workspace.productivity, start, stop, sums)


@phase
def _buy(p: ParameterRecord, s: State, start: int, stop: int, units: Floats, delivered: Floats) -> float:
    """Book payments, sales, useful quality and price before subsidy of a block.

    Returns the economic size of users that buy from another region.
    """
    users, workspace, net_price = s.users, s.thread_workspace, s.phase_workspace.net_price
    demand, old_price = s.market[0].demand, p.old_price
    provider, industry, size, mastery = users.provider, users.industry, users.size, users.mastery
    quality_used, spending, old_quality = users.quality_used, users.spending, users.old_quality
    quality, price, home, region = s.innovators.quality, s.innovators.price, s.innovators.region, users.region
    useful, paid, adopts, listed = workspace.useful, workspace.paid, workspace.marked, workspace.listed
    count, chosen, own = stop - start, provider[start:stop], old_quality[start:stop]
    for k in range(count):
        adopts[k] = chosen[k] >= 0
    for k in range(count):
        useful[k] = own[k]
    paid[:] = old_price
    quality_used[start:stop] = 0.0
    spending[start:stop] = 0.0
    across = 0.0
    for k in range(list_marked(adopts[:count], start, listed)):
        u = listed[k]
        i, active = provider[u], demand * size[u]
        used = quality[i, industry[u]] * mastery[u]
        useful[u - start] = quality_used[u] = used
        paid[u - start] = price[i]
        spending[u] = active * net_price[i]
        units[i] += active
        delivered[i] += active * used
        across += size[u] * (home[i] != region[u])
    return across


@phase
def _work(p: ParameterRecord, s: State, start: int, stop: int) -> None:
    """Set output of a block, mastery after it, and productivity at prices before subsidy."""
    users, workspace, count = s.users, s.thread_workspace, stop - start
    useful, paid, now = workspace.useful, workspace.paid, workspace.productivity
    made, size, valuation = users.output[start:stop], users.size[start:stop], users.valuation[start:stop]
    mastery, provider = users.mastery[start:stop], users.provider[start:stop]
    demand, value, learning = s.market[0].demand, p.value_of_quality, p.mastery_learning
    for k in range(count):
        made[k] = demand * output(size[k], value, valuation[k], useful[k])
    for k in range(count):
        mastery[k] = mastery_after_use(mastery[k], learning) if provider[k] >= 0 else mastery[k]
    for k in range(count):
        now[k] = made[k] / size[k] - demand * paid[k]


@phase
def _compare_productivity(users: Users, now: Floats, start: int, stop: int, sums: Row) -> None:
    """Add up the change of users' mean productivity: of those that kept a provider, changed it, adopted, went back.

    The four parts of Foster, Haltiwanger & Krizan (2001) with technologies in place of firms: weights are sizes,
    which do not change, so that the parts sum to the change of the mean.
    """
    provider, technology = users.provider[start:stop], users.technology[start:stop]
    before, size, count = users.productivity[start:stop], users.size[start:stop], stop - start
    for k in range(count):
        i, last = max(provider[k], OLD_TECHNOLOGY), technology[k]
        if i != last:
            change = size[k] * (now[k] - before[k])
            sums.between += change if i >= 0 and last >= 0 else 0.0
            sums.entry += change if last < 0 else 0.0
            sums.exit += change if i < 0 else 0.0
            technology[k], before[k] = i, now[k]
    for k in range(count):
        change = now[k] - before[k]
        before[k] = now[k]
        now[k] = size[k] * change
    sums.within += total(now[:count])


@phase
def book_sales(t: int, p: ParameterRecord, s: State) -> None:
    """Add up the shares: what firms sold and delivered, and how users' productivity changed."""
    innovators, shares, tally = s.innovators, s.shares, s.tallies[t]
    units, usual, delivered = innovators.units, innovators.usual_units, innovators.delivered
    kept = innovators.aid_kept
    for i in range(p.slots):
        usual[i] += _HABIT * (units[i] - usual[i])
        units[i], delivered[i], kept[i] = 0.0, 0.0, 0.0
    within, between, entry, leaving, across = 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(shares.units.shape[0]):
        sums = shares.sums[k]
        within, between, entry, leaving, across = (
            within + sums.within, between + sums.between, entry + sums.entry, leaving + sums.exit, across + sums.across
        )  # fmt: skip
        for i in range(p.slots):
            units[i] += shares.units[k, i]
            delivered[i] += shares.delivered[k, i]
            kept[i] += p.incidence * shares.aid[k, i]
    tally.across = across
    everyone = 1000.0 * p.market_size
    tally.user_productivity_within, tally.user_productivity_between = within / everyone, between / everyone
    tally.user_productivity_entry, tally.user_productivity_exit = entry / everyone, leaving / everyone
    _count_revenue(t, p, innovators)


@phase
def _count_revenue(t: int, p: ParameterRecord, innovators: Innovators) -> None:
    """Set sales at list prices, what firms receive, the part that government pays, and progress of useful quality.

    A good quarter of the firm is no progress.
    """
    units, price, subsidy, kept = innovators.units, innovators.price, innovators.subsidy, innovators.aid_kept
    sales, revenue, subsidised = innovators.sales, innovators.revenue, innovators.subsidised
    delivered, factor, mark = innovators.delivered, innovators.idiosyncratic_factor, innovators.useful_mark
    for i in range(p.slots):
        sales[i] = units[i] * price[i]
    for i in range(p.slots):
        subsidised[i] = sales[i] * subsidy[i] + kept[i]
    for i in range(p.slots):
        revenue[i] = units[i] * sellers_price(price[i], subsidy[i], p.incidence) + kept[i]
    for i in range(p.slots):
        useful = delivered[i] / units[i] / factor[i] if units[i] > 0.0 else 0.0
        if units[i] > 0.0 and progressed(useful, mark[i]):
            mark[i] = useful
            innovators.progress[i] = t
