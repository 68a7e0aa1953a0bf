"""Ties: users forget firms that have gone and meet others; meetings across regions are rarer."""

from agents.compiled import rule
from agents.user import ORPHANED
from model.randomness import Purpose as Luck
from model.randomness import uniform, words

_MEETING, _PARTNER, _PLATFORM = int(Luck.MEETING), int(Luck.PARTNER), int(Luck.PLATFORM)
_TRIES = 64


@rule
def renew_ties(t, p, seed, s):
    """Dead contacts are replaced; with probability `meet` a user swaps one contact, with more where a platform helps.

    Platforms bring together across regions: segmentation does not dampen their meetings.
    """
    users, innovators, meetings = s.users, s.innovators, s.support.flow[0].meetings
    if s.market[0].gone > 0.0:
        replace_dead_contacts(t, p, s.market[0].segmentation, seed, users, innovators)
    for u in range(users.provider.shape[0]):
        if users.draw_meet[u] < p.meet:
            w0, _, _, _ = words(seed, _MEETING, t, u, 0)
            _swap_contact(t, p, s.market[0].segmentation, seed, users, innovators, u, uniform(w0), p.contacts)
    if meetings > 0.0:
        for u in range(users.provider.shape[0]):
            w0, w1, _, _ = words(seed, _PLATFORM, t, u, 0)
            if uniform(w0) < meetings:
                _swap_contact(t, p, 0.0, seed, users, innovators, u, uniform(w1), p.contacts + 1)


@rule
def _swap_contact(t, p, segmentation, seed, users, innovators, u, place, occasion):
    """A contact at random, unless it is the provider, gives way to a firm met for the first time."""
    m = min(int(place * p.contacts), p.contacts - 1)
    if users.contacts[u, m] < 0 or users.contacts[u, m] != users.provider[u]:
        partner = find_partner(t, p, segmentation, seed, users, innovators, u, occasion)
        users.contacts[u, m] = partner if partner >= 0 else users.contacts[u, m]


@rule
def replace_dead_contacts(t, p, segmentation, seed, users, innovators):
    """A provider that has gone leaves its users orphaned: they must choose next quarter."""
    contacts, alive = users.contacts, innovators.alive
    for u in range(contacts.shape[0]):
        if _knows_living_only(contacts, alive, u):
            continue
        for m in range(contacts.shape[1]):
            i = contacts[u, m]
            if i < 0 or not alive[i]:
                contacts[u, m] = -1
                contacts[u, m] = find_partner(t, p, segmentation, seed, users, innovators, u, m)
                if i >= 0 and users.provider[u] == i:
                    users.provider[u] = ORPHANED


@rule
def _knows_living_only(contacts, alive, u):
    """Whether every contact of the user is a living innovator."""
    living = 0
    for m in range(contacts.shape[1]):
        living += contacts[u, m] >= 0 and alive[contacts[u, m]]
    return living == contacts.shape[1]


@rule
def find_partner(t, p, segmentation, seed, users, innovators, u, occasion):
    """A living innovator that the user does not know yet, or -1.

    Keyed slots are tried until one fits; one from another region is passed over with probability `segmentation`.
    Two arms with nearly the same firms thus meet nearly the same ones. After 64 tries, one of all that fit is drawn.
    A word gives both: the whole part of uniform * slots is the slot, its fraction decides on another region.
    """
    contacts, alive, home, region = users.contacts, innovators.alive, innovators.region, users.region[u]
    block = occasion * (_TRIES + 1)
    for attempt in range(_TRIES // 4):
        for word in words(seed, _PARTNER, t, u, block + attempt):
            place = uniform(word) * p.slots
            i = min(int(place), p.slots - 1)
            if alive[i] and (home[i] == region or place - i >= segmentation) and not _knows(contacts, u, i):
                return i
    w0, w1, _, _ = words(seed, _PARTNER, t, u, block + _TRIES)
    anywhere = uniform(w1) >= segmentation
    fitting = 0
    for i in range(p.slots):
        near = anywhere or home[i] == region
        fitting += near and alive[i] and not _knows(contacts, u, i)
    left = int(uniform(w0) * fitting)
    for i in range(p.slots):
        near = anywhere or home[i] == region
        if near and alive[i] and not _knows(contacts, u, i):
            if left == 0:
                return i
            left -= 1
    return -1


@rule
def _knows(contacts, u, i):
    """Whether innovator i is among the user's contacts."""
    known = False
    for m in range(contacts.shape[1]):
        known = known or contacts[u, m] == i
    return known
