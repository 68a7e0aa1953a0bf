"""Whom users know: step 14 of model/ODD.md, and first contacts of section 5."""

import math
from typing import Any

from model.randomness import Stream
from tests.reference.agents import ORPHANED, Innovator, User
from tests.reference.draws import index, subword, u32

BEFORE = 0xFFFFFFFF  # the period of first contacts


def make_first_contacts(economy: Any) -> None:
    """Every user meets firms, one after another."""
    for user in economy.users:
        for m in range(economy.p.contacts):
            user.contacts[m] = find_partner(economy, user, BEFORE, m, economy.p.segmentation)


def renew_ties(economy: Any) -> None:
    """Step 14: dead contacts are replaced; users meet other firms by chance and on the platform."""
    p, t = economy.p, economy.t
    if economy.market.gone > 0:
        replace_dead_contacts(economy)
    for user in economy.users:
        if user.meets_firm:
            meet(economy, user)
    if economy.support.meetings > 0.0:
        for user in economy.users:
            meets, place = economy.draws.coarse(Stream.PLATFORM, t, user.index)[:2]
            if meets < economy.support.meetings:
                swap(economy, user, index(place, p.contacts), p.contacts + 1, 0.0)


def meet(economy: Any, user: User) -> None:
    """Let a user hear of the firm that a peer used, or meet a firm by chance."""
    p = economy.p
    place, by_word, which = economy.draws.coarse(Stream.MEETING, economy.t, user.index)[:3]
    m = index(place, p.contacts)
    if user.peers and by_word < p.word_of_mouth:
        firm = user.peers[index(which, len(user.peers))].technology
        if firm is not None:
            put(user, m, firm if firm.alive and firm not in user.contacts else None)
            return
    swap(economy, user, m, p.contacts, economy.market.segmentation)


def put(user: User, m: int, firm: Innovator | None) -> None:
    """Put a firm that the user meets, if it meets any, in place m, unless the provider stands there."""
    free = user.contacts[m] is None or user.contacts[m] is not user.provider
    if free and firm is not None:
        user.contacts[m] = firm


def replace_dead_contacts(economy: Any) -> None:
    """Places of dead contacts, and empty ones, are filled; users of a dead firm are orphaned."""
    for user in economy.users:
        if user.adopts and not user.provider.alive:
            user.provider = ORPHANED
        for m, contact in enumerate(user.contacts):
            if contact is None or not contact.alive:
                user.contacts[m] = None
                user.contacts[m] = find_partner(economy, user, economy.t, m, economy.market.segmentation)


def swap(economy: Any, user: User, m: int, occasion: int, segmentation: float) -> None:
    """Put a firm that the user meets by chance in place m."""
    put(user, m, find_partner(economy, user, economy.t, occasion, segmentation))


def find_partner(economy: Any, user: User, period: int, occasion: int, segmentation: float) -> Innovator | None:
    """The firm, of those that the user does not know, that arrives first in an exponential race."""
    word = economy.draws.words(Stream.PARTNER, period, user.index, occasion)[0]

    def wait(firm: Innovator) -> float:
        weight = 1.0 if firm.region == user.region else 1.0 - segmentation
        return -math.log(u32(subword(word, firm.index))) / weight if weight > 0 else math.inf

    unknown = [firm for firm in economy.living if firm not in user.contacts]
    first = min(unknown, key=wait, default=None)
    return first if first is not None and wait(first) < math.inf else None
