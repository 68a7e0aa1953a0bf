"""Plan, roadmap, champions and backed firms: step 2c of model/ODD.md."""

from collections.abc import Callable, Iterable
from typing import Any

from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from model.randomness import Stream
from tests.reference.agents import Innovator
from tests.reference.foresight import perceived, random_weights, true_weights
from tests.reference.government import policy_runs


def uses(policy: Policy, *names: str) -> bool:
    """Whether the mix or the later mix ever has money for one of these instruments."""
    return any(name in names and share > 0.0 for name, share in (*policy.mix, *policy.later_mix))


SELECTIVE = tuple(name for name, declared in INSTRUMENTS.items() if declared.chooser == "government")


def renew_plan_and_choice(economy: Any) -> None:
    """Step 2c: a plan every few years; champions and backed firms every quarter."""
    policy = economy.policy
    if not policy_runs(economy):
        return
    plan_quarter = economy.t - (economy.t - policy.start) % policy.plan_period
    phi = max(policy.foresight, economy.support.foresight)
    if economy.t == plan_quarter and uses(policy, *SELECTIVE, "roadmap"):
        renew_plan(economy, phi)
    if uses(policy, *SELECTIVE):
        choose_champions(economy, phi, plan_quarter)
    if uses(policy, "guidance_fund"):
        back_firms(economy, phi, plan_quarter)


def renew_plan(economy: Any, phi: float) -> None:
    """The plan blends true and random weights of domains; the roadmap blends pooled reports and the plan."""
    government, a = economy.government, economy.policy.roadmap_plan
    true, random = true_weights(economy), random_weights(economy)
    government.plan = [phi * t + (1.0 - phi) * r for t, r in zip(true, random, strict=True)]
    pooled = reported_shares(economy)
    government.roadmap = [(1.0 - a) * q + a * g for q, g in zip(pooled, government.plan, strict=True)]


def reported_shares(economy: Any) -> list[float]:
    """Shares of domains in the problems reported; equal if nothing has been reported."""
    reported = economy.government.reported
    total = sum(reported)
    return [r / total if total > 0.0 else 1.0 / len(reported) for r in reported]


def young_enough(economy: Any, firm: Innovator) -> bool:
    """Whether a firm lives and is not too old for favours."""
    return bool(firm.alive and economy.t - firm.birth <= economy.policy.max_age)


def kept(economy: Any, firm: Innovator, since: int) -> bool:
    """Whether a favoured firm stays so: its choice or its last progress is recent."""
    return young_enough(economy, firm) and economy.t - max(since, firm.progress) < economy.policy.patience


def best_first(firms: Iterable[Innovator], score: Callable[[Innovator], float]) -> list[Innovator]:
    """Firms by falling score, the lowest index first among equals."""
    return sorted(firms, key=lambda firm: (-score(firm), firm.index))


def choose_champions(economy: Any, phi: float, plan_quarter: int) -> None:
    """Keep champions that progress; fill open seats with the highest scores."""
    if economy.policy.champions == 0:
        for firm in economy.innovators:
            firm.chosen = young_enough(economy, firm) and not firm.foreign
        return
    for firm in economy.innovators:
        if firm.chosen and not kept(economy, firm, firm.since):
            firm.chosen, firm.since = False, economy.t
    seats = economy.policy.champions - sum(firm.chosen for firm in economy.innovators)
    if seats <= 0:
        return
    for firm, score in zip(economy.innovators, perceived(economy, phi, Stream.SIGNAL, plan_quarter), strict=True):
        firm.score = score
    eligible = [firm for firm in economy.innovators if young_enough(economy, firm) and not firm.foreign]
    candidates = [firm for firm in eligible if not firm.chosen and firm.since < plan_quarter]
    for firm in best_first(candidates, lambda firm: firm.score)[:seats]:
        firm.chosen, firm.since = True, economy.t


def back_firms(economy: Any, phi: float, plan_quarter: int) -> None:
    """Region by region: keep backed firms that progress; fill open seats by score and by what others back."""
    firms = economy.innovators
    for firm in firms:
        if firm.backed and not kept(economy, firm, firm.backed_since):
            firm.backed, firm.backed_since = False, economy.t
    scored = False
    for region in range(economy.p.regions):
        own = [firm for firm in firms if firm.alive and firm.region == region]
        seats = economy.policy.local_champions - sum(firm.backed for firm in own)
        if seats <= 0:
            continue
        if not scored:
            for firm, score in zip(firms, perceived(economy, phi, Stream.LOCAL, plan_quarter), strict=True):
                firm.score = score
            scored = True
        follow_fashion(economy, own)
        candidates = [
            firm for firm in own if young_enough(economy, firm) and not firm.backed and firm.backed_since < plan_quarter
        ]
        for firm in best_first(candidates, lambda firm: firm.score)[:seats]:
            firm.backed, firm.backed_since = True, economy.t


def follow_fashion(economy: Any, own: list[Innovator]) -> None:
    """A region looks at what all backed firms believe, and likes those of its own that believe the same."""
    domains = economy.p.domains
    backed = [firm.belief_shares for firm in economy.living if firm.backed]
    fashion = [sum(b[c] for b in backed) / len(backed) if backed else 1.0 / domains for c in range(domains)]
    economy.government.fashion = fashion
    for firm in own:
        likeness = domains * sum(b * f for b, f in zip(firm.belief_shares, fashion, strict=True))
        firm.score += economy.policy.herding * (likeness - 1.0)
