"""The lab as the command serves it, and a browser to visit it with."""

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

import pytest

from tests.viz.stored import store_both

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def heed_interrupts() -> None:
    """Restore SIGINT, which is ignored where the tests run in the background of a script."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The lab's address, served by the command itself."""
    with serving() as found:
        yield found


@pytest.fixture(scope="session")
def results_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a lab that serves a folder with results."""
    with serving(str(store_both(tmp_path_factory.mktemp("served")))) as found:
        yield found


@contextmanager
def serving(*folder: str) -> Iterator[str]:
    """Serve the lab, perhaps a folder, and give its address. It must end without a word when interrupted."""
    with serving_process(*folder) as (address, _):
        yield address


@contextmanager
def serving_process(*folder: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Serve the lab, and give its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "experiments", "view", *folder, "--port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts)
    assert server.stderr is not None
    told = []
    for line in server.stderr:
        told.append(line)
        if found := re.search(r"http://\S+", line):
            break
    else:
        pytest.fail("the lab was not served: " + "".join(told))
    yield found.group(), server
    server.send_signal(signal.SIGINT)
    rest = server.communicate(timeout=600)[1]
    assert "Traceback" not in rest
    assert server.returncode in (0, 130)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium; without one the tests skip, or fail where the browser is required."""
    required = bool(os.environ.get("NQPF_REQUIRE_BROWSER"))
    sync_api = (
        pytest.importorskip("playwright.sync_api") if not required else __import__("playwright.sync_api").sync_api
    )
    if CHROMIUM is None:
        told = "no chromium on this machine"
        if required:
            pytest.fail(told)
        pytest.skip(told)  # a developer's machine may have no browser; .ci/run requires one
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
