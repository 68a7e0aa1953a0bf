"""The choice of a provider: step 10 of model/ODD.md."""

import math
from typing import Any

from model.randomness import Stream
from tests.reference.accounts import GOVERNMENT, OUTSIDE, USERS
from tests.reference.agents import OLD, ORPHANED, Innovator, User
from tests.reference.draws import u32


def choose_providers(economy: Any) -> None:
    """Step 10: users that review choose among their contacts and the old technology; aid to adopters is paid."""
    for user in economy.users:
        user.adopted = user.adopts
    moves = []
    for user in economy.users:
        if user.reconsiders or user.provider is ORPHANED:
            felt = perceived_risk(economy, user)
            choice = best_option(economy, user, felt)
            if choice is not user.provider:
                moves.append((user, user.provider, choice, felt))
                user.provider, user.mastery = choice, mastery_after_switch(economy, user)
    switched = sum(user.size for user, _, _, _ in moves)
    economy.quarter.switched = switched
    economy.ledger.transfer(USERS, OUTSIDE, "INTEGRATION", economy.market.integration * switched)
    pay_adopters(economy, moves)


def mastery_after_switch(economy: Any, user: User) -> float:
    """What a user that switches still masters."""
    p = economy.p
    return float(p.mastery_start + p.mastery_carried * (user.mastery - p.mastery_start))


def perceived_risk(economy: Any, user: User) -> float:
    """The risk that a user feels in leaving the old technology: less among adopting peers, and for lead users."""
    p = economy.p
    share = user.adopting_peers / len(user.peers) if user.peers else 0.0
    return float(p.risk * (1.0 - share) * (p.lead_risk if user.lead else 1.0))


def best_option(economy: Any, user: User, felt: float) -> Any:
    """The best contact, or the old technology; a later option wins only if strictly better."""
    options = [(utility(economy, user, firm, felt), firm) for firm in user.contacts if firm is not None]
    options.append((utility_of_old(economy, user), OLD))
    best, choice = options[0]
    for value, option in options[1:]:
        if value > best:
            best, choice = value, option
    return choice


def utility(economy: Any, user: User, firm: Innovator, felt: float) -> float:
    """U_i: what a firm's product is worth to a user."""
    p, stays = economy.p, firm is user.provider
    mastery = user.mastery if stays else mastery_after_switch(economy, user)
    value = p.value_of_quality * user.valuation * firm.quality[user.industry.index] * mastery
    worth = value - firm.price * (1.0 - firm.subsidy)
    if not stays:
        worth -= change_cost(economy, user, firm, felt)
    if firm.region != user.region:
        worth -= p.friction
    return float(worth + taste(economy, user, firm.index))


def change_cost(economy: Any, user: User, firm: Innovator, felt: float) -> float:
    """Integration, and risk for those that leave the old technology; government may pay a part."""
    leaves_old = user.provider is OLD
    risk = (1.0 - economy.support.waiver[firm.index]) * felt if leaves_old else 0.0
    aid = economy.support.adoption[user.industry.index] if leaves_old and not firm.foreign else 0.0
    return float((economy.market.integration + risk) * (1.0 - aid))


def utility_of_old(economy: Any, user: User) -> float:
    """U_old: what the old technology is worth to a user."""
    p = economy.p
    worth = p.value_of_quality * user.valuation * user.old_quality - p.old_price
    if user.provider is not OLD:
        worth -= economy.market.integration
    return float(worth + taste(economy, user, p.slots))


def taste(economy: Any, user: User, option: int) -> float:
    """A user's taste of the quarter for an option."""
    word = economy.draws.words(Stream.TASTE, economy.t, user.index, option)[0]
    return float(-economy.p.choice_noise * math.log(-math.log(u32(word))))


def pay_adopters(economy: Any, moves: list[tuple[User, Any, Any, float]]) -> None:
    """Government pays a part of integration and risk to those that left the old technology for a domestic firm."""
    support, market = economy.support, economy.market
    costs = paid = 0.0
    for user, before, choice, felt in moves:
        share = support.adoption[user.industry.index]
        if before is OLD and isinstance(choice, Innovator) and not choice.foreign and share > 0.0:
            cost = user.size * (market.integration + (1.0 - support.waiver[choice.index]) * felt)
            costs += cost
            paid += share * cost
    if paid > 0.0:
        market.adopting = costs
    support.spent["demonstration"] += paid
    economy.ledger.transfer(GOVERNMENT, USERS, "ADOPTION", paid)
