"""Fan charts of a live answer: the policies' own series, and the differences to the reference."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import solara

from experiments.analysis.sentences import plain
from experiments.pairs.answer import LiveAnswer, drawn_series
from model.indicators.series import INDICATORS
from viz.figures.charts import LEFT, MEDIAN, WIDTH, Fan, Frame, fan_panel, frame_of
from viz.figures.standalone import standalone
from viz.figures.styles import style_slots
from viz.lab.parts.frame import BROWSER

_ROOM = 78
"""Room for the names of policies at the right."""


@solara.component_vue(str(BROWSER / "figure.vue"))
def Figure(
    caption: str,
    svg: str,
    file: str,
    name: str,
    medians: list[dict[str, Any]],
    left: float,
    right: float,
    periods: int,
) -> None:
    """A drawing over quarters that can be read with the mouse and saved."""


@solara.component
def Fans(answer: LiveAnswer, indicator: str) -> Any:
    """The two charts of an answer."""
    series = drawn_series(indicator)
    name, unit = plain(series), INDICATORS[series].unit
    reference = answer.study.reference
    with solara.Div(classes=["charts"]) as main:
        _figure(answer, answer.fans(indicator), f"{name} ({unit})", f"{name} of each policy", name)
        _figure(
            answer, answer.gap_fans(indicator), f"difference ({unit})", f"{name} less that of {reference}, in pairs",
            f"difference-in-{name}",
        )  # fmt: skip
    return main


def _figure(answer: LiveAnswer, fans: Mapping[str, np.ndarray], label: str, caption: str, name: str) -> None:
    slots = style_slots(answer.study.policies)
    frame = _frame(list(fans.values()), label)
    drawn = [Fan(policy, slots[policy], fan) for policy, fan in fans.items()]
    svg = fan_panel(drawn, frame, _policy_period(answer), _description(answer, fans, caption))
    Figure(
        caption=f"{caption[:1].upper()}{caption[1:]}",
        svg=svg,
        file=standalone(svg) if answer.final else "",
        name=name.replace(" ", "-"),
        medians=[{"name": policy, "values": [f"{value:.4g}" for value in fan[MEDIAN]]} for policy, fan in fans.items()],
        left=LEFT,
        right=WIDTH - frame.room,
        periods=frame.periods,
    )


def _frame(fans: list[np.ndarray], label: str) -> Frame:
    """Return axes around the fans. Where all is zero, as between equal policies, zero lies in the middle."""
    if not any(np.nan_to_num(fan).any() for fan in fans):
        return Frame(fans[0].shape[1], -1.0, 1.0, label, _ROOM)
    return frame_of(fans, label)._replace(room=_ROOM)


def _policy_period(answer: LiveAnswer) -> tuple[int, int] | None:
    """Return the quarters in which the policies run, those of the first that has any."""
    return next(((policy.start, policy.end) for policy in answer.study.policies if policy.mix), None)


def _description(answer: LiveAnswer, fans: Mapping[str, np.ndarray], caption: str) -> str:
    """Return the chart in words, for readers who cannot see it."""
    ends = ", ".join(f"{policy} {fan[MEDIAN, -1]:.4g}" for policy, fan in fans.items())
    return f"{caption}, by quarter. Medians of {answer.pairs} seeds in the last quarter: {ends}."
