"""A claim as a comparison of two presets at the defaults, where it is one."""

from typing import NamedTuple

from experiments.claims.claim import Arm, Claim
from experiments.claims.grid import with_changes
from experiments.study.addresses import TRAIT
from model.parameters import Parameters
from model.policy.presets import policies

INDICATOR_OF = {"welfare at {rate} % to {horizon}": "welfare", "useful technology": "useful_technology"}
"""Indicators of a comparison by the measure of a claim. Other measures are no indicators."""


class PresetPair(NamedTuple):
    """Two presets and the settings that both have, by address. `indicator` is empty where a comparison has none."""

    reference: str
    treatment: str
    settings: dict[str, str]
    indicator: str


def preset_pair(claim: Claim) -> PresetPair | None:
    """Return a claim as two presets with the same settings, None where `no_pair` has a reason."""
    if no_pair(claim):
        return None
    reference, treatment = _only(claim)
    assert reference.policy and treatment.policy
    settings = _changed(treatment) | {f"{TRAIT}{name}": value for name, value in _traits(treatment).items()}
    indicator = INDICATOR_OF.get(claim.outcome.measure, "")
    return PresetPair(reference.policy.name, treatment.policy.name, settings, indicator)


def no_pair(claim: Claim) -> str:
    """Return why a claim is no comparison of two presets, empty where it is one."""
    sides = (claim.reference, claim.treatment)
    if any(len(side) > 1 or len(side[0]) > 1 for side in sides):
        return "It compares sides of several policies, or the best of several."
    reference, treatment = _only(claim)
    if reference.policy is None or treatment.policy is None or reference.base or treatment.base:
        return "It compares gains over another policy."
    if not reference.policy.mix and not treatment.policy.mix:
        return "It compares two economies without policy."
    if not {reference.policy.name, treatment.policy.name} <= set(policies):
        return "It compares a policy that is no preset."
    if _changed(reference) != _changed(treatment):
        return "It compares policies in two economies."
    apart = sorted(dict(_traits(reference).items() ^ _traits(treatment).items()))
    return f"It compares two values of {' and '.join(apart)}, and not two presets." if apart else ""


def _only(claim: Claim) -> tuple[Arm, Arm]:
    return claim.reference[0][0], claim.treatment[0][0]


def _changed(arm: Arm) -> dict[str, str]:
    """Return the parameters that an arm changes in the defaults."""
    changed = with_changes(Parameters(), arm.changes)
    return {name: f"{getattr(changed, name):g}" for name, _ in arm.changes}


def _traits(arm: Arm) -> dict[str, str]:
    """Return the traits in which an arm's policy differs from its preset."""
    assert arm.policy
    preset, own = policies[arm.policy.name].model_dump(mode="json"), arm.policy.model_dump(mode="json")
    return {name: str(value) for name, value in own.items() if value != preset[name]}
