"""Choice: users that reconsider compare the products they know with the old technology.

Users are taken in blocks that stay in cache, each in passes: what users know of themselves, utilities of all offers to
those that reconsider, the best with keyed taste noise, the move. Noise is drawn for all offers in a row, so that the
pass becomes vector instructions.
"""

from agents.innovator import ABROAD, buyers_price
from agents.kernel.arithmetic import list_marked, list_rare
from agents.kernel.decorators import phase
from agents.kernel.types import MOST_SLOTS, Floats, Key, Row
from agents.user import (
    OLD_TECHNOLOGY,
    ORPHANED,
    Users,
    change_cost,
    gross_utility,
    mastery_after_switch,
    mean_gap,
    perceived_risk,
    subsidy_horizon,
    taste,
)
from model.policy.instruments import NUMBER
from model.randomness import Stream, uniform, words_in_loop
from model.records import ParameterRecord, PolicyRecord
from model.state.ledger import GOVERNMENT, OUTSIDE, USERS, Entry, transfer
from model.state.state import BLOCK, State
from model.state.workspace import ThreadWorkspace

_TASTE, _INTEGRATION, _ADOPTION = int(Stream.TASTE), int(Entry.INTEGRATION), int(Entry.ADOPTION)
_DEMONSTRATION = NUMBER["demonstration"]
_NO_OFFER = -1e300


@phase
def show_offers(t: int, p: ParameterRecord, policy: PolicyRecord, s: State) -> None:
    """Set what users see before any of them chooses: prices net of subsidy, and number of peers that have adopted.

    Over their horizon they count on a subsidy for some quarters, and on the list price for the rest.
    """
    price, subsidy, workspace = s.innovators.price, s.innovators.subsidy, s.phase_workspace
    net_price, price_seen = workspace.net_price, workspace.price_seen
    counted = subsidy_horizon(p.subsidy_belief, p.payback, policy.end - t) / p.payback
    for i in range(p.slots):
        net_price[i] = buyers_price(price[i], subsidy[i], p.incidence)
    for i in range(p.slots):
        price_seen[i] = buyers_price(price[i], subsidy[i] * counted, p.incidence)
    for start in range(0, p.users, BLOCK):
        changed = _list_changed(s.users, s.thread_workspace, start, min(start + BLOCK, p.users))
        for n in range(changed):
            _tell_watchers(s.users, s.thread_workspace.listed[n])


@phase
def _list_changed(users: Users, workspace: ThreadWorkspace, start: int, stop: int) -> int:
    """List users of the block that have taken up or given up the new technology since users last chose."""
    adopted, provider, changes = users.adopted[start:stop], users.provider[start:stop], workspace.marked
    for k in range(stop - start):
        changes[k] = adopted[k] != (provider[k] >= 0)
    return list_rare(changes[: stop - start], start, workspace.listed)


@phase
def _tell_watchers(users: Users, u: int) -> None:
    """Show a change of user u to all that have it as a peer. Users change rarely, so that nobody need be asked."""
    watchers, adopting = users.watchers, users.adopting_peers
    users.adopted[u] = not users.adopted[u]
    change = 1 if users.adopted[u] else -1
    for k in range(users.watcher_start[u], users.watcher_start[u + 1]):
        adopting[watchers[k]] += change


@phase
def choose_providers(t: int, p: ParameterRecord, seed: Key, s: State, first: int, last: int, k: int) -> None:
    """Let every reconsidering user take the offer of highest utility. It cannot buy from a firm it has not met.

    Adds up what moves, and what it costs, of the users from `first` to `last` (not included), as share k.
    """
    sums, aided = s.shares.sums[k], s.shares.aid[k]
    sums.switched, sums.adoption_cost, sums.aid, sums.risked = 0.0, 0.0, 0.0, 0.0
    aided[:] = 0.0
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        reviewing = _list_reviewing(s.users, s.thread_workspace, start, stop)
        _assess_own(p, s.users, s.market[0].integration, s.thread_workspace, start, stop)
        _assess_offers(p, s, reviewing, start)
        _find_best(t, p, seed, s.thread_workspace, reviewing)
        _move(p, s, reviewing, start, sums, aided)


@phase
def pay_for_change(t: int, incidence: float, s: State) -> None:
    """Pay for integration, of which government may have promised a part. Sellers keep a share of its aid."""
    sums = s.shares.sums
    switched, cost, aid, risked = 0.0, 0.0, 0.0, 0.0
    for k in range(sums.shape[0]):
        switched, cost, aid = switched + sums[k].switched, cost + sums[k].adoption_cost, aid + sums[k].aid
        risked += sums[k].risked
    s.tallies[t].integrated, s.tallies[t].risked = switched, risked
    transfer(t, s.ledger, USERS, OUTSIDE, _INTEGRATION, s.market[0].integration * switched)
    transfer(t, s.ledger, GOVERNMENT, USERS, _ADOPTION, (1.0 - incidence) * aid)
    s.support.spent[_DEMONSTRATION] = aid
    if aid > 0.0:
        s.market[0].adoption_cost = cost


@phase
def _list_reviewing(users: Users, workspace: ThreadWorkspace, start: int, stop: int) -> int:
    """List users of the block that reconsider, or whose provider has gone."""
    reconsiders, provider = users.reconsiders[start:stop], users.provider[start:stop]
    reviews = workspace.marked[: stop - start]
    for k in range(stop - start):
        reviews[k] = reconsiders[k] | (provider[k] == ORPHANED)
    return list_marked(reviews, start, workspace.listed)


@phase
def _assess_own(
    p: ParameterRecord, users: Users, integration: float, workspace: ThreadWorkspace, start: int, stop: int
) -> None:
    """Set each user's risk in leaving the old technology, the utility of that, and its mastery of a new product.

    Of those too that do not reconsider: to read all in a row is faster than to look for some in memory.
    """
    provider, adopting, lead = users.provider[start:stop], users.adopting_peers[start:stop], users.lead[start:stop]
    first_peer, beyond_peers = users.peer_start[start:stop], users.peer_start[start + 1 : stop + 1]
    valuation, old_quality = users.valuation[start:stop], users.old_quality[start:stop]
    mastery, entering = users.mastery[start:stop], workspace.risk_felt
    staying, fresh = workspace.staying, workspace.fresh_mastery
    risk, lead_risk, value_of_quality, old_price = p.risk, p.lead_risk, p.value_of_quality, p.old_price
    quarters = p.payback
    for k in range(stop - start):
        among_peers = adopting[k] / max(beyond_peers[k] - first_peer[k], 1)
        felt = perceived_risk(risk, among_peers, lead[k], lead_risk)
        entering[k] = felt if provider[k] == OLD_TECHNOLOGY else 0.0
    for k in range(stop - start):
        value = quarters * gross_utility(value_of_quality, valuation[k], old_quality[k], 1.0, old_price)
        staying[k] = value if provider[k] == OLD_TECHNOLOGY else value - integration
    for k in range(stop - start):
        fresh[k] = mastery_after_switch(mastery[k], p.mastery_start, p.mastery_carried)


@phase
def _assess_offers(p: ParameterRecord, s: State, reviewing: int, start: int) -> None:
    """Set utility without noise of every contact's product and of the old technology, contact by contact.

    Leaving the old technology for a domestic product may be paid for in part (`adoption`), and government may take
    over the risk of buying from a firm (`waiver`).
    """
    users, innovators, workspace, price = s.users, s.innovators, s.thread_workspace, s.phase_workspace.price_seen
    quality, home, adoption, waiver = innovators.quality, innovators.region, s.support.adoption, s.support.waiver
    regions, provider, contacts, industry = users.region, users.provider, users.contacts, users.industry
    valuations, masteries = users.valuation, users.mastery
    entering, staying, fresh = workspace.risk_felt, workspace.staying, workspace.fresh_mastery
    listed, who, option, utility = workspace.listed, workspace.who, workspace.option, workspace.utility
    value_of_quality, friction, integration = p.value_of_quality, p.friction, s.market[0].integration
    quarters, gap, passed_on = p.payback, mean_gap(p.mastery_learning, p.payback), 1.0 - p.incidence
    known = contacts.shape[1]
    for r in range(reviewing):
        option[r] = contacts[listed[r], 0]  # alone in a loop: many users' contacts come from memory at once
    for r in range(reviewing):
        u, n = listed[r], r
        j, now, valuation, region = industry[u], provider[u], valuations[u], regions[u]
        skilled, anew, felt = (
            1.0 - (1.0 - masteries[u]) * gap,
            1.0 - (1.0 - fresh[u - start]) * gap,
            entering[u - start],
        )
        aid = passed_on * adoption[j] if now == OLD_TECHNOLOGY else 0.0
        for m in range(known):
            i = max(contacts[u, m], 0)
            mastery = skilled if i == now else anew
            value = gross_utility(value_of_quality, valuation, quality[i, j], mastery, price[i])
            value -= friction * (home[i] != region)  # products: outcomes that cannot be predicted make branches slow
            change = change_cost(integration, felt, waiver[i], aid if home[i] != ABROAD else 0.0)
            value = quarters * value - change * (i != now)
            who[n], option[n] = u, i
            utility[n] = value if contacts[u, m] >= 0 else _NO_OFFER
            n += reviewing
        who[n], option[n], utility[n] = u, MOST_SLOTS, staying[u - start]


@phase
def _find_best(t: int, p: ParameterRecord, seed: Key, workspace: ThreadWorkspace, reviewing: int) -> None:
    """Find the offer of highest utility with Gumbel noise, keyed by (user, innovator slot), not by position."""
    who, option, utility, noise, chosen, best = (
        workspace.who, workspace.option, workspace.utility, workspace.taste, workspace.chosen, workspace.best
    )  # fmt: skip
    scale, offers = p.choice_noise, reviewing * (p.contacts + 1)
    for n in range(offers):
        w0, _, _, _ = words_in_loop(seed, _TASTE, t, who[n], option[n])
        noise[n] = uniform(w0)
    for n in range(offers):
        utility[n] += taste(scale, noise[n])
    for r in range(reviewing):
        best[r], chosen[r] = utility[r], option[r]
    for m in range(1, p.contacts + 1):
        offered, value = option[m * reviewing :], utility[m * reviewing :]
        for r in range(reviewing):
            chosen[r] = offered[r] if value[r] > best[r] else chosen[r]
        for r in range(reviewing):
            best[r] = max(best[r], value[r])


@phase
def _move(p: ParameterRecord, s: State, reviewing: int, start: int, sums: Row, aided: Floats) -> None:
    """Move each reviewing user to its best offer.

    Adds to `sums`: economic size of users that switched; integration and risk of those that were offered help to
    adopt; the help that government promises them, also by firm into `aided`; and the risk that they felt.
    """
    users, workspace, adoption, waiver = s.users, s.thread_workspace, s.support.adoption, s.support.waiver
    entering = workspace.risk_felt
    listed, chosen, provider = workspace.listed, workspace.chosen, users.provider
    integration, switched, adoption_cost, aid, risked = s.market[0].integration, 0.0, 0.0, 0.0, 0.0
    for r in range(reviewing):
        u = listed[r]
        choice = OLD_TECHNOLOGY if chosen[r] == MOST_SLOTS else chosen[r]
        if choice == provider[u]:
            continue
        rate = adoption[users.industry[u]]
        if rate > 0.0 and provider[u] == OLD_TECHNOLOGY and s.innovators.region[choice] != ABROAD:
            cost = users.size[u] * change_cost(integration, entering[u - start], waiver[choice], 0.0)
            adoption_cost += cost
            aid += rate * cost
            aided[choice] += rate * cost
        risked += users.size[u] * entering[u - start]
        provider[u] = choice
        users.mastery[u] = mastery_after_switch(users.mastery[u], p.mastery_start, p.mastery_carried)
        switched += users.size[u]
    sums.switched += switched
    sums.adoption_cost += adoption_cost
    sums.aid += aid
    sums.risked += risked
