"""Choice: users that reconsider compare the products they know with the old technology.

Users are taken in blocks that stay in cache, each in three passes: gather utilities, add keyed taste noise,
take the best. Splitting them lets the middle pass become vector instructions.
"""

from agents.compiled import rule
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


@rule
def choose_providers(t, p, seed, s):
    """Every reconsidering user takes the offer of highest utility; what a user has not met it cannot buy."""
    users, scratch = s.users, s.scratch
    provider, adopted = users.provider, scratch.adopted
    count = provider.shape[0]
    for u in range(count):
        adopted[u] = provider[u] >= 0
    switched, adopting, aid = 0.0, 0.0, 0.0
    for start in range(0, count, BLOCK):
        reviewing = _list_reviewing(p, users, scratch.listed, start, min(start + BLOCK, count))
        offers = _gather_utilities(p, s, reviewing)
        _add_taste(t, p, seed, scratch, offers)
        moved, basis, paid = _take_best(p, s, reviewing)
        switched, adopting, aid = switched + moved, adopting + basis, aid + paid
    s.tallies[t].integrated = switched
    transfer(t, s.ledger, USERS, OUTSIDE, _INTEGRATION, s.market[0].integration * switched)
    transfer(t, s.ledger, GOVERNMENT, USERS, _ADOPTION, aid)
    s.support.spent[_DEMONSTRATION] = aid
    if aid > 0.0:
        s.market[0].adopting = adopting


@rule
def _list_reviewing(p, users, reviewing, start, stop):
    """Users of the block that reconsider, or whose provider has gone."""
    listed = 0
    draw, provider, chance = users.draw_reconsider, users.provider, p.reconsider
    for u in range(start, stop):
        if draw[u] < chance or provider[u] == ORPHANED:
            reviewing[listed] = u
            listed += 1
    return listed


@rule
def _gather_utilities(p, s, reviewing):
    """Utility without noise of every contact's product and of the old technology; returns the number of entries.

    Leaving the old technology for a domestic product may be paid for in part (`adoption`), and government may take
    over the risk of buying from a firm (`waiver`).
    """
    users, innovators, scratch = s.users, s.innovators, s.scratch
    price, subsidy, quality, home = innovators.price, innovators.subsidy, innovators.quality, innovators.region
    regions, provider, contacts, industry = users.region, users.provider, users.contacts, users.industry
    valuations, masteries, old_quality = users.valuation, users.mastery, users.old_quality
    listed, option, agent, utility = scratch.listed, scratch.option, scratch.agent, scratch.utility
    adoption, waiver, entering = s.support.adoption, s.support.waiver, scratch.entering
    value_of_quality, friction, integration = p.value_of_quality, p.friction, s.market[0].integration
    old_price, slots = p.old_price, p.slots
    known = contacts.shape[1]
    entry = 0
    for r in range(reviewing):
        u = listed[r]
        j, now, valuation, region = industry[u], provider[u], valuations[u], regions[u]
        mastery_new = mastery_after_switch(masteries[u], p.mastery_start, p.mastery_carried)
        felt, aid = 0.0, 0.0
        if now == OLD_TECHNOLOGY:
            felt = perceived_risk(p.risk, _peer_adoption(users, scratch.adopted, u), users.lead[u], p.lead_risk)
            aid = adoption[j]
        entering[r] = felt
        for m in range(known):
            i = contacts[u, m]
            agent[entry] = u
            option[entry] = max(i, 0)
            utility[entry] = _NO_OFFER
            if i >= 0:
                mastery = masteries[u] if i == now else mastery_new
                value = gross_utility(
                    value_of_quality, valuation, quality[i, j], mastery, price[i] * (1.0 - subsidy[i])
                )
                change = change_cost(integration, felt, waiver[i], aid if home[i] != ABROAD else 0.0)
                value -= 0.0 if i == now else change
                utility[entry] = value - (0.0 if home[i] == region else friction)
            entry += 1
        agent[entry] = u
        option[entry] = slots
        value = gross_utility(value_of_quality, valuation, old_quality[u], 1.0, old_price)
        utility[entry] = value if now == OLD_TECHNOLOGY else value - integration
        entry += 1
    return entry


@rule
def _peer_adoption(users, adopted, u):
    """Share of a user's peers that use the new technology."""
    peers = users.peers
    first, last = users.peer_start[u], users.peer_start[u + 1]
    count = 0
    for k in range(first, last):
        count += adopted[peers[k]]
    return count / (last - first) if last > first else 0.0


@rule
def _add_taste(t, p, seed, scratch, offers):
    """Gumbel noise keyed by (user, innovator slot), never by the position in a contact list."""
    agent, option, utility, luck, scale = scratch.agent, scratch.option, scratch.utility, scratch.luck, p.choice_noise
    for k in range(offers):
        w0, _, _, _ = words_in_loop(seed, _TASTE, t, agent[k], option[k])
        luck[k] = uniform(w0)
    for k in range(offers):
        utility[k] += taste(scale, luck[k])


@rule
def _take_best(p, s, reviewing):
    """Move each reviewing user to its best offer.

    Returns the economic size of users that switched; integration and risk of those that were offered help to adopt;
    and the help that government paid them.
    """
    users, scratch, adoption, waiver = s.users, s.scratch, s.support.adoption, s.support.waiver
    listed, option, utility, provider = scratch.listed, scratch.option, scratch.utility, users.provider
    options, slots, integration = users.contacts.shape[1] + 1, p.slots, s.market[0].integration
    switched, adopting, aid = 0.0, 0.0, 0.0
    for r in range(reviewing):
        u = listed[r]
        best = r * options
        for k in range(best + 1, (r + 1) * options):
            if utility[k] > utility[best]:
                best = k
        choice = OLD_TECHNOLOGY if option[best] == slots else option[best]
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
