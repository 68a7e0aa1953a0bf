"""A visitor of the lab, with a browser of their own, who notes errors and where requests go.

With NQPF_PICTURES in the environment, the folder of that name keeps a picture of each page that a visitor leaves.
"""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 300_000  # milliseconds: a busy machine is no error
MOST_OF_A_PICTURE = 4000  # pixels from the top of a page
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
AXE = Path(__file__).parents[1] / "data" / "axe" / "axe.min.js"


class Visitor:
    """A visitor at an address of the lab. Every page is left with nothing gone wrong."""

    def __init__(self, browser: Any, address: str, width: int = 1280, scheme: Any = "light", **context: Any) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.hosts: set[str | None] = set()
        self.page.on("console", lambda note: self.errors.append(note.text) if note.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._went(request.url))
        self.page.on("websocket", lambda opened: self._went(opened.url))
        self.page.goto(address)
        self.page.wait_for_selector(".lab main")

    def _went(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob"):
            self.hosts.add(urlsplit(url).hostname)

    def _keep_picture(self) -> None:
        if folder := os.environ.get("NQPF_PICTURES"):
            test = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].rpartition(" ")[0]
            size = self.page.viewport_size or {"width": 0}
            height = min(self.page.evaluate("document.documentElement.scrollHeight"), MOST_OF_A_PICTURE)
            part: Any = {"x": 0, "y": 0, "width": size["width"], "height": height}
            path = Path(folder) / f"{re.sub('[^a-z0-9]+', '-', test.lower()).strip('-')}.png"
            self.page.screenshot(path=path, full_page=True, clip=part)

    def refusal(self) -> str:
        """Wait for the line that says what is refused, and return it."""
        told = self.page.get_by_role("alert")
        told.wait_for()
        return str(told.inner_text())

    def press(self, name: str) -> None:
        """Press the button of a name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def wait_for(self, condition: str) -> None:
        """Wait for a condition in the browser."""
        self.page.wait_for_function(f"() => {condition}")

    def faults(self) -> list[str]:
        """Return what axe-core finds against accessibility that is serious or worse."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
        return [
            f"{rule['id']}: {[node['html'][:160] for node in rule['nodes'][:3]]}"
            for rule in found
            if rule["impact"] in ("serious", "critical")
        ]

    def leave(self) -> None:
        """Nothing has gone wrong, and nothing has left this machine."""
        self._keep_picture()
        assert self.hosts <= LOOPBACK, self.hosts
        assert not self.errors, self.errors
        self.context.close()
