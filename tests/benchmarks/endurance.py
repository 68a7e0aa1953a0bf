"""Endurance of the browser lab: hurried hands on a busy machine, counted and not timed."""

import shutil
import time
from collections.abc import Iterator

from tests.benchmarks.figures import Figure
from tests.benchmarks.served import served
from tests.viz.hurry import BUSY, Counts, busy_machine, hurry

WHOLE = Counts(presses=200, moves=200, reloads=50)
"""The moves are made twice: on Compare and on Watch."""

_BEGUN = time.monotonic()


def endurance() -> Iterator[Figure]:
    """Presses, moves and reloads beside a busy machine, and what went wrong. Each limit of 1 means none."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with served() as lab:
            _tell(f"the lab is served, and {BUSY} processes begin to keep the machine busy")
            with busy_machine():
                found = hurry(browser, lab.address, WHOLE, _tell)
            told = lab.end()
        browser.close()
    for what in (*found.lost, *found.errors, *told):
        _tell(what)
    counts = f"{WHOLE.presses} presses, 2 x {WHOLE.moves} moves, {WHOLE.reloads} reloads"
    yield Figure(f"{counts}: lost", len(found.lost), 1.0, "pages")
    yield Figure("... errors in the browser", len(found.errors), 1.0, "errors")
    yield Figure("... lines on the server's stderr", len(told), 1.0, "lines")


def _tell(what: str) -> None:
    """Print a line of progress at once, with the seconds since the beginning."""
    print(f"  {time.monotonic() - _BEGUN:5.0f} s  {what}", flush=True)
