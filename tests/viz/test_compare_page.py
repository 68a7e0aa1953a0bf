"""The Compare page in a real browser: sliders, verdict, links, the back button and downloads."""

import csv
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from experiments import compare
from tests.economies import TINY, TINY_SIZES
from tests.viz.visitor import Visitor

pytestmark = pytest.mark.slow
SMALL = "&".join(f"{name}={value}" for name, value in TINY_SIZES.items())
FINAL = ".compare .recipe"


class Comparing(Visitor):
    """A visitor of the Compare page."""

    def __init__(self, browser: Any, address: str, query: str = "", **given: Any) -> None:
        super().__init__(browser, f"{address}/compare?{f'{query}&' if query else ''}{SMALL}", **given)
        self.page.wait_for_selector(FINAL)

    def verdict(self) -> str:
        return str(self.page.inner_text(".sentence >> nth=0"))

    def slider(self, name: str) -> Any:
        return self.page.get_by_label(name, exact=True)

    def shows(self, slider: Any, value: str) -> None:
        """Wait until a slider has a value, which may come after the verdict."""
        self.page.wait_for_function("([slider, value]) => slider.value === value", arg=[slider.element_handle(), value])

    def settle(self, old: str) -> None:
        """Wait until another verdict is final."""
        self.page.wait_for_function(
            "old => document.querySelector('.sentence').innerText !== old && document.querySelector('.recipe')", arg=old
        )

    def query(self) -> str:
        return urlsplit(self.page.url).query


def test_a_slider_changes_the_verdict_and_the_address_and_back_undoes_it(browser: Any, address: str) -> None:
    visitor = Comparing(browser, address)
    before, query = visitor.verdict(), visitor.query()
    slider = visitor.slider("budget")
    slider.focus()
    slider.press("End")
    visitor.page.wait_for_url(re.compile(r"policy\.budget=0\.05"))
    visitor.settle(before)
    after = visitor.verdict()
    visitor.shows(slider, "0.05")
    visitor.page.go_back()
    visitor.settle(after)
    assert visitor.verdict() == before and visitor.query() == query
    visitor.shows(slider, "0.005")
    visitor.page.go_forward()
    visitor.settle(before)
    assert visitor.verdict() == after
    visitor.page.get_by_role("button", name="Reset budget").click()
    visitor.settle(after)
    assert visitor.verdict() == before
    visitor.leave()


def test_a_number_is_typed_and_goes_the_way_of_the_slider(browser: Any, address: str) -> None:
    """Verdict and address are those of the slider at the same value, and a value beyond its end can be asked too."""
    visitor = Comparing(browser, address)
    before = visitor.verdict()
    slider, field = visitor.slider("budget"), visitor.page.get_by_role("textbox", name="budget, number")
    assert field.input_value() == slider.input_value()
    field.fill("0.02")
    field.press("Enter")
    visitor.page.wait_for_url(re.compile(r"policy\.budget=0\.02"))
    visitor.settle(before)
    visitor.shows(slider, "0.02")
    typed, by_link = visitor.verdict(), Comparing(browser, address, "policy.budget=0.02")
    assert by_link.verdict() == typed and sorted(by_link.query().split("&")) == sorted(visitor.query().split("&"))
    by_link.leave()
    field.fill("0.1")
    field.press("Tab")
    visitor.page.wait_for_url(re.compile(r"policy\.budget=0\.1(&|$)"))
    visitor.settle(typed)
    assert slider.input_value() == slider.get_attribute("max") and field.input_value() == "0.1"
    field.fill("")
    field.press("Enter")
    visitor.page.wait_for_function("!location.search.includes('budget')")
    visitor.page.wait_for_function("old => document.querySelector('.sentence').innerText === old", arg=before)
    visitor.shows(field, "0.005")
    visitor.leave()


@pytest.mark.parametrize(("text", "allowed"), [("7", "must be a number from 0 to 1"), ("many", "must be a number")])
def test_a_number_that_is_not_allowed_loses_nothing(browser: Any, address: str, text: str, allowed: str) -> None:
    """The line names what is allowed. Verdict and address stay, and the text can be put right or left with a reset."""
    visitor = Comparing(browser, address)
    before, query = visitor.verdict(), visitor.query()
    field = visitor.page.get_by_role("textbox", name="foresight, number")
    field.fill(text)
    field.press("Enter")
    assert allowed in visitor.refusal() and "\n" not in visitor.refusal()
    assert (visitor.verdict(), visitor.query(), field.input_value()) == (before, query, text)
    assert not visitor.faults()
    field.fill("")
    field.press("Enter")
    visitor.page.get_by_role("alert").wait_for(state="detached")
    visitor.shows(field, "0.5")
    assert (visitor.verdict(), visitor.query()) == (before, query)
    visitor.leave()


def test_many_keys_on_a_slider_are_one_address(browser: Any, address: str) -> None:
    """And a slider that is moved before another one has settled does not undo it."""
    visitor = Comparing(browser, address)
    before = visitor.page.evaluate("history.length")
    for name in ("budget", "own problems"):
        visitor.slider(name).focus()
        visitor.page.evaluate(
            """() => {
                const slider = document.activeElement;
                for (const part of [0.1, 0.2, 0.3, 1]) {
                    slider.value = slider.max * part;
                    for (const event of ["input", "change"]) slider.dispatchEvent(new Event(event));
                }
            }"""
        )
    visitor.wait_for("['own_problems=1', 'policy.budget=0.05'].every(one => location.search.includes(one))")
    assert visitor.page.evaluate("history.length") == before + 2
    visitor.page.wait_for_selector(FINAL)
    visitor.leave()


def test_a_link_reproduces_the_view(browser: Any, address: str) -> None:
    query = "policies=rebate,procurement,feng&indicator=useful_technology&policy.foresight=0.9"
    one, other = Comparing(browser, address, query), Comparing(browser, address, query)
    for visitor in (one, other):
        assert [box.input_value() for box in visitor.page.locator(".choices").first.locator("select").all()] == [
            "rebate", "procurement", "feng", "useful_technology",
        ]  # fmt: skip
        assert visitor.slider("foresight").input_value() == "0.9"
    shown = [visitor.page.inner_text("main") for visitor in (one, other)]
    assert shown[0] == shown[1]
    one.leave()
    other.leave()


def test_equal_policies_differ_by_exactly_zero(browser: Any, address: str) -> None:
    visitor = Comparing(browser, address, "policies=application,application")
    assert visitor.verdict().startswith("No difference at all: welfare is the same under application 2")
    row = visitor.page.locator(".numbers tbody tr >> nth=1").inner_text().split("\t")
    assert row[2].strip() == "0" and row[3].strip() == "0 to 0"
    visitor.leave()


def test_choices_go_into_the_address(browser: Any, address: str) -> None:
    visitor = Comparing(browser, address)
    before = visitor.verdict()
    visitor.page.get_by_label("Third policy").select_option("rebate")
    visitor.page.wait_for_url(re.compile("policies=selective,application,rebate"))
    visitor.page.wait_for_function("document.querySelectorAll('.sentence').length === 2")
    visitor.page.get_by_label("Judge by").select_option("adoption")
    visitor.page.wait_for_url(re.compile("indicator=adoption"))
    visitor.settle(before)
    assert "adoption" in visitor.verdict()
    visitor.leave()


def test_downloads_hold_the_numbers_of_compare(browser: Any, address: str, tmp_path: Path) -> None:
    visitor = Comparing(browser, address, "indicator=welfare")
    pairs = int(visitor.page.get_attribute(".verdict", "data-pairs"))
    expected = compare(["selective", "application"], TINY, seeds=pairs, reference="selective")
    with visitor.page.expect_download() as table:
        visitor.page.get_by_role("button", name="Table as CSV").click()
    table.value.save_as(tmp_path / "table.csv")
    rows = list(csv.DictReader((tmp_path / "table.csv").read_text().splitlines()))
    found = [float(row["low"]) for row in rows if row["low"]]
    assert found == list(expected["low"].dropna())
    for kind, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with visitor.page.expect_download() as figure:
            visitor.page.get_by_role("button", name=f"Download Welfare of each policy as {kind}").click()
        figure.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().startswith(start)
    visitor.page.get_by_text("Command line", exact=True).click()
    assert f"--seeds {pairs}" in visitor.page.inner_text(".recipe pre >> nth=0")
    visitor.leave()


def test_networks_of_one_seed_share_a_clock(browser: Any, address: str) -> None:
    visitor = Comparing(browser, address)
    visitor.page.get_by_role("button", name="Show the networks").click()
    visitor.page.wait_for_url(re.compile("seed=0"))
    clock = visitor.page.get_by_label("Quarter of both networks")
    clock.focus()
    clock.press("End")
    visitor.page.get_by_text("quarter 12 of 12, seed 0").wait_for()
    drawn = "all => all.map(one => new Set(one.getContext('2d').getImageData(0, 0, one.width, one.height).data).size)"
    assert min(visitor.page.locator(".networks canvas").evaluate_all(drawn)) > 20
    visitor.page.get_by_role("button", name="Another seed").click()
    visitor.page.wait_for_url(re.compile("seed=1"))
    visitor.page.get_by_role("button", name="Hide").click()
    visitor.page.wait_for_function("!location.search.includes('seed')")
    visitor.leave()


def test_a_question_that_cannot_be_asked_is_refused_in_a_line(browser: Any, address: str) -> None:
    visitor = Visitor(browser, f"{address}/compare?policies=rebate,aplication")
    assert "application" in visitor.refusal()
    visitor.page.get_by_role("link", name="Start again with the defaults").click()
    visitor.page.wait_for_selector(".verdict[data-pairs]")
    visitor.leave()


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (400, "light"), (1920, "dark")])
def test_the_page_fits_and_can_be_read(browser: Any, address: str, width: int, scheme: str) -> None:
    visitor = Comparing(browser, address, width=width, scheme=scheme)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    for drawing in visitor.page.locator(".charts svg").all():
        assert drawing.get_attribute("role") == "img" and "by quarter" in drawing.get_attribute("aria-label")
    for control in visitor.page.locator(".compare input, .compare select, .compare button").all():
        name = control.evaluate("one => one.labels?.[0]?.innerText || one.getAttribute('aria-label') || one.innerText")
        assert name.strip()
    for fold in visitor.page.locator(".compare summary").all():
        fold.click()
    assert not visitor.faults()
    visitor.leave()
