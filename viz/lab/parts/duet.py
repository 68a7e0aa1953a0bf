"""Networks of the compared policies under one seed, side by side on one clock."""

from collections.abc import Callable, Sequence
from typing import Any

import solara
from solara import v

from experiments.recording.cache import recordings
from experiments.study.study import Study
from viz.lab.parts.frame import BROWSER


@solara.component_vue(str(BROWSER / "duet.vue"))
def NetworkPlayer(
    recordings: Sequence[bytes], names: Sequence[str], seed: int, event_seed: Callable[[Any], None]
) -> None:
    """The player of several recordings with the same users."""


@solara.component
def Duet(study: Study, seed: int | None, choose: Callable[[str | None], None]) -> Any:
    """The networks of a seed, once a visitor asks for them. One seed is an example and no answer."""
    note = "One seed is an example, and no answer. Founders have the same colour in all networks."
    with solara.Div(classes=["example"]) as main:
        v.Html(tag="h2", children=["One seed, side by side"])
        v.Html(tag="p", class_="note", children=[note])
        if seed is None:
            solara.Button("Show the networks", on_click=lambda: choose("0"))
        else:
            NetworkPlayer(
                recordings=[recordings.find(study.parameters, policy, seed).packed for policy in study.policies],
                names=[policy.name for policy in study.policies],
                seed=seed,
                event_seed=lambda given: choose(None if given is None else str(given)),
            )
    return main
