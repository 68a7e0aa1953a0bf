"""The choice of a provider: step 10 of model/ODD.md."""

import math
from typing import Any

from model.randomness import Stream
from tests.reference.accounts import GOVERNMENT, OUTSIDE, USERS
from tests.reference.agents import OLD, ORPHANED, Innovator, User
from tests.reference.draws import u32
from tests.reference.product import buyers_price


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
    economy.quarter.risked = sum(
        user.size * felt for user, before, choice, felt in moves if before is OLD and isinstance(choice, Innovator)
    )
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
    """U_i: what a firm's product is worth to a user over the quarters of payback."""
    p, stays = economy.p, firm is user.provider
    mastery = user.mastery if stays else mastery_after_switch(economy, user)
    mean = 1.0 - (1.0 - mastery) * mean_gap(economy)
    worth = p.value_of_quality * user.valuation * firm.quality[user.industry.index] * mean
    worth -= buyers_price(economy, firm, subsidised_quarters(economy) / p.payback)
    if firm.region != user.region:
        worth -= p.friction
    change = 0.0 if stays else change_cost(economy, user, firm, felt)
    return float(p.payback * worth - change + taste(economy, user, firm.index))


def mean_gap(economy: Any) -> float:
    """Return the mean of what is not mastered over the quarters of payback, as a share of what is not mastered now."""
    quarters, learning = economy.p.payback, economy.p.mastery_learning
    return float((1.0 - (1.0 - learning) ** quarters) / (quarters * learning)) if learning > 0.0 else 1.0


def subsidised_quarters(economy: Any) -> float:
    """Return n: for how many quarters of payback users count on a subsidy, never beyond the calendar's end."""
    believed = max(1.0, economy.p.subsidy_belief * economy.p.payback)
    return float(min(believed, max(1, economy.policy.end - economy.t)))


def change_cost(economy: Any, user: User, firm: Innovator, felt: float) -> float:
    """Integration, and risk for those that leave the old technology; government may pay a part."""
    leaves_old = user.provider is OLD
    risk = (1.0 - economy.support.waiver[firm.index]) * felt if leaves_old else 0.0
    aid = economy.support.adoption[user.industry.index] if leaves_old and not firm.foreign else 0.0
    return float((economy.market.integration + risk) * (1.0 - (1.0 - economy.p.incidence) * aid))


def utility_of_old(economy: Any, user: User) -> float:
    """U_old: what the old technology is worth to a user over the quarters of payback."""
    p = economy.p
    worth = p.payback * (p.value_of_quality * user.valuation * user.old_quality - p.old_price)
    if user.provider is not OLD:
        worth -= economy.market.integration
    return float(worth + taste(economy, user, 4096))


def taste(economy: Any, user: User, option: int) -> float:
    """A user's taste of the quarter for an option."""
    word = economy.draws.words(Stream.TASTE, economy.t, user.index, option)[0]
    return float(-economy.p.choice_noise * math.log(-math.log(u32(word))))


def pay_adopters(economy: Any, moves: list[tuple[User, Any, Any, float]]) -> None:
    """Aid those that left the old technology for a domestic firm, which keeps a part of the aid."""
    support, market, incidence = economy.support, economy.market, economy.p.incidence
    costs = aid = 0.0
    for firm in economy.innovators:
        firm.aid_kept = 0.0
    for user, before, choice, felt in moves:
        share = support.adoption[user.industry.index]
        if before is OLD and isinstance(choice, Innovator) and not choice.foreign and share > 0.0:
            cost = user.size * (market.integration + (1.0 - support.waiver[choice.index]) * felt)
            costs += cost
            aid += share * cost
            choice.aid_kept += incidence * share * cost
    if aid > 0.0:
        market.adoption_cost = costs
    support.spent["demonstration"] += aid
    economy.ledger.transfer(GOVERNMENT, USERS, "ADOPTION", (1.0 - incidence) * aid)
