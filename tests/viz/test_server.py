"""The server of the lab: its settings, and the addresses and folders that it refuses."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
import solara
import uvicorn
from solara.server import app, kernel, kernel_context, settings

import model.simulation
from model import BadInput
from viz.lab.server import serve


def test_addresses_that_are_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(BadInput, match="already in use"):
            serve(port=taken.getsockname()[1])
    for host in ("0.0.0.0", "192.0.2.1", "no such host"):
        with pytest.raises(BadInput, match="host = "):
            serve(host=host)


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder, words in ((tmp_path / "none", "no such file"), (tmp_path / "file", "not a directory")):
        with pytest.raises(BadInput, match=words):
            serve(port=0, folder=folder)


def test_what_a_closed_browser_held_is_given_back_after_five_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels of pages wait so long for their browser to come back, and are closed then."""
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
