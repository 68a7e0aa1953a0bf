"""The network as one drawing: users in a ring by industry, innovators inside, a line from each user to its provider.

Positions depend on parameters and seed only. They are computed once per economy, so that the eye can follow an agent.
A firm keeps its colour for life. Users of the old technology are drawn in the faded colour of the text.
"""

from collections import defaultdict
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

import numpy as np

from agents.industry import LAYERS
from model.state.state import State

SIDE = 1000  # of the drawing
RING = (330.0, 455.0)  # radii between which users are drawn
INSIDE = 270.0  # radius within which innovators are drawn
MOST_USERS = 2000  # drawn at most; of more, every n-th
_GAP = 0.014  # of a turn, shared out between industries
_GOLDEN = (5.0**0.5 - 1.0) / 2.0
_HUES = 0.7548776662  # of a turn between slots: far apart, and unrelated to the angle at which firms stand


class Layout(NamedTuple):
    """The positions of agents in the drawing: n users drawn, N slots, J industries."""

    users: np.ndarray  # (n,): rows of the users drawn
    user_positions: np.ndarray  # (n, 2)
    firm_positions: np.ndarray  # (N, 2)
    borders: np.ndarray  # (J, 2): first and last angle of every industry, turns from the top


def place_nodes(state: State) -> Layout:
    """Return positions of users by industry and of innovators by slot; deterministic."""
    industry = state.users.industry
    shown = np.arange(0, industry.shape[0], -(-industry.shape[0] // MOST_USERS))
    borders = _borders(np.bincount(industry, minlength=state.industries.layer.shape[0]))
    first, last = borders[industry[shown]].T
    rank = np.arange(shown.shape[0]) - np.searchsorted(industry[shown], industry[shown])
    along = (0.5 + rank * _GOLDEN) % 1.0  # evenly spread, however many there are
    count = np.bincount(industry[shown], minlength=borders.shape[0])[industry[shown]]
    outwards = np.sqrt(RING[0] ** 2 + (RING[1] ** 2 - RING[0] ** 2) * (rank + 0.5) / count)
    slots = np.arange(state.innovators.alive.shape[0])
    return Layout(
        users=shown,
        user_positions=_positions(first + (last - first) * along, outwards),
        firm_positions=_positions(slots * _GOLDEN, INSIDE * np.sqrt((slots + 0.5) / slots.shape[0])),
        borders=borders,
    )


def draw_network(state: State, layout: Layout, *, chosen: bool) -> str:
    """Draw the network now, as inline SVG; `chosen` marks the firms that government has chosen."""
    provider = state.users.provider[layout.users]
    drawn = [
        _layer_arcs(state.industries.layer, layout.borders),
        _use_lines(provider, layout),
        _user_dots(provider, state.users.size[layout.users], layout),
        _firms(state, layout, state.government.chosen & chosen),
    ]
    adopters, firms = int(np.count_nonzero(state.users.provider >= 0)), int(state.innovators.alive.sum())
    words = f"{firms} innovators, {adopters} of {state.users.size.shape[0]} users use one of their products"
    return f'<svg class="network" viewBox="0 0 {SIDE} {SIDE}" role="img" aria-label="{words}">{"".join(drawn)}</svg>'


def colour(slot: int) -> str:
    """Return the colour of an innovator: hues far apart for neighbouring slots, readable on light and dark ground."""
    return f"oklch(0.64 0.16 {slot * 360.0 * _HUES % 360.0:.0f})"


def largest_firms(state: State, count: int = 6) -> list[int]:
    """Return the slots of the innovators with most units sold, largest first."""
    units = np.where(state.innovators.alive, state.innovators.units, 0.0)
    order = np.argsort(-units, kind="stable")[:count]
    return [int(slot) for slot in order if units[slot] > 0.0]


def _borders(count: np.ndarray) -> np.ndarray:
    """Return first and last angle of each industry, in proportion to its users, with gaps between industries."""
    gap = min(_GAP, 0.3 / count.shape[0]) if count.shape[0] > 1 else 0.0
    width = (1.0 - gap * count.shape[0]) * count / count.sum()
    first = np.cumsum(width + gap) - width - gap / 2.0
    return np.stack([first, first + width], axis=1)


def _positions(turns: np.ndarray, radius: np.ndarray) -> np.ndarray:
    angle = 2.0 * np.pi * turns
    return SIDE / 2.0 + np.stack([radius * np.sin(angle), -radius * np.cos(angle)], axis=1)


def _layer_arcs(layer: np.ndarray, borders: np.ndarray) -> str:
    """Draw an arc and a name outside the ring for each layer of industries."""
    parts = []
    for number, name in enumerate(LAYERS):
        members = np.flatnonzero(layer == number)
        if not members.size:
            continue
        first, last = borders[members[0], 0], min(borders[members[-1], 1], borders[members[0], 0] + 0.9999)
        radius = RING[1] + 12.0
        (x0, y0), (x1, y1) = _positions(np.array([first, last]), np.full(2, radius))
        large = int(last - first > 0.5)
        parts.append(f'<path class="arc" d="M{x0:.1f} {y0:.1f}A{radius} {radius} 0 {large} 1 {x1:.1f} {y1:.1f}"/>')
        parts.append(_arc_label(name, (first + last) / 2.0))
    return "".join(parts)


def _arc_label(name: str, turn: float) -> str:
    """Draw a name outside the ring, turned so that it follows the arc and is never upside down."""
    (x, y), *_ = _positions(np.array([turn]), np.array([RING[1] + 30.0]))
    degrees = 360.0 * turn
    upright = degrees if not 90.0 < degrees % 360.0 < 270.0 else degrees + 180.0
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" transform="rotate({upright:.1f} {x:.1f} {y:.1f})" text-anchor="middle" '
        f'dominant-baseline="central">{escape(name)}</text>'
    )


def _use_lines(provider: np.ndarray, layout: Layout) -> str:
    """Draw a faint line from every adopter to its provider, one path per provider."""
    lines: dict[int, list[str]] = defaultdict(list)
    for (x, y), slot in zip(
        layout.user_positions[provider >= 0].tolist(), provider[provider >= 0].tolist(), strict=True
    ):
        firm_x, firm_y = layout.firm_positions[slot]
        lines[slot].append(f"M{x:.0f} {y:.0f}L{firm_x:.0f} {firm_y:.0f}")
    return "".join(f'<path class="use" stroke="{colour(slot)}" d="{"".join(found)}"/>' for slot, found in lines.items())


def _user_dots(provider: np.ndarray, size: np.ndarray, layout: Layout) -> str:
    """Draw a dot per user, its area in steps by economic size, in the colour of its provider."""
    dense = np.sqrt(min(1.0, 700.0 / provider.shape[0]))
    steps = np.clip(np.sqrt(size / size.mean()), 0.5, 2.4).round(1)
    groups: dict[tuple[int, float], list[str]] = defaultdict(list)
    rows: Iterable[tuple[list[float], int, float]] = zip(
        layout.user_positions.tolist(), np.maximum(provider, -1).tolist(), steps.tolist(), strict=True
    )
    for (x, y), slot, step in rows:
        groups[slot, step].append(f"M{x:.1f} {y:.1f}h0")
    parts = []
    for (slot, step), dots in groups.items():
        paint = 'class="dot old"' if slot < 0 else f'class="dot" stroke="{colour(slot)}"'
        parts.append(f'<path {paint} stroke-width="{10.0 * dense * step:.1f}" d="{"".join(dots)}"/>')
    return "".join(parts)


def _firms(state: State, layout: Layout, chosen: np.ndarray) -> str:
    """Draw a disc per living innovator by share of units, a ring around the chosen and a number on the largest."""
    innovators, largest = state.innovators, largest_firms(state)
    parts = []
    for slot in np.flatnonzero(innovators.alive).tolist():
        x, y = layout.firm_positions[slot]
        radius = 5.0 + 42.0 * np.sqrt(max(0.0, innovators.share[slot]))
        words = f"firm {slot}: {innovators.share[slot]:.0%} of units sold, generation {innovators.generation[slot]}"
        ring = f'<circle class="chosen" cx="{x:.0f}" cy="{y:.0f}" r="{radius + 6.0:.1f}"/>' if chosen[slot] else ""
        words += ", chosen by government" if chosen[slot] else ""
        disc = f'<circle class="firm" cx="{x:.0f}" cy="{y:.0f}" r="{radius:.1f}" fill="{colour(slot)}"/>'
        number = f'<text class="number" x="{x:.0f}" y="{y:.0f}">{slot}</text>' if slot in largest else ""
        parts.append(f"<g><title>{words}</title>{disc}{ring}{number}</g>")
    return "".join(parts)
