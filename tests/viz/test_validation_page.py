"""The page of facts: a picture and a sentence per fact, self-contained, safe, and right about what is met."""

import base64
import os
import re
import shutil
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from experiments.statistics import Interval
from experiments.study.study import Study
from experiments.validation.facts import FACTS
from experiments.validation.validate import FACT_COLUMNS, Validation, _row, validation_study
from tests.viz.test_report import HOSTILE, Outline
from viz.figures.evidence import ACROSS, SIDE, Evidence, evidence_chart
from viz.report.validation import render_validation

SEEDS = 40


def made_up(names: tuple[str, ...] = tuple(FACTS), spread: float = 0.3) -> Validation:
    """Facts whose seeds lie around the middle of the target, or around its upper end for every third fact."""
    rng = np.random.default_rng(3)
    rows, values = [], {}
    for number, name in enumerate(names):
        fact = FACTS[name]
        width = (fact.high - fact.low) or 1.0
        middle = fact.high + 0.2 * width if number % 3 == 0 else 0.5 * (fact.low + fact.high)
        seeds = middle + spread * width * (rng.random(SEEDS) - 0.5)
        row = dict(zip(FACT_COLUMNS, _row(fact._replace(statistic="median"), seeds[None, :]), strict=True))
        rows.append(row | {"statistic": fact.statistic})
        if fact.statistic == "median":
            values[name] = seeds
    runs = pd.DataFrame({"status": ["ok"] * SEEDS, "error": [""] * SEEDS})
    return Validation(pd.DataFrame(rows), runs, values)


def study() -> Study:
    return validation_study(seeds=range(SEEDS))


@pytest.fixture(scope="module")
def page() -> str:
    return render_validation(study(), made_up(), ())


def test_every_fact_has_a_picture_a_sentence_and_a_verdict(page: str) -> None:
    """In groups by verdict, with what is not met first, and each sentence as the table has it."""
    table, outline = made_up().table, Outline(page)
    assert page.count('<figure class="fact">') == len(FACTS)
    met = int(table["met"].sum())
    assert 0 < met < len(table) and f"{met} of {len(table)} facts are met over {SEEDS} seeds." in outline.text
    assert page.index(">Not met ") < page.index(">Met ")
    shown = plain(outline.text)
    assert all(plain(sentence) in shown for sentence in table["sentence"])
    verdicts = re.findall(r'<h3>([^<]*) <span class="mark">([^<]*)<', page)
    assert [verdict for _, verdict in verdicts] == ["not met"] * (len(table) - met) + ["met"] * met


def plain(text: str) -> str:
    """A text as typed: without true minus signs, and with common spaces."""
    return " ".join(text.replace("\N{MINUS SIGN}", "-").split())


def test_page_needs_no_network_and_its_drawings_speak(page: str) -> None:
    outline = Outline(page)
    assert not outline.all("script", "link", "img", "iframe", "object", "use", "image", "base")
    assert not re.search(r"url\(|@import|https?:|src=", page)
    charts = outline.all("svg")
    assert len(charts) == len(FACTS) and all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    for link in (link for link in outline.all("a") if "download" in link):
        ElementTree.fromstring(base64.b64decode(link["href"].partition(",")[2]))
    assert render_validation(study(), made_up(), ()) == page


def test_hostile_text_is_only_text() -> None:
    found = made_up()
    found.table.loc[:3, "sentence"], found.table.loc[:3, "source"] = HOSTILE, HOSTILE
    found.runs.loc[0, ["status", "error"]] = ["failed", f"Traceback\n{HOSTILE[0]}"]
    outline = Outline(render_validation(study(), found, ()))
    assert not outline.all("script", "img") and all(text in outline.text for text in HOSTILE)
    assert "1 of 40 runs failed" in outline.text


def test_facts_without_a_value_have_a_page() -> None:
    found = made_up()
    empty = pd.DataFrame(
        [_row(fact, np.full((2 * len(fact.settings), SEEDS), np.nan)) for fact in FACTS.values()], columns=FACT_COLUMNS
    )
    outline = Outline(render_validation(study(), replace(found, table=empty, values={}), ()))
    assert f"0 of {len(FACTS)} facts" in outline.text and "No seed gives a value." in outline.text


def test_a_median_counts_the_seeds_that_never_got_there() -> None:
    """They are later than any, so the median is of them too."""
    found = made_up(("time_to_50",))
    found.table["n"], found.values["time_to_50"][:5] = SEEDS - 5, np.inf
    text = Outline(render_validation(study(), found, ())).text
    assert f"median over {SEEDS} seeds" in text and "> 5" in text


def test_the_command_makes_the_same_again() -> None:
    changed = replace(study(), parameters=study().parameters.replace(users=77), seeds=(3, 4))
    text = Outline(render_validation(changed, made_up(("hhi",)), ("hhi",))).text
    assert "nqpf validate hhi --seeds 2 --seed 3 --set users=77" in text


def positions(svg: str, mark: str) -> list[float]:
    return [float(x) for x in re.findall(rf'<{mark} [^>]*?c?x="([\d.]+)"', svg)]


def test_the_dot_lies_where_the_value_does() -> None:
    """Inside the band or beyond it, hollow beyond, and never off the axis."""
    for value, inside in ((0.5, True), (1.5, False), (-0.2, False)):
        drawn = evidence_chart(Evidence(np.zeros(0), Interval(value, value, value), (0.0, 1.0), inside, ""), "")
        (dot,) = positions(drawn, "circle")
        left, width = map(float, re.findall(r'class="target" x="([\d.]+)" y="4" width="([\d.]+)"', drawn)[0])
        assert (left <= dot <= left + width) == inside and SIDE <= dot <= ACROSS - SIDE
        assert ('class="clear"' in drawn) == inside


def test_seeds_beyond_the_axis_are_counted_and_the_others_drawn() -> None:
    seeds = [*[0.5] * 7, 1e9, np.inf, -1e9]
    drawn = evidence_chart(Evidence(np.array(seeds), Interval(0.5, 0.5, 0.5), (0.0, 1.0), True, ""), "")
    assert "&gt; 2</text>" in drawn and ">1 &lt;</text>" in drawn and drawn.count('class="seeds"') == 1


@pytest.mark.parametrize("target", [(0.0, np.inf), (-np.inf, 0.0), (1.0, 1.0), None])
@pytest.mark.parametrize("value", [0.3, np.nan, np.inf])
def test_pictures_hold_no_number_that_is_not_finite(target: tuple[float, float] | None, value: float) -> None:
    drawn = evidence_chart(Evidence(np.array([value]), Interval(value, np.nan, value), target, False, "<&>"), "")
    assert not re.search(r"\b(nan|inf)\b", drawn)
    ElementTree.fromstring(drawn)


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1280, "dark")])
def test_in_a_browser(width: int, scheme: str, tmp_path, page: str) -> None:
    chromium = shutil.which("chromium")
    if chromium is None and not os.environ.get("NQPF_REQUIRE_BROWSER"):
        pytest.skip("needs chromium")  # a developer's machine may have none; .ci/run requires one
    from playwright.sync_api import sync_playwright

    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    said: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(file.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.locator(".answer p").first.bounding_box()["y"] < 400
        ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        browser.close()
    assert said == []
    assert (sum(map(int, re.findall(r"\d+", ground))) < 200) == (scheme == "dark")
