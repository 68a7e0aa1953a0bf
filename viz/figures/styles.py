"""The one declaration of policies' order, colours and line styles.

Series take their colour from a class of the style sheet, so that one drawing serves light pages, dark pages and paper.
"""

from collections.abc import Iterable
from itertools import cycle
from typing import NamedTuple

from model.policy.policy import Policy


class Style(NamedTuple):
    """The look of a policy: colours on a light and on a dark page, and an SVG dash pattern."""

    light: str
    dark: str
    dash: str = ""


SOLID, DASHED, DOTTED, DASH_DOT = "", "6 3", "1.5 3", "8 3 1.5 3"

# Colour shows the side of the 2x2 and the line its reach, so neither eye nor printer must separate six hues.
POLICY_STYLES: dict[str, Style] = {
    "laissez_faire": Style("#66707a", "#9aa5b1", DOTTED),
    "rebate": Style("#1f2933", "#e4e7eb", SOLID),
    "rd_credit": Style("#004a86", "#5aa9f5", SOLID),
    "grants": Style("#2a76bd", "#a3d0fb", DASHED),
    "vouchers": Style("#8f3300", "#ff9440", SOLID),
    "procurement": Style("#b95a00", "#ffc68f", DASHED),
    "community": Style("#00796b", "#4fd1bd", SOLID),
    "feng": Style("#b0306a", "#f58ab8", DASH_DOT),
    "new_national_system": Style("#7b3fa0", "#cfa3f0", DASHED),
    "sequenced": Style("#5f6500", "#cdd05c", SOLID),
}
OTHER_STYLES: tuple[Style, ...] = tuple(
    Style(light, dark, dash)
    for dash in (DASH_DOT, DOTTED, DASHED, SOLID)
    for light, dark in (
        ("#3d5a80", "#9db9dd"), ("#8a1c7c", "#e79ade"), ("#7a4a2b", "#d9ab88"), ("#00695c", "#80e0d0"),
        ("#5b3fb0", "#b9a8f5"),
    )
)  # fmt: skip
STYLES = (*POLICY_STYLES.values(), *OTHER_STYLES)


def order_policies(policies: Iterable[Policy]) -> list[Policy]:
    """Return policies in the report's order: the declared ones first, the others as given."""
    rank = {name: position for position, name in enumerate(POLICY_STYLES)}
    return sorted(policies, key=lambda policy: rank.get(home(policy), len(rank)))


def home(policy: Policy) -> str:
    """Return the declared style of a policy: its own name's, or that of the only instrument in its mix, or ""."""
    if policy.name in POLICY_STYLES:
        return policy.name
    used = [name for name, share in policy.mix if share > 0.0]
    return used[0] if len(used) == 1 and used[0] in POLICY_STYLES else ""


def style_slots(policies: Iterable[Policy]) -> dict[str, int]:
    """Return the index into STYLES per policy name.

    Two policies share a style only when there are more policies than styles.
    """
    slots: dict[str, int] = {}
    names = list(POLICY_STYLES)
    others = cycle(range(len(names), len(STYLES)))
    for policy in sorted(policies, key=lambda policy: policy.name not in POLICY_STYLES):
        own = names.index(home(policy)) if home(policy) else None
        slots[policy.name] = next(others) if own is None or own in slots.values() else own
    return slots


def colour_css() -> str:
    """Return the style sheet that gives the class `.s<slot>` its colour on light and on dark pages; paper is light."""
    light = "".join(f".s{slot}{{color:{style.light}}}" for slot, style in enumerate(STYLES))
    dark = "".join(f".s{slot}{{color:{style.dark}}}" for slot, style in enumerate(STYLES))
    return f"{light}\n@media screen and (prefers-color-scheme:dark){{{dark}}}"


def swatch(slot: int) -> str:
    """Draw a short sample of a policy's line, for legends and table rows; decorative."""
    line = f'<path d="M1 5H31" fill="none" stroke="currentColor" stroke-width="2.5"{dashed(STYLES[slot].dash)}/>'
    return f'<svg class="swatch s{slot}" viewBox="0 0 32 10" width="32" height="10" aria-hidden="true">{line}</svg>'


def dashed(pattern: str) -> str:
    """Return the SVG attribute for a dash pattern, empty for a solid line."""
    return f' stroke-dasharray="{pattern}"' if pattern else ""
