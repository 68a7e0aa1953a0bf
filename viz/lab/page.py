"""The page of `nqpf view`: Mesa's SolaraViz over an Economy. For watching one economy."""

import warnings
from pathlib import Path
from typing import Any

import solara
import solara.lab

from model.declaration.errors import BadInput
from model.economy import Economy
from viz.figures.network import draw_network, place_nodes
from viz.lab import panels
from viz.lab.controls import START, SettingsPanel, error_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # Mesa 3.3 calls a hook after an early return
    from mesa.visualization import SolaraViz
    from mesa.visualization.utils import update_counter

_TITLE = "nqpf: watch an economy"
_PLAY_INTERVAL = 60  # milliseconds


class WatchedEconomy(Economy):
    """An Economy that ignores steps once it has ended: Mesa's player may ask for several quarters at once."""

    # Mesa's visualisation takes variable arguments of this name only for arguments that need not be given.
    def __init__(self, **kwargs: Any) -> None:
        """Make the economy. Raises BadInput in the words of the page, which hold nothing of any file."""
        settings = {name: value for name, value in kwargs.items() if name != "scenario"}  # which Mesa 3.5 adds, empty
        if error := error_of(settings):
            raise BadInput(error)
        super().__init__(**kwargs)

    def step(self) -> None:
        """Run one quarter, if one is left."""
        if self.running:
            super().step()

    def stop(self) -> None:
        """End the economy, so that a player that still holds it stops."""
        self.running = False


@solara.component
def Page() -> None:
    """The page of one visitor, with an economy of its own."""
    applied, apply = solara.use_state(START)
    shown, show = solara.use_state(START)
    economy = solara.use_memo(lambda: WatchedEconomy(**applied), [applied])
    solara.use_effect(lambda: economy.stop, [economy])
    solara.use_effect(lambda: show(applied), [applied])
    solara.use_effect(_follow_system_theme, [])
    solara.Title(_TITLE)
    solara.Style(panels.chart_css() + (Path(__file__).parent / "page.css").read_text(encoding="utf-8"))
    with solara.Sidebar():
        SettingsPanel(applied, apply)
    if shown == applied:  # otherwise gone for one moment: Mesa's player keeps its state as long as it is on the page
        SolaraViz(
            economy,
            components=[(Status, 0), (Network, 0), *((chart, 0) for chart in CHARTS)],
            play_interval=_PLAY_INTERVAL,
            model_params=applied,
            name=_TITLE,
        )


def _follow_system_theme() -> None:
    """Follow the light or dark theme of the visitor's system. (Solara 1.64 shows nothing with its own "auto".)"""
    solara.lab.theme.dark = None


def _drawn(make: Any, kind: str) -> Any:
    """Return a component of the page that draws the economy anew every quarter."""

    @solara.component
    def Drawn(model: Economy) -> None:
        update_counter.get()
        solara.HTML(unsafe_innerHTML=make(model), classes=[kind])

    return Drawn


Status = _drawn(panels.status_line, "status")
CHARTS = tuple(
    _drawn(make, "panel")
    for make in (panels.adoption_chart, panels.technology_chart, panels.firms_chart, panels.output_chart)
)


@solara.component
def Network(model: Economy) -> None:
    """The network; positions are computed once per economy."""
    update_counter.get()
    layout = solara.use_memo(lambda: place_nodes(model.simulation.state), [model])
    supported = model.policy.start < model.period <= model.policy.end  # in the quarter just past
    drawing = draw_network(model.simulation.state, layout, chosen=supported)
    solara.HTML(
        unsafe_innerHTML=f"{drawing}<figcaption>{panels.legend(model)}</figcaption>", classes=["panel", "watch"]
    )
