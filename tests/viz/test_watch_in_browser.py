"""Watch in a real browser: it plays, stays on this machine, says what it shows, and its address is its state."""

import io
import re
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pytest

from model import simulate
from tests.viz.visitor import Visitor

SMALL = "users=200&horizon=40"


class Watcher(Visitor):
    """A visitor of Watch."""

    def __init__(self, browser: Any, address: str, query: str = SMALL, *given: Any, **named: Any) -> None:
        super().__init__(browser, f"{address}/?{query}", *given, **named)
        self.page.wait_for_selector(".tiles dd")

    def quarter(self) -> int:
        """Return the quarter shown."""
        return int(self.page.inner_text(".now"))

    def wait_until(self, condition: str) -> None:
        """Wait for a condition on q, the quarter shown."""
        self.wait_for(f"(q => {condition})(Number(document.querySelector('.now')?.innerText ?? -1))")

    def drawings(self) -> list[str]:
        """Return the network and the charts as they are drawn."""
        return list(self.page.locator("canvas").evaluate_all("all => all.map(one => one.toDataURL())"))

    def look(self, script: str) -> Any:
        """Return what a script finds of the player `v`."""
        return self.page.evaluate(f"(v => {script})(document.querySelector('section.watch').__vue__)")


def test_play_pause_step_back_and_scrub(browser: Any, address: str) -> None:
    visitor = Watcher(browser, address)
    assert visitor.quarter() == 0
    start = visitor.drawings()
    assert len(start) == 5
    visitor.press("Play")
    visitor.wait_until("q >= 5")
    visitor.press("Pause")
    at = visitor.quarter()
    visitor.page.wait_for_timeout(400)
    assert visitor.quarter() == at
    visitor.press("Step")
    visitor.wait_until(f"q === {at + 1}")
    forward = visitor.drawings()
    visitor.press("Step back")
    visitor.press("Step")
    assert visitor.drawings() == forward != start
    visitor.page.get_by_role("slider", name="Quarter").fill("33")
    visitor.wait_until("q === 33")
    visitor.press("To the end")
    visitor.wait_until("q === 40")
    visitor.press("To the start")
    assert visitor.drawings() == start
    assert visitor.page.evaluate("document.documentElement.lang") == "en"
    visitor.leave()


@pytest.mark.slow
def test_the_browser_reads_what_the_model_did(browser: Any, address: str) -> None:
    visitor = Watcher(browser, address)
    run = simulate({"users": 200, "horizon": 40}, "application", 0)
    firms = [visitor.look(f"v.recordings[0].firmsAt({frame}).length") for frame in (1, 20, 40)]
    assert firms == [run.series["firms"][frame - 1] for frame in (1, 20, 40)]
    series = visitor.look("Array.from(v.recordings[0].series('welfare'))")
    assert series == pytest.approx(run.series["welfare"].tolist(), rel=1e-6)
    last = visitor.look("Array.from(v.recordings[0].providersAt(40))")
    assert [code - 2 for code in last] == run.state.users.provider.tolist()
    visitor.look("v.recordings[0].providersAt(3)")
    assert visitor.look("Array.from(v.recordings[0].providersAt(40))") == last
    visitor.leave()


@pytest.mark.slow
def test_keys(browser: Any, address: str) -> None:
    """The whole page by keyboard: the player, a firm, and another policy."""
    visitor = Watcher(browser, address)
    keys = visitor.page.keyboard
    for key, condition in (
        ("ArrowRight", "q === 1"), ("End", "q === 40"), ("ArrowLeft", "q === 39"), ("Home", "q === 0"), (" ", "q > 2"),
    ):  # fmt: skip
        keys.press(key)
        visitor.wait_until(condition)
    keys.press(" ")
    keys.press("End")
    visitor.page.locator(".firms button").first.focus()
    keys.press("Enter")
    visitor.page.get_by_text("follow this firm").wait_for()
    visitor.page.get_by_role("button", name="selective R&D, selective").focus()
    keys.press("Enter")
    visitor.page.locator(".moment", has_text="selective").wait_for()
    assert "policy=selective" in visitor.page.url
    visitor.leave()


@pytest.mark.slow
def test_a_click_on_an_agent_shows_it(browser: Any, address: str) -> None:
    visitor = Watcher(browser, address, f"{SMALL}&quarter=40")
    for kind, place in (
        ("Firm", "v.networks[0].discs.map(({x, y, firm}) => [x, y, firm.units]).sort((a, b) => b[2] - a[2])[0]"),
        ("User", "[v.networks[0].places[14] * v.networks[0].side, v.networks[0].places[15] * v.networks[0].side]"),
    ):
        x, y, *_ = visitor.look(place)
        visitor.page.locator(".network canvas").click(position={"x": x, "y": y})
        visitor.page.locator(".agent h2", has_text=kind).wait_for()
        assert re.search(rf"agent={kind.lower()}-\d+", visitor.page.url)
    assert "region" in visitor.page.inner_text(".agent")
    visitor.page.get_by_text("contacts and suppliers").click()
    visitor.wait_for("document.querySelector('section.watch').__vue__.tied?.frame === 40")
    busiest = "v.networks[0].squares.map(({x, y, r}, k) => [x, y, r, k]).sort((a, b) => b[2] - a[2])[0]"
    x, y, _, supplier = visitor.look(busiest)
    visitor.page.locator(".network canvas").click(position={"x": x, "y": y})
    visitor.page.locator(".agent h2", has_text=f"Supplier {supplier}").wait_for()
    assert f"agent=supplier-{supplier}" in visitor.page.url
    shown = visitor.page.inner_text(".agent")
    state = simulate({"users": 200, "horizon": 40}, "application", 0).state
    domain = int(state.suppliers.domain[supplier])
    chosen = state.innovators.supplier[:, domain][state.innovators.alive] == supplier
    assert f"domain {domain}" in shown and f"{chosen.sum()} firms choose it" in shown
    visitor.page.reload()
    visitor.page.locator(".agent", has_text=f"{chosen.sum()} firms choose it").wait_for()
    visitor.page.get_by_label("Supplier number").fill("0")
    visitor.page.get_by_label("Supplier number").press("Tab")
    visitor.page.locator(".agent h2", has_text="Supplier 0").wait_for()
    visitor.leave()


@pytest.mark.slow
def test_a_link_shows_the_same_in_another_browser(browser: Any, address: str) -> None:
    query = f"{SMALL}&policy=feng&seed=3&then=selective&from=12"
    one = Watcher(browser, address, query)
    one.page.get_by_role("slider", name="Quarter").fill("30")
    one.page.get_by_label("Chart 2 shows").select_option("wage")
    one.page.locator(".firms button").first.click()
    one.page.get_by_text("follow this firm").click()
    one.wait_for("location.search.includes('mark=1') && location.search.includes('quarter=30')")
    other = Watcher(browser, address, one.page.url.partition("?")[2])
    other.wait_until("q === 30")
    other.page.locator(".agent h2").wait_for()
    assert shown(other) == shown(one)
    other.wait_for("document.querySelector('section.watch').__vue__.described")
    assert other.drawings() == one.drawings()
    for visitor in (one, other):
        visitor.leave()


def shown(visitor: Watcher) -> list[str]:
    """Return all words of the player but those spoken when it pauses."""
    return [str(visitor.page.inner_text(f"section.watch > {part}")) for part in (".above", ".player", ".stage")]


@pytest.mark.slow
def test_the_back_button_goes_back_to_the_policy_before(browser: Any, address: str) -> None:
    visitor = Watcher(browser, address, f"{SMALL}&quarter=25")
    visitor.wait_until("q === 25")
    for name in ("selective", "feng"):
        visitor.page.locator(".cards strong", has_text=re.compile(f"^{name}$")).click()
        visitor.page.locator(".moment", has_text=name).wait_for()
        assert visitor.quarter() == 25 and "quarter=25" in visitor.page.url
    visitor.page.go_back()
    visitor.page.locator(".moment", has_text="selective").wait_for()
    visitor.page.go_back()
    visitor.page.locator(".moment", has_text="application").wait_for()
    visitor.page.go_forward()
    visitor.page.locator(".moment", has_text="selective").wait_for()
    visitor.leave()


@pytest.mark.slow
def test_settings_are_found_moved_refused_and_reset(browser: Any, address: str) -> None:
    visitor = Watcher(browser, address)
    visitor.page.get_by_text("Parameters and random draws").click()
    visitor.page.get_by_role("searchbox").fill("kappa")
    assert visitor.page.locator(".setting label").all_inner_texts() == ["own_problems (share)"]
    slider = visitor.page.get_by_role("slider", name="own_problems, slider")
    slider.focus()
    slider.press("End")
    visitor.wait_for("location.search.includes('own_problems=1')")
    visitor.page.locator("pre", has_text="--set own_problems=1 ").wait_for()
    field = visitor.page.get_by_role("textbox", name="own_problems")
    field.fill("5")
    field.press("Enter")
    visitor.page.locator(".refused", has_text="own_problems = 5: must be a number from 0 to 1").wait_for()
    visitor.press("Reset own_problems")
    visitor.page.wait_for_selector(".tiles dd")
    assert "own_problems" not in visitor.page.url
    visitor.leave()


@pytest.mark.slow
def test_shares_of_a_mix_sum_to_one(browser: Any, address: str) -> None:
    visitor = Watcher(browser, address)
    visitor.page.get_by_text("A mix of your own").click()
    slider = visitor.page.get_by_role("slider", name="grants", exact=True)
    slider.focus()
    for _ in range(8):
        slider.press("ArrowRight")
    visitor.page.locator("pre", has_text="policy.mix={vouchers: 0.6, grants: 0.4}").wait_for()
    visitor.page.locator(".moment", has_text="own mix").wait_for()
    visitor.leave()


@pytest.mark.slow
def test_a_turn_to_the_own_policy_is_drawn_on_the_original(browser: Any, address: str) -> None:
    """And what is downloaded is what the model says, to the last digit."""
    visitor = Watcher(browser, address, f"{SMALL}&quarter=10")
    visitor.wait_until("q === 10")
    visitor.page.get_by_label("Policy from now on").select_option("application")
    visitor.press("Go on")
    visitor.page.get_by_role("button", name="Undo").wait_for()
    visitor.wait_for("document.querySelector('section.watch').__vue__.recordings.length === 2")
    same = (
        "['welfare', 'firms', 'hhi'].map(n => [0, 1].map(k => JSON.stringify(Array.from(v.recordings[k].series(n)))))"
    )
    for one, other in visitor.look(same):
        assert one == other
    with visitor.page.expect_download() as loading:
        visitor.page.get_by_role("button", name="Series (CSV)", exact=True).click()
    frame = pd.read_csv(io.BytesIO(loading.value.path().read_bytes()), index_col="period")
    run = simulate({"users": 200, "horizon": 40}, "application", 0)
    pd.testing.assert_frame_equal(frame, run.to_frame(), check_dtype=False, check_exact=True)
    with visitor.page.expect_download() as loading:
        visitor.press("Save the picture (PNG)")
    assert loading.value.path().read_bytes().startswith(b"\x89PNG") and loading.value.suggested_filename.endswith(
        ".png"
    )
    visitor.leave()


@pytest.mark.slow
def test_a_change_of_policy_names_both_policies_and_its_quarter(browser: Any, address: str) -> None:
    """In the heads of player and settings, on the cards, and in title and name of the saved picture."""
    visitor = Watcher(browser, address, f"{SMALL}&policy=feng&seed=3&then=selective&from=12&quarter=30")
    both = "feng until quarter 12, then selective"
    visitor.page.locator(".moment", has_text=f"Policy: {both}").wait_for()
    visitor.page.get_by_role("heading", name=f"Policy: {both}").wait_for()
    assert (
        visitor.page.locator(".cards li", has_text="From quarter 12 on.").locator("strong").inner_text() == "selective"
    )
    runs = [visitor.look(f"v.js.tiles.tilesOf(v.recordings[{k}], 30).map(one => one.value)") for k in (1, 0)]
    for run, other, choice in ((*runs, "selective from"), (*runs[::-1], "as it was")):
        visitor.page.get_by_role("radio", name=choice).check()
        tiles = visitor.page.locator(".tiles dd").all_inner_texts()
        assert all(text.startswith(own) for text, own in zip(tiles, run, strict=True))
        assert all(f" {second}\n" in text for text, second in zip(tiles, other, strict=True))
    assert "feng, " in visitor.page.inner_text(".moment") and "selective, " not in visitor.page.inner_text(".moment")
    visitor.look("v.js.picture = {savePicture: (...given) => { window.saved = given[0]; }}")
    visitor.press("Save the picture (PNG)")
    saved = visitor.page.evaluate("window.saved")
    assert (
        saved["title"] == f"{both} · quarter 30 of 40 · seed 3"
        and saved["name"] == "nqpf-feng-then-selective-12-30.png"
    )
    assert saved["note"].startswith("Network: as it was. Thin lines")
    visitor.leave()


@pytest.mark.slow
def test_a_hostile_address_is_answered_on_the_page(browser: Any, address: str) -> None:
    hostile = "users=99999&quarter=<img src=x onerror=alert(1)>&charts=__proto__,constructor&agent=firm-999999"
    visitor = Visitor(browser, f"{address}/?{hostile}")
    visitor.page.locator(".refused", has_text="users = '99999': must be at most 10,000 in the browser").wait_for()
    visitor.page.get_by_text("Start again with the defaults").click()
    visitor.page.wait_for_selector(".tiles dd")
    visitor.leave()
    other = Watcher(browser, address, SMALL + hostile.removeprefix("users=99999"))
    other.wait_for("document.querySelector('section.watch').__vue__.plots?.length === 4")
    assert other.quarter() == 0 and other.page.locator(".agent").count() == 0
    other.leave()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (400, "light"), (1280, "dark"), (1920, "light")])
def test_every_width_and_scheme_is_accessible(browser: Any, address: str, width: int, scheme: str) -> None:
    visitor = Watcher(browser, address, f"{SMALL}&quarter=30&agent=firm-0&then=feng&from=9", width, scheme)
    visitor.page.locator(".agent h2").wait_for()
    visitor.page.get_by_text("Parameters and random draws").click()
    visitor.page.locator(".grid").first.wait_for()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert not visitor.faults()
    paper = visitor.page.evaluate("getComputedStyle(document.querySelector('#app')).backgroundColor")
    ink = visitor.page.evaluate("getComputedStyle(document.querySelector('.moment')).color")
    brightness = [sum(map(float, re.findall(r"[\d.]+", colour)[:3])) for colour in (paper, ink)]
    assert (brightness[0] < brightness[1]) == (scheme == "dark")
    for place in visitor.page.locator("canvas").all():
        words = place.get_attribute("aria-label")
        assert words and "quarter 30" in words.lower()
    visitor.leave()


@pytest.mark.slow
def test_it_plays_slowly_where_motion_is_unwanted(browser: Any, address: str) -> None:
    visitor = Watcher(browser, address, SMALL, reduced_motion="reduce")
    assert visitor.page.get_by_role("radio", name="slow").is_checked()
    visitor.leave()


@pytest.mark.slow
def test_visitors_do_not_share_a_state(browser: Any, address: str) -> None:
    one, other = Watcher(browser, address), Watcher(browser, address)
    one.page.locator(".cards strong", has_text=re.compile("^feng$")).click()
    one.page.locator(".moment", has_text="feng").wait_for()
    other.press("Step")
    assert "application" in other.page.inner_text(".moment") and other.quarter() == 1
    for visitor in (one, other):
        visitor.leave()


@pytest.mark.slow
def test_hurried_hands(browser: Any, address: str) -> None:
    """200 presses of play and pause, and 60 changes of policy faster than they are answered: nothing is lost."""
    visitor = Watcher(browser, address)
    for _ in range(100):
        visitor.page.keyboard.press(" ")
        visitor.page.keyboard.press(" ")
    cards = visitor.page.locator(".cards button:visible")
    for k in range(60):
        cards.nth(k % cards.count()).click()
    cards.first.click()
    visitor.page.locator(".moment", has_text="laissez_faire").wait_for()
    visitor.press("Step")
    visitor.leave()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), [("Origin", "http://evil.example"), ("Host", "evil.example")])
def test_a_foreign_page_cannot_open_the_websocket(address: str, name: str, value: str) -> None:
    """The served lab refuses what its guard refuses. A page of its own is let in by every test above."""
    headers = {
        "Host": urlsplit(address).netloc, "Origin": address, "Connection": "Upgrade", "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==", name: value,
    }  # fmt: skip
    connection = HTTPConnection(urlsplit(address).netloc)
    connection.request("GET", "/jupyter/api/kernels/1/channels", headers=headers)
    assert connection.getresponse().status == 403
    connection.close()
