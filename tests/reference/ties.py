"""Whom users know: step 14 of model/ODD.md, and first contacts of section 5."""

import math
from typing import Any

from model.randomness import Stream
from tests.reference.agents import ORPHANED, Innovator, User
from tests.reference.draws import index, u32

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
            m = index(economy.draws.U32(Stream.MEETING, t, user.index), p.contacts)
            swap(economy, user, m, p.contacts, economy.market.segmentation)
    if economy.support.meetings > 0.0:
        for user in economy.users:
            meets, place = economy.draws.coarse(Stream.PLATFORM, t, user.index)[:2]
            if meets < economy.support.meetings:
                swap(economy, user, index(place, p.contacts), p.contacts + 1, 0.0)


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
    """Put a firm that the user does not know in place m, unless the provider stands there or nobody is found."""
    if user.contacts[m] is None or user.contacts[m] is not user.provider:
        partner = find_partner(economy, user, economy.t, occasion, segmentation)
        if partner is not None:
            user.contacts[m] = partner


def find_partner(economy: Any, user: User, period: int, occasion: int, segmentation: float) -> Innovator | None:
    """A living firm that the user does not know: the first of 64 tries that fits, else one of all that fit."""
    p = economy.p
    for block in range(16):
        for word in economy.draws.words(Stream.PARTNER, period, user.index, 65 * occasion + block):
            place = u32(word) * p.slots
            firm = economy.innovators[min(math.floor(place), p.slots - 1)]
            met = firm.region == user.region or place - firm.index >= segmentation
            if firm.alive and met and firm not in user.contacts:
                return firm
    which, abroad = economy.draws.coarse(Stream.PARTNER, period, user.index, 65 * occasion + 64)[:2]
    fit = [
        firm
        for firm in economy.living
        if firm not in user.contacts and (firm.region == user.region or abroad >= segmentation)
    ]
    return fit[math.floor(which * len(fit))] if fit else None
