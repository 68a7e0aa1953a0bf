"""Ties: users forget firms that have gone and meet others; meetings across regions are rarer."""

from agents.compiled import rule
from agents.user import ORPHANED
from model.randomness import Purpose as Luck
from model.randomness import uniform, words

_MEETING, _PARTNER = int(Luck.MEETING), int(Luck.PARTNER)
_TRIES = 64


@rule
def renew_ties(t, p, seed, s):
    """Dead contacts are replaced; with probability `meet` a user swaps one contact."""
    users = s.users
    if s.market[0].gone > 0.0:
        _replace_dead_contacts(t, p, seed, users, s.innovators)
    known = users.contacts.shape[1]
    for u in range(users.provider.shape[0]):
        if users.draw_meet[u] < p.meet:
            w0, _, _, _ = words(seed, _MEETING, t, u, 0)
            m = min(int(uniform(w0) * known), known - 1)
            if users.contacts[u, m] < 0 or users.contacts[u, m] != users.provider[u]:
                partner = find_partner(t, p, seed, users, s.innovators, u, known)
                users.contacts[u, m] = partner if partner >= 0 else users.contacts[u, m]


@rule
def _replace_dead_contacts(t, p, seed, users, innovators):
    """A provider that has gone leaves its users orphaned: they must choose next quarter."""
    for u in range(users.provider.shape[0]):
        for m in range(users.contacts.shape[1]):
            i = users.contacts[u, m]
            if i < 0 or not innovators.alive[i]:
                users.contacts[u, m] = -1
                users.contacts[u, m] = find_partner(t, p, seed, users, innovators, u, m)
                if i >= 0 and users.provider[u] == i:
                    users.provider[u] = ORPHANED


@rule
def find_partner(t, p, seed, users, innovators, u, occasion):
    """A living innovator that the user does not know yet, or -1.

    Keyed slots are tried until one fits; one from another region is passed over with probability `segmentation`.
    Two arms with nearly the same firms thus meet nearly the same ones. After 64 tries, one of all that fit is drawn.
    """
    for attempt in range(_TRIES):
        w0, w1, _, _ = words(seed, _PARTNER, t, u, occasion * (_TRIES + 1) + attempt)
        i = min(int(uniform(w0) * p.slots), p.slots - 1)
        if _fits(p, users, innovators, u, i) and (
            innovators.region[i] == users.region[u] or uniform(w1) >= p.segmentation
        ):
            return i
    w0, w1, _, _ = words(seed, _PARTNER, t, u, occasion * (_TRIES + 1) + _TRIES)
    anywhere = uniform(w1) >= p.segmentation
    fitting = 0
    for i in range(p.slots):
        near = anywhere or innovators.region[i] == users.region[u]
        fitting += near and _fits(p, users, innovators, u, i)
    left = int(uniform(w0) * fitting)
    for i in range(p.slots):
        near = anywhere or innovators.region[i] == users.region[u]
        if near and _fits(p, users, innovators, u, i):
            if left == 0:
                return i
            left -= 1
    return -1


@rule
def _fits(p, users, innovators, u, i):
    """Whether innovator i lives and the user does not know it yet."""
    return innovators.alive[i] and not _knows(users.contacts, u, i)


@rule
def _knows(contacts, u, i):
    """Whether innovator i is among the user's contacts."""
    known = False
    for m in range(contacts.shape[1]):
        known = known or contacts[u, m] == i
    return known
