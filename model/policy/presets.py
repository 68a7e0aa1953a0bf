"""Preset policies by name: each instrument alone, and the regimes that the essays name."""

from collections.abc import Iterable, Mapping

from model.declaration.errors import BadInput, unknown
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy


def _presets() -> dict[str, Policy]:
    alone = {name: Policy(name=name, mix={name: 1.0}) for name in INSTRUMENTS}
    named = {
        "laissez_faire": Policy(name="laissez_faire", budget=0.0),
        "selective": Policy(name="selective", mix={"grants": 1.0}),
        "application": Policy(name="application", mix={"vouchers": 1.0}),
        "guidance_funds": Policy(name="guidance_funds", mix={"guidance_fund": 1.0}),
        "new_national_system": Policy(
            name="new_national_system", mix={"mission": 0.6, "basic_research": 0.3, "grants": 0.1}
        ),
        "community": Policy(name="community", mix={"platform": 0.4, "common_technology": 0.4, "infrastructure": 0.2}),
        "feng": Policy(
            name="feng", mix={"vouchers": 0.5, "platform": 0.2, "common_technology": 0.2, "infrastructure": 0.1}
        ),
        "sequenced": Policy(name="sequenced", mix={"rd_credit": 1.0}, later_mix={"vouchers": 1.0}, later_from=40),
    }
    return {**named, **alone}


policies: dict[str, Policy] = _presets()


def find_policy(policy: "Policy | str") -> Policy:
    """A policy from itself or a preset's name; raises BadInput for an unknown name."""
    if isinstance(policy, Policy):
        return policy
    if not isinstance(policy, str):
        raise BadInput("must be a Policy or a preset's name", "policy", policy)
    if policy not in policies:
        raise unknown("policy", policy, policies)
    return policies[policy]


def find_policies(given: "Iterable[Policy | str]") -> tuple[Policy, ...]:
    """Policies from themselves or presets' names; raises BadInput for what is no list, and for an unknown name."""
    if isinstance(given, str | Mapping | Policy) or not isinstance(given, Iterable):
        raise BadInput("must be a list of policies or presets' names", "policies", given)
    return tuple(find_policy(policy) for policy in given)
