"""Hurried hands beside a busy machine: many presses, moved sliders and reloads, and what went wrong."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


def hurry(browser: Any, lab: str, counts: Counts) -> Outcome:
    """Visit Watch and Compare in a hurry, reload every page, and see if all answer then."""
    lost: list[str] = []
    errors = [*_press(browser, lab, counts.presses, lost), *_move(browser, lab, counts.moves, lost)]
    return Outcome(lost, [*errors, *_reload(browser, lab, counts.reloads, lost)])


def _press(browser: Any, lab: str, presses: int, lost: list[str]) -> list[str]:
    """Press play and pause on Watch, and then go on to the next quarter."""
    visitor = Visitor(browser, f"{lab}/?{WATCHED}")
    visitor.page.wait_for_selector(_PAGES[""])
    button = visitor.page.get_by_role("button", name="Play").or_(visitor.page.get_by_role("button", name="Pause"))
    for _ in range(presses):
        button.first.click()
    visitor.press("To the start")
    visitor.press("Step")
    visitor.wait_for("document.querySelector('.now')?.innerText.trim() === '1'")
    return _left(visitor, lost, "Watch after presses")


def _move(browser: Any, lab: str, moves: int, lost: list[str]) -> list[str]:
    """Move a slider of Compare and one of Watch, by keys that do not wait for an answer. The last one is answered."""
    visitor = Visitor(browser, f"{lab}/compare?{COMPARED}")
    visitor.page.wait_for_selector(_PAGES["compare"])
    slider = visitor.page.get_by_label("budget", exact=True)
    _shake(slider, moves)
    visitor.page.wait_for_url("**policy.budget=0.05**")
    visitor.page.wait_for_selector(".verdict[data-pairs]")
    visitor.page.wait_for_selector(_PAGES["compare"])
    errors = _left(visitor, lost, "Compare after moves")
    other = Visitor(browser, f"{lab}/?{WATCHED}")
    other.page.wait_for_selector(_PAGES[""])
    other.page.get_by_text("Parameters and random draws").click()
    _shake(other.page.get_by_role("slider", name="own_problems, slider"), moves)
    other.page.wait_for_url("**own_problems=1**")
    other.page.locator("pre", has_text="--set own_problems=1 ").first.wait_for()
    other.page.wait_for_selector(_PAGES[""])
    return [*errors, *_left(other, lost, "Watch after moves")]


def _shake(slider: Any, moves: int) -> None:
    slider.focus()
    for k in range(moves):
        slider.press("ArrowRight" if k % 3 else "ArrowLeft")
    slider.press("End")


def _reload(browser: Any, lab: str, reloads: int, lost: list[str]) -> list[str]:
    """Reload every page in turn, and now and then before it is there."""
    errors: list[str] = []
    for place, (name, there) in enumerate(_PAGES.items()):
        query = {"": WATCHED, "compare": COMPARED}.get(name, "")
        visitor = Visitor(browser, f"{lab}/{name}?{query}")
        for k in range(len(range(place, reloads, len(_PAGES)))):
            if k % 3 == 0:
                visitor.page.wait_for_selector(there)
            visitor.page.reload()
        visitor.page.wait_for_selector(there)
        errors += _left(visitor, lost, f"/{name} after reloads")
    return errors


def _left(visitor: Visitor, lost: list[str], what: str) -> list[str]:
    """Close a page. Note it as lost where it shows an error instead of itself. Return the errors of its browser."""
    shown = visitor.page.inner_text("body")
    lost += [f"{what}: {words}" for words in _BROKEN if words in shown]
    if visitor.page.locator(".lab main").count() != 1:
        lost.append(f"{what}: the page is gone")
    visitor.context.close()
    return [f"{what}: {error}" for error in visitor.errors]
