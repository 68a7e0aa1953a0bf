"""The settings of a page: cards of policies, and a slider per declared parameter and trait."""

from collections.abc import Mapping, Sequence
from typing import Any

import solara

from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from model.policy.presets import policies
from viz.lab.address import FILES, MOST
from viz.lab.parts.frame import BROWSER
from viz.lab.parts.heard import Act

Declaration = dict[str, Any]

GROUPS: dict[str, tuple[str, ...]] = {
    "Policy": (
        "policy.budget", "policy.start", "policy.end", "policy.foresight", "policy.champions", "policy.leakage",
    ),
    "Size and structure": ("users", "horizon", "industries", "regions", "market_size", "generality", "segmentation"),
    "Users": (
        "risk", "integration", "payback", "reconsider", "choice_noise", "contacts", "peers", "report", "lead_users",
    ),
    "Innovators": (
        "own_problems", "founders", "novelty_half", "concentration", "imitation", "explore_max", "research_intensity",
        "entry", "seed_cash", "supply_elasticity",
    ),
    "Shocks": ("decoupling", "withdrawal", "demand_shock", "cost_shock", "paradigm_break", "entry_surge"),
}  # fmt: skip
_OTHERS, _OTHER_TRAITS = "All other parameters", "All other policy traits"

MIXES = ("policy.mix", "policy.later_mix", "policy.calendar")
"""Traits that are no single number or word."""


@solara.component_vue(str(BROWSER / "settings.vue"))
def Settings(
    settings: Sequence[Declaration],
    values: Mapping[str, str],
    defaults: Mapping[str, Any],
    cards: Sequence[Mapping[str, Any]],
    chosen: str,
    heard: int,
    event_change: Act,
) -> None:
    """Cards of policies and sliders of settings. `change` gets new values by name, None for the default.

    Messages are numbered, and `heard` is the last one that was answered.
    """


def declared_settings() -> list[Declaration]:
    """Return every setting of a page as declared, with its group and the range of its slider."""
    group_of = {name: heading for heading, names in GROUPS.items() for name in names}
    place = {name: k for k, name in enumerate(group_of)}
    traits = [
        {**found, "name": f"policy.{found['name']}"} for found in Policy.declarations() if found["name"] != "name"
    ]
    entries = [
        _with_slider({**found, "group": group_of.get(found["name"], _group(found["name"]))})
        for found in (*Parameters.declarations(), *traits)
    ]
    return sorted(entries, key=lambda entry: (place.get(entry["name"], len(place)), entry["group"]))


def cards_of_policies() -> list[dict[str, Any]]:
    """Return every preset as a card: its name, its side, what it does in a sentence, and whose words it stands on."""
    return [{"name": name, "instrument": name in INSTRUMENTS, **_in_words(policy)} for name, policy in policies.items()]


def defaults_of(policy: Policy) -> dict[str, Any]:
    """Return the default of every trait of a page, which is that of the preset chosen."""
    return {f"policy.{name}": value for name, value in policy.model_dump(mode="json").items()}


def _in_words(policy: Policy) -> dict[str, str]:
    used = [INSTRUMENTS[name] for name, share in sorted(policy.mix, key=lambda pair: -pair[1]) if share > 0.0]
    if not used:
        return {"side": "reference", "sentence": "No policy: no tax is raised and nothing is given.", "basis": ""}
    shares = dict(policy.mix)
    if len(used) == 1 and not policy.later_mix:
        sentence = used[0].meaning[:1].upper() + used[0].meaning[1:] + "."
    else:
        parts = ", ".join(f"{shares[entry.name]:.0%} {_spaced(entry.name)} ({entry.meaning})" for entry in used)
        later = ", ".join(_spaced(name) for name, _ in policy.later_mix)
        sentence = parts + (f", then {later} from quarter {policy.later_from}" if later else "") + "."
    sides = list(dict.fromkeys(entry.side for entry in used))
    reach = f", {used[0].reach}" if len(used) == 1 and used[0].side != "reference" else ""
    return {"side": " and ".join(sides) + reach, "sentence": sentence, "basis": used[0].basis if len(used) == 1 else ""}


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _group(name: str) -> str:
    return _OTHER_TRAITS if name.startswith("policy.") else _OTHERS


def _with_slider(entry: Declaration) -> Declaration:
    """Return a declaration with how it is set: by a slider, a list of words, or as text."""
    span, name = entry["range"], entry["name"]
    if span and isinstance(span[0], str):
        return {**entry, "control": "words"}
    if not span or name in FILES or name in MIXES:
        return {**entry, "control": "text"}
    low, high = span[0], min(span[1], MOST.get(name, span[1]))
    whole = isinstance(entry["default"], int)
    wide = low > 0 and high / low > 1000
    return {**entry, "range": [low, high], "control": "slider", "whole": whole, "log": wide}
