"""The lab served by its own command, and visitors with real browsers who note what goes wrong."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 300_000  # milliseconds: a busy machine is no error
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

sync_api = pytest.importorskip("playwright.sync_api") if not os.environ.get("NQPF_REQUIRE_BROWSER") else None
if sync_api is None:
    from playwright import sync_api  # a missing browser test is a failure here


def heed_interrupts() -> None:
    """Restore SIGINT, which is ignored where the tests run in the background of a script."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def served() -> Iterator[str]:
    """The lab's address, served by the command itself. It must end without a word when interrupted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "experiments", "view", "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts)
    assert server.stderr is not None
    told = []
    for line in server.stderr:
        told.append(line)
        if found := re.search(r"http://\S+", line):
            break
    else:
        pytest.fail("the lab was not served: " + "".join(told))
    yield found.group()
    server.send_signal(signal.SIGINT)
    rest = server.communicate(timeout=600)[1]
    assert "Traceback" not in rest
    assert server.returncode in (0, 130)


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium. Without one the tests skip, or fail where the browser is required."""
    if CHROMIUM is None:
        told = "no chromium on this machine"
        if os.environ.get("NQPF_REQUIRE_BROWSER"):
            pytest.fail(told)
        pytest.skip(told)
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


class LabVisitor:
    """A visitor with a browser of their own, who notes errors and where requests go."""

    def __init__(self, browser: Any, address: str, width: int = 1280, scheme: Any = "light") -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.hosts: set[str | None] = set()
        self.page.on("console", lambda note: self.errors.append(note.text) if note.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._went(request.url))
        self.page.on("websocket", lambda opened: self._went(opened.url))
        self.page.goto(address)

    def _went(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob"):
            self.hosts.add(urlsplit(url).hostname)

    def leave(self) -> None:
        """Nothing has gone wrong, and nothing has left this machine."""
        assert self.hosts <= LOOPBACK
        assert not self.errors
        self.context.close()
