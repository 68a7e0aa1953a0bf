"""The server of the lab: its settings, and the addresses and folders that it refuses."""

import asyncio
import re
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
import solara
import uvicorn
from solara.server import app, kernel, kernel_context, settings

import model.simulation
from model import BadInput
from viz.lab.server import OPEN_TO_OTHERS, serve
from viz.lab.sessions import MOST_PAGES, has_room


def test_addresses_that_are_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(BadInput, match="already in use"):
            serve(port=taken.getsockname()[1])
    for host in ("192.0.2.1", "no such host"):
        with pytest.raises(BadInput, match="host = "):
            serve(host=host)


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder, words in ((tmp_path / "none", "no such file"), (tmp_path / "file", "not a directory")):
        with pytest.raises(BadInput, match=words):
            serve(port=0, folder=folder)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The guards that `serve` would serve, without a server. All settings are back when the test ends."""
    for one in (settings.telemetry, settings.kernel, settings.main, settings.theme, solara.settings.assets):
        for name, value in vars(one).items():
            monkeypatch.setattr(one, name, value)
    monkeypatch.setattr(app, "apps", {})
    monkeypatch.setattr(app, "AppScript", lambda name: name)  # which can be loaded once in a process
    monkeypatch.setattr(model.simulation, "warm_up", lambda: None)
    guards: list[Any] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: guards.append(self.config.app))
    return guards


def test_beyond_this_machine_a_token_is_needed(served: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The address has it, a line says what that means, and another start has another one."""
    tokens = set()
    for _ in range(2):
        serve("0.0.0.0", 0)
        told = capsys.readouterr().err
        found = re.search(r"http://([\w.-]+):\d+/\?token=([\w-]{32})\s", told)
        assert found and found[1] not in ("0.0.0.0", "127.0.0.1") and found[2] == served[-1].token
        assert OPEN_TO_OTHERS in told and "0.0.0.0" not in served[-1].names
        tokens.add(found[2])
    assert len(tokens) == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_on_this_machine_none_is(served: list[Any], capsys: pytest.CaptureFixture[str], host: str) -> None:
    serve(host, 0)
    assert served[0].token == "" and served[0].names == {"localhost", host}
    told = capsys.readouterr().err
    assert "token" not in told and OPEN_TO_OTHERS not in told


class Page:
    """A page as the server keeps it: connected or not, and closed when it is told so."""

    def __init__(self, kernels: dict[str, Any], name: str, *connected: bool) -> None:
        self.page_status = {
            str(k): kernel_context.PageStatus.CONNECTED if one else kernel_context.PageStatus.DISCONNECTED
            for k, one in enumerate(connected)
        }
        self.closed_event = threading.Event()
        self.close = lambda reason: kernels.pop(name)
        kernels[name] = self


def test_pages_left_behind_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are open stay. One that is only just being opened is not left behind."""
    kernels: dict[str, Any] = {}
    monkeypatch.setattr(kernel_context, "contexts", kernels)
    for k in range(MOST_PAGES - 3):
        Page(kernels, f"open {k}", True)
    Page(kernels, "opening")
    Page(kernels, "two tabs, one left", False, True)
    assert has_room("") and has_room("new")
    left = Page(kernels, "left behind", False)
    assert has_room("new") and left not in kernels.values() and len(kernels) == MOST_PAGES - 1
    Page(kernels, "last", True)
    assert not has_room("") and not has_room("new") and has_room("open 0")
    assert len(kernels) == MOST_PAGES


def test_what_a_closed_browser_held_is_given_back_after_five_minutes(
    served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernels of pages wait so long for their browser to come back, and are closed then."""
    serve(port=0)
    from solara.server import starlette  # as the server does, once its settings are made

    assert [guard.site for guard in served] == [starlette.app]
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
