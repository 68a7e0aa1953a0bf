"""The lab without a browser: drawings of an economy that another thread may be stepping, and its server's settings."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import solara
import uvicorn
from solara.server import app, kernel, kernel_context, settings

import model.simulation
from model import Economy
from model.simulation import Simulation
from tests.economies import WATCHED
from viz.lab import panels
from viz.lab.server import serve


class Hurried(Simulation):
    """A simulation that is a quarter further whenever somebody looks, as one that another thread steps may be."""

    @property
    def period(self) -> int:  # type: ignore[override]  # a plain attribute there; here it counts who reads it
        vars(self)["period"] += 1
        return int(vars(self)["period"])


@pytest.fixture
def hurried() -> Economy:
    """An economy at quarter 12 of 24, which has run to its end so that all quarters have numbers."""
    economy = Economy("application", **WATCHED)
    while economy.running:
        economy.step()
    vars(economy.simulation)["period"] = 12
    economy.simulation.__class__ = Hurried
    return economy


def test_the_record_is_of_one_moment(hurried: Economy) -> None:
    record = hurried.simulation.record()
    assert len(record.tallies) == len(record.moved) == len(record.placed) == record.withdrawal == 13


@pytest.mark.parametrize(
    "draw",
    [panels.status_line, panels.adoption_chart, panels.technology_chart, panels.firms_chart, panels.output_chart],
)
def test_a_drawing_is_of_one_moment(hurried: Economy, draw: Callable[[Economy], str]) -> None:
    """It looks once at how far the economy is. A second look would find another quarter."""
    shown = draw(hurried)
    assert vars(hurried.simulation)["period"] == 13
    assert draw is not panels.status_line or '"quarter">13<' in shown


def test_the_economy_of_a_closed_browser_ends_after_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The served page's kernels wait so long for their browser to come back, and are closed then."""
    changed = (settings.telemetry, settings.kernel, settings.main, settings.theme, solara.settings.assets)
    for one in changed:  # back to what they are when the test ends
        for name, value in vars(one).items():
            monkeypatch.setattr(one, name, value)
    monkeypatch.setattr(app, "apps", {})
    monkeypatch.setattr(model.simulation, "warm_up", lambda: None)
    served: list[Any] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: served.append(self.config.app.site))
    serve(port=0)
    from solara.server import starlette  # as the server does, once its settings are made

    assert served == [starlette.app]
    waited: list[float] = []

    async def passed(seconds: float) -> None:
        waited.append(seconds)

    async def visit() -> bool:
        context = kernel_context.VirtualKernelContext(id="v", kernel=kernel.Kernel(), session_id="s")
        await context.page_disconnect("p", context.page_connect("p"))
        return context.closed_event.is_set()

    monkeypatch.setattr(kernel_context.asyncio, "sleep", passed)
    assert asyncio.run(visit())
    assert waited == [300.0]
