"""Hurried hands beside a busy machine: many presses, moved sliders and reloads, and what went wrong."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

from tests.economies import TINY_SIZES
from tests.viz.visitor import Visitor

WATCHED = "users=200&horizon=40"
COMPARED = "&".join(f"{name}={value}" for name, value in TINY_SIZES.items())
BUSY = 8
"""Processes that do nothing and want all of the machine."""

_BROKEN = ("Traceback (most recent call last)", "Too many renders", "Cannot render")
_PAGES = {
    "": ".tiles dd",
    "compare": ".compare .recipe",
    "claims": ".reading",
    "model": ".reading",
    "explore": ".explore",
}
"""Pages, and what stands on each when it is there."""


class Counts(NamedTuple):
    """How often each is done: half of the slider moves on Watch and half on Compare."""

    presses: int
    moves: int
    reloads: int


class Outcome(NamedTuple):
    """What went wrong: pages that did not come back, and errors in the browser or on a page."""

    lost: list[str]
    errors: list[str]


@contextmanager
def busy_machine() -> Iterator[None]:
    """Keep all processors busy meanwhile."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def hurry(browser: Any, lab: str, counts: Counts, tell: Callable[[str], None] = lambda line: None) -> Outcome:
    """Visit Watch and Compare in a hurry, reload every page, and see if all answer then. Progress is told in lines.

    A page that keeps a step waiting for longer than a visitor's patience is lost, and the next one is visited.
    """
    lost: list[str] = []
    errors: list[str] = []

    def on(what: str, path: str, act: Callable[[Visitor], None]) -> None:
        visitor = None
        try:
            visitor = Visitor(browser, f"{lab}/{path}")
            act(visitor)
            _look(visitor, lost, what)
        except _timeout() as error:
            lost.append(f"{what}: {str(error).splitlines()[0]}")
        if visitor is not None:
            errors.extend(f"{what}: {error}" for error in visitor.errors)
            visitor.context.close()
        tell(f"{what}: done, {len(lost)} lost and {len(errors)} errors so far")

    on("Watch after presses", f"?{WATCHED}", partial(_press, presses=counts.presses, tell=tell))
    on("Compare after moves", f"compare?{COMPARED}", partial(_move_on_compare, moves=counts.moves, tell=tell))
    on("Watch after moves", f"?{WATCHED}", partial(_move_on_watch, moves=counts.moves, tell=tell))
    for place, (name, there) in enumerate(_PAGES.items()):
        query = {"": WATCHED, "compare": COMPARED}.get(name, "")
        reloads = len(range(place, counts.reloads, len(_PAGES)))
        on(f"/{name} after reloads", f"{name}?{query}", partial(_reload, there=there, reloads=reloads, tell=tell))
    return Outcome(lost, errors)


def _press(visitor: Visitor, presses: int, tell: Callable[[str], None]) -> None:
    """Press play and pause on Watch, and then go on to the next quarter."""
    visitor.page.wait_for_selector(_PAGES[""])
    button = visitor.page.get_by_role("button", name="Play").or_(visitor.page.get_by_role("button", name="Pause"))
    for _ in _counted(presses, "presses of play and pause", tell):
        button.first.click()
    visitor.press("To the start")
    visitor.press("Step")
    visitor.wait_for("document.querySelector('.now')?.innerText.trim() === '1'")


def _move_on_compare(visitor: Visitor, moves: int, tell: Callable[[str], None]) -> None:
    """Move a slider by keys that do not wait for an answer. The last one is answered."""
    visitor.page.wait_for_selector(_PAGES["compare"])
    _shake(visitor.page.get_by_label("budget", exact=True), moves, tell)
    visitor.page.wait_for_url("**policy.budget=0.05**")
    visitor.page.wait_for_selector(".verdict[data-pairs]")
    visitor.page.wait_for_selector(_PAGES["compare"])


def _move_on_watch(visitor: Visitor, moves: int, tell: Callable[[str], None]) -> None:
    """Move a slider as on Compare."""
    visitor.page.wait_for_selector(_PAGES[""])
    visitor.page.get_by_text("Parameters and random draws").click()
    _shake(visitor.page.get_by_role("slider", name="own_problems, slider"), moves, tell)
    visitor.page.wait_for_url("**own_problems=1**")
    visitor.page.locator("pre", has_text="--set own_problems=1 ").first.wait_for()
    visitor.page.wait_for_selector(_PAGES[""])


def _shake(slider: Any, moves: int, tell: Callable[[str], None]) -> None:
    slider.focus()
    for k in _counted(moves, "moves of a slider", tell):
        slider.press("ArrowRight" if k % 3 else "ArrowLeft")
    slider.press("End")


def _reload(visitor: Visitor, there: str, reloads: int, tell: Callable[[str], None]) -> None:
    """Reload a page, and now and then before it is there."""
    for k in _counted(reloads, "reloads", tell):
        if k % 3 == 0:
            visitor.page.wait_for_selector(there)
        visitor.page.reload()
    visitor.page.wait_for_selector(there)


def _counted(count: int, what: str, tell: Callable[[str], None]) -> Iterator[int]:
    """Count, and tell four times how far it is."""
    for k in range(count):
        yield k
        if (k + 1) % max(count // 4, 1) == 0:
            tell(f"{k + 1} of {count} {what}")


def _look(visitor: Visitor, lost: list[str], what: str) -> None:
    """Note a page as lost where it shows an error instead of itself."""
    shown = visitor.page.inner_text("body")
    lost += [f"{what}: {words}" for words in _BROKEN if words in shown]
    if visitor.page.locator(".lab main").count() != 1:
        lost.append(f"{what}: the page is gone")


def _timeout() -> type[Exception]:
    """Return the error of a step that took too long. (Playwright may be missing where no browser is.)"""
    from playwright.sync_api import TimeoutError as TookTooLong

    return TookTooLong
