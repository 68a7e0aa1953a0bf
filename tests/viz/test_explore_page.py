"""The Explore page and the search on Compare in a real browser."""

import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from experiments.analysis.comparison import compare_study
from experiments.cli import main
from tests.economies import TINY_SIZES
from tests.viz.stored import COMPARED, store_both
from tests.viz.visitor import Visitor

pytestmark = pytest.mark.slow
SMALL = "&".join(f"{name}={value}" for name, value in TINY_SIZES.items())
READ = ".explore .elsewhere"


def looking(browser: Any, address: str, query: str, **given: Any) -> Visitor:
    visitor = Visitor(browser, f"{address}/explore?{query}", **given)
    visitor.page.wait_for_selector(READ)
    return visitor


def test_a_folder_is_found_opened_and_left_by_clicks(browser: Any, results_address: str) -> None:
    visitor = Visitor(browser, f"{results_address}/explore")
    visitor.page.get_by_role("link", name="deep/grid").click()
    visitor.page.wait_for_url(re.compile(r"folder=deep/grid"))
    visitor.page.wait_for_selector(READ)
    visitor.page.get_by_role("link", name="Boundary").click()
    visitor.page.wait_for_url(re.compile("tab=boundary"))
    visitor.page.wait_for_selector(".picture img")
    visitor.page.get_by_label("less this one").select_option("rebate")
    visitor.page.wait_for_url(re.compile("between=rd_credit,rebate"))
    visitor.page.wait_for_function("document.querySelector('.picture img')?.alt.includes('rd_credit less rebate')")
    again = looking(browser, results_address, visitor.page.url.partition("?")[2])
    assert again.page.inner_text(".answer") == visitor.page.inner_text(".answer")
    again.leave()
    visitor.page.go_back()
    visitor.page.wait_for_function("document.querySelector('.picture img')?.alt.includes('rd_credit less application')")
    visitor.page.get_by_role("link", name="All results folders").click()
    visitor.page.get_by_role("link", name="compared").wait_for()
    visitor.leave()


def test_policies_are_chosen_and_files_hold_the_numbers(browser: Any, results_address: str, tmp_path: Path) -> None:
    visitor = looking(browser, results_address, "folder=compared")
    visitor.page.get_by_label("application").uncheck()
    visitor.page.wait_for_url(re.compile("policies=rebate,rd_credit"))
    visitor.page.wait_for_function("document.querySelectorAll('.tables tbody tr').length === 2")
    with visitor.page.expect_download() as file:
        visitor.press("Every indicator as Parquet")
    file.value.save_as(tmp_path / "table.parquet")
    table = pd.read_parquet(io.BytesIO((tmp_path / "table.parquet").read_bytes()))
    expected = compare_study(COMPARED).table
    assert list(table["difference"].dropna()) == list(expected["difference"].dropna())
    visitor.page.get_by_role("link", name="Distribution").click()
    for kind, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with visitor.page.expect_download() as figure:
            visitor.press(f"Level figure as {kind}")
        figure.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().startswith(start)
    visitor.leave()


def test_an_analysis_is_asked_for_and_refused_as_the_command_refuses_it(
    browser: Any, results_address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A grid of six points is too small for a box."""
    where = "welfare[application] < welfare[rd_credit]"
    assert main(["discover", str(store_both(tmp_path) / "deep" / "grid"), "--where", where]) == 2
    reason = capsys.readouterr().err.partition("deep/grid: ")[2].strip()
    visitor = Visitor(browser, f"{results_address}/explore?folder=deep/grid&tab=discover")
    assert "where is asked for" in visitor.refusal()
    visitor.page.get_by_label("where", exact=True).fill(where)
    visitor.press("Ask with where")
    visitor.page.wait_for_url(re.compile("where="))
    assert reason
    visitor.page.get_by_role("alert").get_by_text(reason).wait_for()
    visitor.leave()


def test_what_is_none_of_the_folder_is_refused_in_a_line(browser: Any, results_address: str) -> None:
    visitor = Visitor(browser, f"{results_address}/explore?folder=../../etc")
    assert "below the one that is served" in visitor.refusal()
    visitor.page.get_by_role("link", name="Start again with the list of folders").click()
    visitor.page.get_by_role("link", name="compared").wait_for()
    visitor.leave()


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (400, "light"), (1920, "dark")])
def test_the_page_fits_and_can_be_read(browser: Any, results_address: str, width: int, scheme: str) -> None:
    visitor = looking(browser, results_address, "folder=deep/grid&tab=boundary", width=width, scheme=scheme)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    for control in visitor.page.locator(".explore input, .explore select, .explore button").all():
        name = control.evaluate("one => one.labels?.[0]?.innerText || one.getAttribute('aria-label') || one.innerText")
        assert name.strip()
    for fold in visitor.page.locator(".explore summary").all():
        fold.click()
    assert not visitor.faults()
    visitor.leave()


def test_a_search_grows_stops_goes_on_and_is_closed(browser: Any, address: str) -> None:
    visitor = Visitor(browser, f"{address}/compare?policies=rebate,rd_credit&{SMALL}")
    visitor.page.wait_for_selector(".compare .recipe")
    visitor.press("Find where it turns")
    visitor.page.wait_for_url(re.compile("turn=policy.foresight,own_problems"))
    visitor.press("Stop the search")
    visitor.page.get_by_text(re.compile("The search has stopped")).wait_for()
    visitor.press("Go on with the search")
    visitor.page.get_by_text("Search on the command line").click()
    assert "nqpf frontier turn.yaml --between rd_credit,rebate" in visitor.page.inner_text(".turn pre >> nth=0")
    visitor.page.wait_for_selector(".turn .picture img")
    assert not visitor.faults()
    visitor.press("Close the search")
    visitor.page.wait_for_function("!location.search.includes('turn')")
    visitor.leave()
