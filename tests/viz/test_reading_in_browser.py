"""Claims and facts, and the model, in a real browser: search, links, folds, downloads, and pages that can be read."""

import json
from pathlib import Path
from typing import Any

import pytest

from experiments.claims.claims import CLAIMS
from experiments.claims.stored import SHIPPED_CLAIMS, stored_claims
from tests.viz.visitor import Visitor

pytestmark = pytest.mark.slow
PAGES = {"/claims": ".claims", "/model": ".model"}


def visit(browser: Any, address: str, page: str, **given: Any) -> Visitor:
    visitor = Visitor(browser, f"{address}{page}", **given)
    visitor.page.wait_for_selector(PAGES[page.partition("?")[0].partition("#")[0]])
    return visitor


def test_claims_are_searched_and_the_address_says_for_what(browser: Any, address: str) -> None:
    visitor = visit(browser, address, "/claims")
    claims = visitor.page.locator(".claims details.claim")
    assert claims.count() == len(CLAIMS)
    visitor.page.get_by_role("searchbox").fill("bonsai")
    visitor.wait_for("location.search === '?search=bonsai'")
    assert 0 < claims.count() < len(CLAIMS)
    again = visit(browser, address, "/claims?search=bonsai")
    again.wait_for("document.querySelector('.claims [role=status]').innerText !== ''")
    assert again.page.inner_text(".claims [role=status]") == visitor.page.inner_text(".claims [role=status]")
    assert again.page.get_by_role("searchbox").input_value() == "bonsai"
    visitor.leave()
    again.leave()


def test_a_link_opens_a_claim_and_the_claim_opens_in_compare(browser: Any, address: str) -> None:
    visitor = visit(browser, address, "/claims#claim-8")
    visitor.wait_for("document.getElementById('claim-8').open")
    assert visitor.page.locator(".claims details.claim[open]").count() == 1
    visitor.page.locator("#claim-8").get_by_role("link", name="Open in Compare").click()
    visitor.page.wait_for_selector(".compare .choices")
    shown = [box.input_value() for box in visitor.page.locator(".choices select").all()[:2]]
    assert shown == ["rebate", "grants"]
    visitor.page.go_back()
    visitor.page.wait_for_selector(".claims")
    visitor.leave()


@pytest.mark.parametrize("width", [400, 1280])
def test_each_number_of_a_claim_has_its_heading(browser: Any, address: str, width: int) -> None:
    """A column has one where there is room, and else each line. A screen reader hears one at both."""
    visitor = visit(browser, address, "/claims", width=width)
    titles = ["The essay expects", "The model finds", "95 % interval", "Verdict"]
    assert visitor.page.locator(".claims .columns").is_visible() == (width == 1280)
    for claim in stored_claims()["claims"]:
        row = visitor.page.locator(f"#claim-{claim['id']} > summary")
        assert row.locator(".label").all_text_contents() == [f"{title}: " for title in titles]
        expected = "above 0" if CLAIMS[claim["id"]].expected > 0 else "below 0"
        assert expected in row.locator(".expects").inner_text()
        assert claim["verdict"] in row.locator(".verdict").inner_text()
    if width == 1280:
        heads = visitor.page.locator(".claims .columns span:not(:empty)")
        assert heads.all_inner_texts() == ["Claim", *titles]
        left = "all => all.map(one => one.getBoundingClientRect().left)"
        cells = visitor.page.locator("#claim-7 > summary > span:not(.id):not(.statement)")
        assert cells.evaluate_all(left) == heads.evaluate_all(left)
    visitor.leave()


def test_what_is_downloaded_is_what_is_stored(browser: Any, address: str, tmp_path: Path) -> None:
    visitor = visit(browser, address, "/claims")
    with visitor.page.expect_download() as given:
        visitor.page.get_by_role("button", name="Claims (JSON)").click()
    given.value.save_as(tmp_path / "claims.json")
    assert json.loads((tmp_path / "claims.json").read_text()) == json.loads(SHIPPED_CLAIMS.read_text())
    visitor.leave()


def test_a_search_looks_at_what_is_shown_and_at_no_name_of_a_field(browser: Any, address: str) -> None:
    """No claim and no fact has the word, but each row has a field of this name."""
    visitor = visit(browser, address, "/claims?search=paragraph")
    visitor.page.get_by_text("0 claims and 0 facts have these words.").wait_for()
    visitor.leave()


def test_the_model_is_searched_and_a_phase_leads_to_its_equations(browser: Any, address: str) -> None:
    visitor = visit(browser, address, "/model")
    visitor.page.get_by_label("Search the tables").fill("kappa")
    visitor.page.get_by_role("cell", name="own_problems", exact=True).wait_for()
    visitor.wait_for("location.search === '?search=kappa'")
    visitor.page.get_by_role("link", name="do research", exact=True).click()
    visitor.page.get_by_text("Take up the prototype").wait_for()
    assert visitor.page.url.endswith("?search=kappa#odd-step-6a")
    visitor.leave()


@pytest.mark.parametrize("page", PAGES)
def test_an_unknown_name_in_the_address_is_refused_in_a_line(browser: Any, address: str, page: str) -> None:
    visitor = visit(browser, address, f"{page}?serch=1")
    assert "serch" in visitor.page.get_by_role("alert").inner_text()
    visitor.leave()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1280, "light")])
def test_the_pages_fit_and_can_be_read(browser: Any, address: str, page: str, width: int, scheme: str) -> None:
    visitor = visit(browser, address, page, width=width, scheme=scheme)
    visitor.page.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true; })")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert not visitor.faults()
    visitor.leave()
