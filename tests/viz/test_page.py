"""The page in a real browser: it plays, it stays on this machine, and every visitor has an economy of their own."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

from model import BadInput, Economy, Parameters, Policy, policies
from viz.figures.network import MOST_USERS, SIDE, draw_network, place_nodes
from viz.lab.controls import GROUPS, START, error_of, explain, groups
from viz.lab.panels import adoption_chart, firms_chart, legend, output_chart, status_line, technology_chart
from viz.lab.server import serve

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


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page's address, served by the command itself; it must end without a word when interrupted."""
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
        pytest.fail("the page was not served: " + "".join(told))
    yield found.group()
    server.send_signal(signal.SIGINT)
    rest = server.communicate(timeout=600)[1]
    assert "Traceback" not in rest
    assert server.returncode in (0, 130)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; without one the tests skip, or fail where the browser is required."""
    if CHROMIUM is None:
        told = "no chromium on this machine"
        if os.environ.get("NQPF_REQUIRE_BROWSER"):
            pytest.fail(told)
        pytest.skip(told)  # a developer's machine may have no browser; .ci/run requires one
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Visitor:
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
        self.page.wait_for_selector("#quarter")

    def _went(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob"):
            self.hosts.add(urlsplit(url).hostname)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def quarter(self) -> int:
        return int(self.page.inner_text("#quarter"))

    def wait_until(self, condition: str) -> None:
        """Wait for a condition on q, the quarter shown."""
        self.page.wait_for_function(
            f"(() => {{ const q = Number(document.querySelector('#quarter')?.innerText); return {condition} }})()"
        )

    def wait_for_words(self, words: str) -> None:
        """Wait until the line on the quarter and the regime says so."""
        self.page.locator(".quarter", has_text=words).wait_for()

    def play(self, quarters: int) -> None:
        self.press("▶")
        self.wait_until(f"q >= {quarters}")
        self.press("❚❚")
        self.page.get_by_role("button", name="▶", exact=True).wait_for()

    def choose_policy(self, name: str) -> None:
        self.page.locator(".v-select__slot").first.click()
        self.page.get_by_role("option", name=name, exact=True).click()
        self.wait_for_words(name)

    def fill(self, label: str, value: str) -> None:
        field = self.page.get_by_label(label)
        field.fill(value)
        field.press("Enter")

    def drawings(self) -> list[str]:
        return [
            str(part) for part in self.page.locator(".panel svg").evaluate_all("all => all.map(one => one.innerHTML)")
        ]

    def leave(self) -> None:
        """Nothing has gone wrong, and nothing has left this machine."""
        assert self.hosts <= LOOPBACK
        assert not self.errors
        self.context.close()


@pytest.mark.slow
def test_step_play_and_reset(browser: Any, address: str) -> None:
    visitor = Visitor(browser, address)
    assert visitor.quarter() == 0
    before = visitor.drawings()
    assert len(before) == 5
    visitor.press("Step")
    visitor.wait_until("q === 1")
    visitor.play(15)
    assert visitor.quarter() >= 15
    assert all(now != then for now, then in zip(visitor.drawings(), before, strict=True))
    assert visitor.page.locator(".chart polyline").count() == 9
    visitor.press("Reset")
    visitor.wait_until("q === 0")
    visitor.press("Step")
    visitor.wait_until("q === 1")
    visitor.leave()


@pytest.mark.slow
def test_settings_start_a_new_economy(browser: Any, address: str) -> None:
    visitor = Visitor(browser, address)
    visitor.play(4)
    visitor.choose_policy("selective")
    visitor.wait_until("q === 0")
    visitor.page.get_by_role("button", name="Size and structure").click()
    visitor.fill("horizon (quarters)", "3")
    visitor.fill("users (agents)", "250")
    visitor.press("Apply")
    visitor.wait_for_words("250 users")
    visitor.press("▶")
    visitor.wait_until("q === 3")
    assert visitor.page.get_by_role("button", name="Step", exact=True).is_disabled()
    visitor.leave()


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["application", "sequenced"])
def test_every_group_of_settings_opens(policy: str, browser: Any, address: str) -> None:
    """With a field for each of its settings, and nothing written in it that is refused."""
    visitor = Visitor(browser, address)
    visitor.choose_policy(policy)
    for heading, names in groups().items():
        panel = visitor.page.locator(".v-expansion-panel").filter(
            has=visitor.page.get_by_role("button", name=heading, exact=True)
        )
        panel.get_by_role("button", name=heading, exact=True).click()
        fields = panel.locator(".v-text-field")
        fields.nth(len(names) - 1).wait_for()
        assert fields.count() == len(names)
    visitor.press("Step")
    visitor.wait_until("q === 1")
    assert visitor.page.locator(".refused").count() == 0
    visitor.leave()


@pytest.mark.slow
def test_policy_and_seed_do_not_apply_what_waits(browser: Any, address: str) -> None:
    """They take effect at once; other settings wait for the button, and a seed is needed."""
    visitor = Visitor(browser, address)
    visitor.page.get_by_role("button", name="Size and structure").click()
    visitor.fill("users (agents)", "250")
    visitor.choose_policy("rebate")
    visitor.wait_for_words("1,000 users")
    visitor.fill("Seed", "")
    visitor.page.get_by_text("seed = '': must be a whole number").wait_for()
    visitor.fill("Seed", "5")
    visitor.wait_for_words("seed 5 · 1,000 users")
    visitor.press("Apply")
    visitor.wait_for_words("rebate, until quarter 120 · seed 5 · 250 users")
    visitor.leave()


@pytest.mark.slow
def test_a_playing_economy_gives_way_to_new_settings(browser: Any, address: str) -> None:
    visitor = Visitor(browser, address)
    visitor.press("▶")
    visitor.wait_until("q > 5")
    visitor.choose_policy("rebate")
    visitor.wait_until("q === 0")
    visitor.page.wait_for_timeout(1500)  # time enough to play on, were it to
    assert visitor.quarter() == 0
    visitor.play(3)
    visitor.leave()


@pytest.mark.slow
def test_bad_input_is_told_on_the_page(browser: Any, address: str) -> None:
    visitor = Visitor(browser, address)
    visitor.fill("Seed", "abc")
    visitor.page.get_by_text("seed = 'abc': must be a whole number").wait_for()
    visitor.press("Step")
    visitor.wait_until("q === 1")
    visitor.fill("Seed", "12")
    visitor.wait_for_words("seed 12")
    visitor.page.get_by_role("button", name="Users", exact=True).click()
    visitor.fill("risk (money)", "2")
    visitor.page.get_by_text("risk = '2': must be a number from 0 to 1").wait_for()
    assert visitor.page.get_by_role("button", name="Apply", exact=True).is_disabled()
    visitor.leave()


@pytest.mark.slow
def test_visitors_do_not_share_an_economy(browser: Any, address: str) -> None:
    one, other = Visitor(browser, address), Visitor(browser, address)
    one.choose_policy("rebate")
    one.play(6)
    assert other.quarter() == 0
    assert "application" in other.page.inner_text(".quarter")
    other.press("Step")
    other.wait_until("q === 1")
    assert one.quarter() >= 6
    one.leave()
    other.leave()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (360, "light"), (800, "dark"), (1600, "light")])
def test_every_width_and_scheme(browser: Any, address: str, width: int, scheme: str) -> None:
    visitor = Visitor(browser, address, width, scheme)
    visitor.press("Step")
    visitor.wait_until("q === 1")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    for drawing in visitor.page.locator(".panel svg").all():
        box = drawing.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert 250 <= box["width"] <= width - box["x"]
    paper = visitor.page.evaluate("getComputedStyle(document.querySelector('#app')).backgroundColor")
    ink = visitor.page.evaluate("getComputedStyle(document.querySelector('.quarter')).color")
    brightness = [sum(map(float, re.findall(r"[\d.]+", colour)[:3])) for colour in (paper, ink)]
    assert (brightness[0] < brightness[1]) == (scheme == "dark")
    visitor.leave()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), [("Origin", "http://evil.example"), ("Host", "evil.example")])
def test_a_foreign_page_cannot_open_the_websocket(address: str, name: str, value: str) -> None:
    """The served page refuses what its guard refuses. A page of its own is let in by every test above."""
    headers = {
        "Host": urlsplit(address).netloc, "Origin": address, "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==", name: value,
    }  # fmt: skip
    connection = HTTPConnection(urlsplit(address).netloc)
    connection.request("GET", "/jupyter/api/kernels/1/channels", headers=headers)
    assert connection.getresponse().status == 403
    connection.close()


# -- what needs no browser


def test_addresses_that_are_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(BadInput, match="already in use"):
            serve(port=taken.getsockname()[1])
    for host in ("0.0.0.0", "192.0.2.1", "no such host"):
        with pytest.raises(BadInput, match="host = "):
            serve(host=host)


def test_every_setting_is_reachable_and_explained() -> None:
    reachable = [name for names in groups().values() for name in names]
    come_with_the_policy = ("name", "mix", "later_mix", "calendar")
    traits = {f"policy.{name}" for name in Policy.model_fields if name not in come_with_the_policy}
    assert sorted(reachable) == sorted({*Parameters.model_fields, *traits})
    assert {name for names in GROUPS.values() for name in names} <= set(reachable)
    for entry in Parameters.declarations():
        assert entry["meaning"][1:] in explain(entry)


def test_errors_of_settings() -> None:
    assert error_of(START) == ""
    assert "must be at most slots" in error_of({**START, "founders": "200"})
    assert "unknown policy" in error_of({**START, "policy": "none"})


@pytest.mark.parametrize("policy", policies)
def test_panels_of_any_moment(policy: str) -> None:
    """Drawings hold no number that is not finite, before the first quarter and at the end."""
    economy = Economy(policy, users=60, horizon=6, industries=3, **{"policy.end": 4})
    for _ in range(7):
        shown = "".join(
            make(economy) for make in (status_line, adoption_chart, technology_chart, firms_chart, output_chart, legend)
        )
        drawn = draw_network(economy.simulation.state, place_nodes(economy.simulation.state), chosen=True)
        assert not re.search(r"\b(nan|inf|None)\b", shown + drawn)
        if economy.running:
            economy.step()


@pytest.mark.parametrize(
    "size", [{"users": 1, "industries": 1, "regions": 1}, {"industries": 1}, {"users": 3 * MOST_USERS}]
)
def test_a_layout_for_any_size(size: dict[str, int]) -> None:
    economy = Economy("selective", horizon=2, **size)
    layout = place_nodes(economy.simulation.state)
    economy.run_model()
    again = place_nodes(economy.simulation.state)
    assert all(np.array_equal(one, other) for one, other in zip(layout, again, strict=True))
    assert 0 < layout.users.shape[0] <= MOST_USERS
    assert np.all((layout.user_positions > 0) & (layout.user_positions < SIDE))
    assert f'viewBox="0 0 {SIDE} {SIDE}"' in draw_network(economy.simulation.state, layout, chosen=False)
