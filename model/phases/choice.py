"""Choice: users that reconsider compare the products they know with the old technology.

Users are taken in blocks that stay in cache, each in three passes: gather utilities, find the best with keyed taste
noise, move. The middle pass runs over users, offer by offer, so that it becomes vector instructions.
"""

from agents.compiled import phase
from agents.elementary import list_marked
from agents.innovator import ABROAD
from agents.user import (
    OLD_TECHNOLOGY,
    ORPHANED,
    change_cost,
    gross_utility,
    mastery_after_switch,
    perceived_risk,
    taste,
)
from model.instruments import NUMBER
from model.ledger import GOVERNMENT, OUTSIDE, USERS, Purpose, transfer
from model.randomness import Purpose as Luck
from model.randomness import uniform, words_in_loop
from model.state import BLOCK

_TASTE, _INTEGRATION, _ADOPTION = int(Luck.TASTE), int(Purpose.INTEGRATION), int(Purpose.ADOPTION)
_DEMONSTRATION = NUMBER["demonstration"]
_NO_OFFER = -1e300


@phase
def choose_providers(t, p, seed, s):
    """Every reconsidering user takes the offer of highest utility; what a user has not met it cannot buy."""
    users, scratch = s.users, s.scratch
    provider, adopted, net_price = users.provider, scratch.adopted, scratch.firms[0]
    count = provider.shape[0]
    for u in range(count):
        adopted[u] = provider[u] >= 0
    for i in range(p.slots):
        net_price[i] = s.innovators.price[i] * (1.0 - s.innovators.subsidy[i])
    switched, adopting, aid = 0.0, 0.0, 0.0
    for start in range(0, count, BLOCK):
        reviewing = _list_reviewing(p, users, scratch.marked, scratch.listed, start, min(start + BLOCK, count))
        _feel_risk(p, users, scratch, reviewing)
        _gather_utilities(p, s, net_price, reviewing)
        _find_best(t, p, seed, scratch, reviewing)
        moved, basis, paid = _move(p, s, reviewing)
        switched, adopting, aid = switched + moved, adopting + basis, aid + paid
    s.tallies[t].integrated = switched
    transfer(t, s.ledger, USERS, OUTSIDE, _INTEGRATION, s.market[0].integration * switched)
    transfer(t, s.ledger, GOVERNMENT, USERS, _ADOPTION, aid)
    s.support.spent[_DEMONSTRATION] = aid
    if aid > 0.0:
        s.market[0].adopting = adopting


@phase
def _list_reviewing(p, users, marked, listed, start, stop):
    """Users of the block that reconsider, or whose provider has gone. `marked` (block,) is scratch."""
    draw, provider, chance = users.draw_reconsider[start:stop], users.provider[start:stop], p.reconsider
    reviews = marked[: stop - start]
    for k in range(stop - start):
        reviews[k] = (draw[k] < chance) | (provider[k] == ORPHANED)
    return list_marked(reviews, start, listed)


@phase
def _feel_risk(p, users, scratch, reviewing):
    """Risk that each reviewing user sees in leaving the old technology; 0 if it has left it.

    A pass of its own: with little else to do the processor fetches many users' peers from memory at once.
    """
    listed, entering, provider, lead = scratch.listed, scratch.entering, users.provider, users.lead
    risk, lead_risk = p.risk, p.lead_risk
    for r in range(reviewing):
        u = listed[r]
        entering[r] = 0.0
        if provider[u] == OLD_TECHNOLOGY:
            entering[r] = perceived_risk(risk, _peer_adoption(users, scratch.adopted, u), lead[u], lead_risk)


@phase
def _gather_utilities(p, s, net_price, reviewing):
    """Utility without noise of every contact's product and of the old technology, a row per place in the list.

    Leaving the old technology for a domestic product may be paid for in part (`adoption`), and government may take
    over the risk of buying from a firm (`waiver`).
    """
    users, innovators, scratch = s.users, s.innovators, s.scratch
    quality, home, adoption, waiver = innovators.quality, innovators.region, s.support.adoption, s.support.waiver
    regions, provider, contacts, industry = users.region, users.provider, users.contacts, users.industry
    valuations, masteries, old_quality = users.valuation, users.mastery, users.old_quality
    listed, option, utility, entering = scratch.listed, scratch.option, scratch.utility, scratch.entering
    value_of_quality, friction, integration = p.value_of_quality, p.friction, s.market[0].integration
    old_price, slots = p.old_price, p.slots
    start, carried, known = p.mastery_start, p.mastery_carried, contacts.shape[1]
    for r in range(reviewing):
        u = listed[r]
        j, now, valuation, region, skilled = industry[u], provider[u], valuations[u], regions[u], masteries[u]
        fresh = mastery_after_switch(skilled, start, carried)
        felt, aid = entering[r], adoption[j] if now == OLD_TECHNOLOGY else 0.0
        for m in range(known):
            i = max(contacts[u, m], 0)
            mastery = skilled if i == now else fresh
            value = gross_utility(value_of_quality, valuation, quality[i, j], mastery, net_price[i])
            change = change_cost(integration, felt, waiver[i], aid if home[i] != ABROAD else 0.0)
            value -= 0.0 if i == now else change
            value -= 0.0 if home[i] == region else friction
            option[m, r] = i
            utility[m, r] = value if contacts[u, m] >= 0 else _NO_OFFER
        value = gross_utility(value_of_quality, valuation, old_quality[u], 1.0, old_price)
        option[known, r] = slots
        utility[known, r] = value if now == OLD_TECHNOLOGY else value - integration


@phase
def _peer_adoption(users, adopted, u):
    """Share of a user's peers that use the new technology."""
    peers = users.peers
    first, last = users.peer_start[u], users.peer_start[u + 1]
    count = 0.0  # a whole number would be added up by vector instructions, slower for so few
    for k in range(first, last):
        count += adopted[peers[k]]
    return count / (last - first) if last > first else 0.0


@phase
def _find_best(t, p, seed, scratch, reviewing):
    """The offer of highest utility with Gumbel noise, which is keyed by (user, innovator slot), not by the place."""
    listed, option, utility, chosen = scratch.listed, scratch.option, scratch.utility, scratch.chosen
    noise, best, scale = scratch.taste, scratch.users[0], p.choice_noise
    for m in range(utility.shape[0]):
        offered, without = option[m], utility[m]
        for r in range(reviewing):
            w0, _, _, _ = words_in_loop(seed, _TASTE, t, listed[r], offered[r])
            noise[r] = uniform(w0)
        for r in range(reviewing):
            noise[r] = without[r] + taste(scale, noise[r])
        for r in range(reviewing):
            better = m == 0 or noise[r] > best[r]
            chosen[r] = offered[r] if better else chosen[r]
            best[r] = noise[r] if better else best[r]


@phase
def _move(p, s, reviewing):
    """Move each reviewing user to its best offer.

    Returns the economic size of users that switched; integration and risk of those that were offered help to adopt;
    and the help that government paid them.
    """
    users, scratch, adoption, waiver = s.users, s.scratch, s.support.adoption, s.support.waiver
    listed, chosen, provider = scratch.listed, scratch.chosen, users.provider
    slots, integration = p.slots, s.market[0].integration
    switched, adopting, aid = 0.0, 0.0, 0.0
    for r in range(reviewing):
        u = listed[r]
        choice = OLD_TECHNOLOGY if chosen[r] == slots else chosen[r]
        if choice == provider[u]:
            continue
        rate = adoption[users.industry[u]]
        if rate > 0.0 and provider[u] == OLD_TECHNOLOGY and s.innovators.region[choice] != ABROAD:
            cost = users.size[u] * change_cost(integration, scratch.entering[r], waiver[choice], 0.0)
            adopting += cost
            aid += rate * cost
        provider[u] = choice
        users.mastery[u] = mastery_after_switch(users.mastery[u], p.mastery_start, p.mastery_carried)
        switched += users.size[u]
    return switched, adopting, aid
