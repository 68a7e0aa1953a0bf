"""Choice: users that reconsider compare the products they know with the old technology.

Users are taken in blocks that stay in cache, each in three passes: gather utilities, add keyed taste noise,
take the best. Splitting them lets the middle pass become vector instructions.
"""

from agents.compiled import rule
from agents.user import OLD_TECHNOLOGY, ORPHANED, gross_utility, mastery_after_switch, perceived_risk, taste
from model.ledger import OUTSIDE, USERS, Purpose, transfer
from model.randomness import Purpose as Luck
from model.randomness import uniform, words_in_loop
from model.state import BLOCK

_TASTE, _INTEGRATION = int(Luck.TASTE), int(Purpose.INTEGRATION)
_NO_OFFER = -1e300


@rule
def choose_providers(t, p, seed, s):
    """Every reconsidering user takes the offer of highest utility; what a user has not met it cannot buy."""
    users, scratch = s.users, s.scratch
    provider, adopted = users.provider, scratch.adopted
    count = provider.shape[0]
    for u in range(count):
        adopted[u] = provider[u] >= 0
    switched = 0.0
    for start in range(0, count, BLOCK):
        reviewing = _list_reviewing(p, users, scratch.listed, start, min(start + BLOCK, count))
        offers = _gather_utilities(p, users, s.innovators, scratch, reviewing)
        _add_taste(t, p, seed, scratch, offers)
        switched += _take_best(p, users, scratch, reviewing)
    transfer(t, s.ledger, USERS, OUTSIDE, _INTEGRATION, p.integration * switched)


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
def _gather_utilities(p, users, innovators, scratch, reviewing):
    """Utility without noise of every contact's product and of the old technology; returns the number of entries."""
    price, subsidy, quality, home = innovators.price, innovators.subsidy, innovators.quality, innovators.region
    regions, provider, contacts, industry = users.region, users.provider, users.contacts, users.industry
    valuations, masteries, old_quality = users.valuation, users.mastery, users.old_quality
    listed, option, agent, utility = scratch.listed, scratch.option, scratch.agent, scratch.utility
    value_of_quality, friction, integration = p.value_of_quality, p.friction, p.integration
    old_price, slots = p.old_price, p.slots
    known = contacts.shape[1]
    entry = 0
    for r in range(reviewing):
        u = listed[r]
        j, now, valuation, region = industry[u], provider[u], valuations[u], regions[u]
        mastery_new = mastery_after_switch(masteries[u], p.mastery_start, p.mastery_carried)
        change = integration
        if now == OLD_TECHNOLOGY:
            change += perceived_risk(p.risk, _peer_adoption(users, scratch.adopted, u), users.lead[u], p.lead_risk)
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
def _take_best(p, users, scratch, reviewing):
    """Move each reviewing user to its best offer; returns the economic size of users that switched."""
    listed, option, utility, provider = scratch.listed, scratch.option, scratch.utility, users.provider
    options, slots = users.contacts.shape[1] + 1, p.slots
    switched = 0.0
    for r in range(reviewing):
        u = listed[r]
        best = r * options
        for k in range(best + 1, (r + 1) * options):
            if utility[k] > utility[best]:
                best = k
        choice = OLD_TECHNOLOGY if option[best] == slots else option[best]
        if choice != provider[u]:
            provider[u] = choice
            users.mastery[u] = mastery_after_switch(users.mastery[u], p.mastery_start, p.mastery_carried)
            switched += users.size[u]
    return switched
