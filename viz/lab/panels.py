"""The page's view of an economy: the quarter and headline numbers, four charts, and the network's legend."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from agents.industry import LAYERS
from model.economy import Economy
from viz.figures.charts import Fan, Frame, fan_panel, ticks
from viz.figures.network import MOST_USERS, colour, largest_firms
from viz.figures.styles import DASHED, DOTTED, POLICY_STYLES, SOLID, STYLES

_GREY, _TEAL, _RED = (list(POLICY_STYLES).index(name) for name in ("laissez_faire", "community", "feng"))
_BLUE = len(POLICY_STYLES)  # the first style that belongs to no declared policy


def chart_css() -> str:
    """Return the style sheet of the figures' colours, light and dark by Vuetify's theme."""
    light = "".join(f".s{slot}{{color:{style.light}}}" for slot, style in enumerate(STYLES))
    dark = "".join(f".theme--dark .s{slot}{{color:{style.dark}}}" for slot, style in enumerate(STYLES))
    return light + dark


def status_line(economy: Economy) -> str:
    """Return the quarter, the regime and the headline numbers, all of the same quarter."""
    p, policy, series = economy.parameters, economy.policy, economy.series
    values, t = {name: _last(series[name]) for name in ("adoption", "hhi", "useful_technology")}, len(series["hhi"])
    placed = float(series["budget_placed"].sum())
    began = float(economy.simulation.state.market[0].initial_output)
    tiles = [
        ("adoption", _share(values["adoption"]), "of economic size"),
        ("innovators", f"{int(economy.simulation.state.innovators.alive.sum())}", "living firms"),
        ("concentration", _number(values["hhi"], 2), "HHI"),
        ("useful technology", _number(values["useful_technology"], 2), "quality in use"),
        ("public money placed", _number(placed, 1), f"so far; output began at {began:,.0f} a quarter"),
    ]
    shown = "".join(f"<div><dt>{name}</dt><dd>{value}</dd><small>{unit}</small></div>" for name, value, unit in tiles)
    regime = f"{escape(policy.name)}, {_phase(economy, t)} · seed {economy.seed} · {p.users:,} users"
    quarter = f'<b>Quarter <span id="quarter">{t}</span> of {p.horizon}</b>'
    return f'<p class="quarter">{quarter} · {regime}</p><dl class="tiles">{shown}</dl>'


def adoption_chart(economy: Economy) -> str:
    """Draw adoption by layer of industries."""
    styles = ((_TEAL, SOLID), (_RED, DASHED), (_BLUE, DOTTED))
    series = economy.series
    lines = [
        (name, slot, dash, 100.0 * series[f"adoption_{name}"])
        for name, (slot, dash) in zip(LAYERS, styles, strict=True)
    ]
    return _chart(economy, "Adoption by layer of industries", "% of the layer's economic size", lines, (0.0, 100.0))


def technology_chart(economy: Economy) -> str:
    """Draw useful against lab technology."""
    series = economy.series
    lines = [
        ("useful", _TEAL, SOLID, series["useful_technology"]),
        ("lab", _RED, DASHED, series["lab_technology"]),
    ]
    return _chart(economy, "Useful against lab technology", "quality in use; capability in the lab", lines)


def firms_chart(economy: Economy) -> str:
    """Draw living firms, and the number of equally large firms that would be as concentrated."""
    series = economy.series
    with np.errstate(divide="ignore"):
        equal = 1.0 / series["hhi"]
    lines = [("living", _GREY, SOLID, series["firms"]), ("1 / HHI", _TEAL, DASHED, equal)]
    return _chart(economy, "Firms, and as many as equals (1 / HHI)", "firms", lines)


def output_chart(economy: Economy) -> str:
    """Draw output and welfare."""
    series = economy.series
    lines = [
        ("output", _GREY, SOLID, series["output"]),
        ("welfare", _TEAL, DASHED, series["welfare"]),
    ]
    return _chart(economy, "Output and welfare (axis not from zero)", "money per quarter", lines, None, from_zero=False)


def legend(economy: Economy) -> str:
    """Return the legend of the network: its signs, and its largest firms."""
    state = economy.simulation.state
    users = state.users.size.shape[0]
    every = -(-users // MOST_USERS)
    firms = "".join(
        f'<li><i style="background:{colour(slot)}"></i>firm {slot}: {state.innovators.share[slot]:.0%}, '
        f"generation {state.innovators.generation[slot]}</li>"
        for slot in largest_firms(state)
    )
    sampled = f" Every {every}th user is drawn." if every > 1 else ""
    return (
        "<p>Ring: users by industry, the larger the dot the larger the user. Users of the old technology are grey, "
        "others have the colour of their provider. Inside: innovators by share of units sold, circled where government "
        f"chose them. The largest are numbered. One seed is one random draw.{sampled}</p>"
        f'<ul class="firms">{firms or "<li>no sales yet</li>"}</ul>'
    )


def _chart(
    economy: Economy,
    title: str,
    unit: str,
    lines: Sequence[tuple[str, int, str, np.ndarray]],
    span: tuple[float, float] | None = None,
    *,
    from_zero: bool = True,
) -> str:
    horizon = economy.parameters.horizon
    frame = Frame(horizon, *(span or _span([values for *_, values in lines], from_zero)), unit, room=66)
    fans = [Fan(name, slot, _as_fan(values, horizon), banded=False, dash=dash) for name, slot, dash, values in lines]
    words = f"{title}, {unit}: " + ", ".join(f"{name} {_number(_last(values), 2)}" for name, *_, values in lines)
    active = economy.policy.budget > 0.0 and bool(economy.policy.mix)
    drawing = fan_panel(fans, frame, (economy.policy.start, economy.policy.end) if active else None, words)
    return f"<figure><figcaption>{escape(title)}</figcaption>{drawing}</figure>"


def _as_fan(values: np.ndarray, horizon: int) -> np.ndarray:
    """Return one run as the quantiles of a fan, to the horizon, so that the axes stay fixed while it plays."""
    whole = np.full(horizon, np.nan)
    whole[: values.shape[0]] = values
    return np.tile(whole, (5, 1))


def _span(columns: list[np.ndarray], from_zero: bool) -> tuple[float, float]:
    """Return a range of round numbers that holds all values."""
    found = np.concatenate(columns)
    found = found[np.isfinite(found)]
    if not found.size:
        return 0.0, 1.0
    low, high = (min(0.0, float(found.min())) if from_zero else float(found.min())), float(found.max())
    high = high if high > low else low + 1.0
    step = float(np.diff(ticks(low, high, 4)[:2])[0])
    return step * float(np.floor(low / step + 1e-9)), step * float(np.ceil(high / step - 1e-9))


def _phase(economy: Economy, t: int) -> str:
    """Return the phase of the policy's calendar at a quarter in words."""
    policy = economy.policy
    if policy.budget == 0.0 or not policy.mix:
        return "no policy"
    if t < policy.start:
        return f"starts in quarter {policy.start}"
    return f"until quarter {policy.end}" if t < policy.end else f"ended in quarter {policy.end}"


def _last(values: np.ndarray) -> Any:
    return values[-1] if values.shape[0] else np.nan


def _share(value: float) -> str:
    return f"{value:.1%}" if np.isfinite(value) else "–"


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}" if np.isfinite(value) else "–"
