"""The choice of providers in vectorised NumPy: what the compiled phase is measured against."""

from typing import Any

import numba
import numpy as np

from agents.innovator import ABROAD
from agents.kernel.types import MOST_SLOTS
from agents.user import OLD_TECHNOLOGY, ORPHANED, Users, mean_gap, subsidy_horizon
from model.randomness import Stream, uniform, words_in_loop
from model.state.state import State

_TASTE = int(Stream.TASTE)


@numba.vectorize
def taste_uniform(key_low, key_high, t, user, option):
    """The keyed uniform of a user's taste for an option: drawn by the same compiled code as in the phase."""
    return uniform(words_in_loop((key_low, key_high), _TASTE, t, user, option)[0])


def vectorised_choice(t: int, p: Any, policy: Any, seed: Any, s: State) -> np.ndarray:
    """Providers after the choice; the state stays as it is. Shape (U,).

    Arrays have a row per reviewing user and a column per contact; the old technology is the last option.
    """
    users, innovators = s.users, s.innovators
    reviewing = np.flatnonzero(users.reconsiders | (users.provider == ORPHANED))
    contacts, now, industry = users.contacts[reviewing], users.provider[reviewing], users.industry[reviewing]
    firms, on_old, integration = np.maximum(contacts, 0), now == OLD_TECHNOLOGY, s.market[0].integration
    stays = firms == now[:, None]

    skilled = users.mastery[reviewing]
    fresh = p.mastery_start + p.mastery_carried * (skilled - p.mastery_start)
    gap = mean_gap(p.mastery_learning, p.payback)
    mastery = 1.0 - (1.0 - np.where(stays, skilled[:, None], fresh[:, None])) * gap
    worth = p.value_of_quality * users.valuation[reviewing]
    counted = subsidy_horizon(p.subsidy_belief, p.payback, policy.end - t) / p.payback
    price = innovators.price * (1.0 - (1.0 - p.incidence) * innovators.subsidy * counted)
    gross = worth[:, None] * innovators.quality[firms, industry[:, None]] * mastery - price[firms]

    felt = np.zeros(reviewing.size)
    felt[on_old] = _perceived_risk(p, users, reviewing[on_old])
    aided = on_old[:, None] & (innovators.region != ABROAD)[firms]
    aid = np.where(aided, (1.0 - p.incidence) * s.support.adoption[industry][:, None], 0.0)
    change = (integration + (1.0 - s.support.waiver[firms]) * felt[:, None]) * (1.0 - aid)
    away = innovators.region[firms] != users.region[reviewing][:, None]
    of_firms = p.payback * (gross - np.where(away, p.friction, 0.0)) - np.where(stays, 0.0, change)
    of_old = p.payback * (worth * users.old_quality[reviewing] - p.old_price) - np.where(on_old, 0.0, integration)

    options = np.column_stack((firms, np.full(reviewing.size, MOST_SLOTS)))
    utility = np.column_stack((np.where(contacts >= 0, of_firms, -np.inf), of_old))
    utility -= p.choice_noise * np.log(-np.log(taste_uniform(*seed, t, reviewing[:, None], options)))
    chosen = options[np.arange(reviewing.size), utility.argmax(axis=1)]
    providers = users.provider.copy()
    providers[reviewing] = np.where(chosen == MOST_SLOTS, OLD_TECHNOLOGY, chosen)
    return providers


def _perceived_risk(p: Any, users: Users, of: np.ndarray) -> np.ndarray:
    """Risk of leaving the old technology, given the share of adopting peers. Shape of `of`."""
    first = users.peer_start[of]
    count = users.peer_start[of + 1] - first
    row = np.repeat(np.arange(of.size), count)
    place = np.arange(row.size) - np.repeat(np.cumsum(count) - count - first, count)
    adopting = np.bincount(row, weights=users.provider[users.peers[place]] >= 0, minlength=of.size)
    felt = p.risk * (1.0 - adopting / np.maximum(count, 1))
    return np.where(users.lead[of], felt * p.lead_risk, felt)
