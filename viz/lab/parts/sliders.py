"""Sliders for what matters most in a comparison, generated from the declarations of parameters and traits."""

from typing import Any, NamedTuple

import solara

from experiments.study.addresses import ADDRESSES, TRAIT
from model.parameters import Parameters
from model.policy.policy import Policy
from viz.lab.address import Values
from viz.lab.parts.frame import BROWSER
from viz.lab.parts.heard import Act

SLIDERS = (
    "policy.foresight", "policy.budget", "policy.start", "displacement", "subsidy_belief", "own_problems",
    "explore_max", "imitation", "founders", "horizon",
)  # fmt: skip
"""Settings with a slider, by address."""

NARROWER = {"policy.budget": (0.0, 0.05), "policy.start": (0, 120), "founders": (1, 60), "horizon": (20, 320)}
"""Ends of a slider where the declared range is wider than what a hand can aim at. The address takes all of it."""

_STEPS = 100


@solara.component_vue(str(BROWSER / "sliders.vue"))
def Sliders(
    sliders: list[dict[str, Any]],
    heard: int,
    event_moved: Act,
    event_released: Act,
) -> None:
    """Sliders that tell when they move and when they are let go, each with a field for its number.

    A value of None is the default. Messages are numbered, and `heard` is the last one that was answered.
    """


class RefusedNumber(NamedTuple):
    """A typed number that cannot be asked for: its setting, its text, and the line that says what is allowed."""

    name: str
    given: str
    line: str


def sliders_at(values: Values, refused: RefusedNumber | None = None) -> list[dict[str, Any]]:
    """Return what the sliders show at the values of an address, and beside one of them what was refused."""
    return [_slider(name, values.get(name), refused if refused and refused.name == name else None) for name in SLIDERS]


def slider_ends(name: str) -> tuple[float, float]:
    """Return the ends of a setting's slider."""
    kind, own = ADDRESSES[name]
    declared = next(entry for entry in _DECLARED[kind] if entry["name"] == own)
    low, high = NARROWER.get(name, declared["range"])
    return low, high


def _slider(name: str, given: str | None, refused: RefusedNumber | None) -> dict[str, Any]:
    kind, own = ADDRESSES[name]
    declared: dict[str, Any] = next(entry for entry in _DECLARED[kind] if entry["name"] == own)
    low, high = slider_ends(name)
    whole = isinstance(declared["default"], int)
    return {
        "name": name,
        "label": name.removeprefix(TRAIT).replace("_", " "),
        "unit": declared["unit"],
        "meaning": f"{declared['meaning'][:1].upper()}{declared['meaning'][1:]}.",
        "low": low,
        "high": high,
        "step": 1 if whole else (high - low) / _STEPS,
        "default": declared["default"],
        "value": _number(given, declared["default"]),
        "set": given is not None,
        "given": refused.given if refused else "",
        "refused": refused.line if refused else "",
    }


def _number(given: str | None, default: float) -> float:
    """Return the value of an address as a number. What is none is refused elsewhere, in a line."""
    try:
        return default if given is None else float(given)
    except ValueError:
        return default


_DECLARED = {Parameters: Parameters.declarations(), Policy: Policy.declarations()}
