"""What comes from outside: steps 0 and 1b of model/ODD.md."""

import math
from typing import Any

from model.randomness import Stream
from tests.reference.agents import Industry, User
from tests.reference.draws import normal


def draw_users_luck(economy: Any) -> None:
    """Step 10b: whether each user reviews its provider, meets a problem and meets an innovator."""
    economy.agents_by_type[User].do(draw_luck)


def draw_luck(user: User) -> None:
    """What a user's three uniforms of the quarter decide."""
    p = user.model.p
    for_review, for_problem, for_meeting = user.model.draws.coarse(Stream.QUARTER, user.model.t, user.index)[:3]
    user.reconsiders = for_review < p.reconsider
    user.has_problem = for_problem < p.report * min(1.0, p.omega) * (2.0 if user.lead else 1.0)
    user.meets_firm = for_meeting < p.meet


def drift_needs(economy: Any) -> None:
    """Step 1b: latent needs drift; needs keep a least part."""
    for industry in economy.industries:
        industry.latent = drifted(economy, industry, industry.latent, economy.t)
        industry.needs = [need(latent, economy.p.domains) for latent in industry.latent]


def drifted(economy: Any, industry: Industry, latent: list[float], t: int) -> list[float]:
    """Latent needs after the drift of quarter t."""
    moved = [
        level * math.exp(economy.p.needs_drift * normal(economy.draws.U52(Stream.DRIFT, t, industry.index, c)))
        for c, level in enumerate(latent)
    ]
    return [level / sum(moved) for level in moved]


def need(latent: float, domains: int) -> float:
    """n: a latent need with the least need that every domain has."""
    return 0.003 / domains + 0.997 * latent
