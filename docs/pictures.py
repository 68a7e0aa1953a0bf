"""`python -m docs.pictures`: the pictures of the documentation, made from the lab itself with Chromium."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

FOLDER = Path(__file__).parent / "_static"
_WATCH = "document.querySelector('section.watch')?.__vue__.plots?.length === 4"
_EXPLORE = "document.querySelector('.explore .picture img')?.complete"
_COMPARE = "document.body.innerText.includes('The same numbers elsewhere')"
PICTURES = {
    "watch": ("?quarter=40&agent=firm-5", _WATCH),
    "watch-change": ("?policy=laissez_faire&then=application&from=20&quarter=90", _WATCH),
    "compare": ("compare?policies=rd_credit,application&own_problems=0.3", _COMPARE),
    "explore": ("explore?folder=dose&tab=boundary&policies=rebate,rd_credit", _EXPLORE),
}
"""Addresses by the picture's name, each with what is true once the page is drawn."""

_SIZE = {"width": 1280, "height": 900}
_COLOURS = 128  # a picture of few colours is a small file


def main() -> None:
    """Take every picture."""
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory() as folder, _served(_with_results(folder)) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (query, drawn) in PICTURES.items():
            page = browser.new_context(viewport=_SIZE).new_page()
            page.set_default_timeout(120_000)
            page.goto(f"{address}/{query}")
            page.wait_for_function(drawn)
            page.wait_for_timeout(1000)
            if name == "compare":
                _drag(page)
            _save(page, FOLDER / f"{name}.png")
        browser.close()


def _drag(page: Any) -> None:
    """Take the slider of the budget and move it up, without letting go, until the first pairs have answered."""
    slider = page.get_by_label("budget", exact=True)
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 0.11 * box["width"], box["y"] + box["height"] / 2.0)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.35 * box["width"], box["y"] + box["height"] / 2.0, steps=8)
    page.wait_for_function("document.body.innerText.includes('So far 5 of at most 15 pairs')")


def _save(page: Any, path: Path) -> None:
    from PIL import Image

    page.screenshot(path=path)
    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(_COLOURS)
    small.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1024:.0f} KiB", file=sys.stderr)


def _with_results(folder: str) -> str:
    """Store a small sweep in a folder, and return the folder."""
    from experiments import sweep

    factors = {"policy.budget": {"values": [0.002, 0.005, 0.01, 0.02]}, "displacement": {"range": [0, 1]}}
    sweep(factors, {"kind": "grid", "levels": 5}, ("rebate", "rd_credit"), {"users": 200}, 10, out=f"{folder}/dose")
    return folder


@contextmanager
def _served(folder: str) -> Iterator[str]:
    """The address at which the lab is served."""
    command = [sys.executable, "-m", "experiments", "view", folder, "--port", "8799"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    yield next(found.group() for line in server.stderr if (found := re.search(r"http://\S+", line)))
    server.terminate()
    server.wait()


if __name__ == "__main__":
    main()
