"""The report: self-contained, safe, accessible, symmetric, and graceful about what is missing."""

import base64
import os
import re
import shlex
import shutil
from dataclasses import replace
from functools import cache
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from experiments.analysis.answer import findings
from experiments.analysis.sentences import against_reference, answer
from experiments.analysis.verdicts import READINGS
from experiments.commands.answer_text import answer_lines
from experiments.declared_words import definition_in_words
from experiments.study.file import read_study
from model.indicators.series import INDICATORS
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import policies
from tests.comparisons import HEADLINES, SIX, analysed_again, made_up, responding, with_money_left_over
from viz.figures.charts import ticks, timeline
from viz.figures.styles import POLICY_STYLES, STYLES, order_policies, style_slots
from viz.report.content import ReportContent
from viz.report.report import render_report
from viz.report.sections import withdrawal
from viz.report.wording import GLYPHS, deed, number, places, seed_ranges


class Outline(HTMLParser):
    """What a browser would see of a page: elements with their attributes, and the text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.words = [], []
        self.feed(page)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.words.append(data)

    def all(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]


def shown(comparison):
    return Outline(render_report(comparison))


def sentences(comparison):
    return " ".join(answer(comparison))


@pytest.fixture(scope="module")
def page():
    return render_report(responding(made_up([*SIX, "community", "sequenced"])))


def test_page_needs_no_network(page):
    outline = Outline(page)
    assert not outline.all("script", "link", "img", "iframe", "object", "use", "image", "base")
    assert all(attributes["href"].startswith(("#", "data:image/svg+xml;base64,")) for attributes in outline.all("a"))
    assert not re.search(r"url\(|@import|https?:|src=", page)
    assert len(render_report(responding(made_up(seeds=20, horizon=160))).encode()) < 1_500_000


def test_equal_comparisons_give_equal_bytes(page):
    assert render_report(responding(made_up([*SIX, "community", "sequenced"]))) == page


def test_headings_are_in_order_and_links_lead_somewhere(page):
    outline = Outline(page)
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"] for attributes in outline.all("a") if "download" not in attributes]
    assert links and {link[1:] for link in links} <= set(ids)


def test_tables_and_drawings_speak(page):
    outline = Outline(page)
    assert len(outline.all("table")) == len(outline.all("caption")) > 10
    assert all(attributes.get("scope") in ("row", "col") for attributes in outline.all("th"))
    for attributes in outline.all("svg"):
        assert attributes.get("aria-hidden") == "true" or (attributes["role"] == "img" and attributes["aria-label"])


HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b 'c'", "}}{{ 7*7 }}")


def test_hostile_names_are_only_text():
    arms = [Policy(name=name, mix={"grants": 0.5, "platform": 0.5}) for name in HOSTILE]
    comparison = responding(made_up(["rebate", *arms], seeds=3))
    for row, name in enumerate(HOSTILE[:3]):  # the report shows three reasons
        comparison.runs.loc[row, ["status", "error"]] = ["failed", f"Traceback\nreason {name}"]
    outline = shown(comparison)
    assert not outline.all("script", "img")
    assert all(name in outline.text for name in HOSTILE) and all(
        f"reason {name}" in outline.text for name in HOSTILE[:3]
    )
    assert not any(key.startswith("on") for _, attributes in outline.elements for key in attributes)


def test_the_answer_follows_the_data():
    assert "Best on welfare among those that are ranked is vouchers" in sentences(made_up())
    assert "Both are as the essay expects." in sentences(made_up())
    turned = {"rd_credit": 0.0, "grants": 0.2, "vouchers": -0.2, "procurement": 0.0}
    assert "Best on welfare is grants" in sentences(made_up(["rebate", "grants", "vouchers"], lift=turned))
    assert "Both contradict the essay." in sentences(made_up(lift=turned))
    nothing = sentences(made_up(lift={}))
    assert "show no difference" in nothing and "do not decide" in nothing and "is higher under" not in nothing


def test_where_no_money_is_equal_the_answer_says_so():
    """Also in a table without any sum of money."""
    assert "No policy can be ranked against rebate" in sentences(made_up(["rebate", "laissez_faire"]))
    comparison = with_money_left_over("vouchers")
    study = replace(comparison.study, outcomes=("budget_leaked", "adoption"))
    told = sentences(analysed_again(replace(comparison, study=study)))
    assert "Spent of the money raised" in told


def test_ties_are_called_ties():
    comparison = made_up()
    comparison.runs["welfare"] = comparison.runs["seed"] + 100.0
    comparison = analysed_again(comparison)
    assert "Best on welfare" not in sentences(comparison)
    assert "The data do not decide which policy does best on welfare" in sentences(comparison)
    assert "identical" in shown(comparison).text


def test_a_sentence_does_not_take_back_the_one_before():
    """What Holm's test leaves open is called weak where the policy is named, and no policy stands in two groups."""
    few = made_up(seeds=4)  # with four pairs no signed-rank test can reject
    told = against_reference(findings(few)[0], "rebate")
    assert "weakly higher (Holm's test open) under vouchers" in told and "weakly better" in shown(few).text
    assert "weakly" not in sentences(made_up(seeds=20))
    for comparison in (few, made_up(seeds=20), made_up(lift={})):
        for found in findings(comparison):
            groups = (found.higher, found.weakly_higher, found.open, found.weakly_lower, found.lower)
            assert sorted(sum(groups, ())) == sorted(found.gaps)


def test_every_indicator_shown_is_defined(page):
    text = Outline(page).text
    definitions = text[text.index("Definitions") :]
    for name in (*HEADLINES, "lab_technology", "gain_small", "bonsai_exit_excess", "budget_returned"):
        assert definition_in_words(INDICATORS[name].definition) in definitions


def test_the_benefit_of_the_money_stands_beside_welfare():
    """A row per policy, with its rate or the reason. Vouchers bring twice the taxes after 40 quarters."""
    comparison = made_up(["rebate", "grants", "vouchers", "laissez_faire"], seeds=8)
    text = shown(comparison).text
    table = text[text.index("Benefit of the money") : text.index("Benefit-cost compares with")]
    benefit = comparison.benefit
    for name in ("grants", "vouchers"):
        ratios = benefit.loc[name, ["benefit_cost_0_5", "benefit_cost", "benefit_cost_2"]]
        assert all(number(ratio, 2) in table for ratio in ratios)
    assert benefit.loc["vouchers", "rate_of_return"] == pytest.approx(100.0 * (2.0 ** (1 / 40) - 1.0), rel=0.05)
    assert f"{benefit.loc['vouchers', 'rate_of_return']:.1f}" in table
    assert f"none: {benefit.loc['grants', 'rate_of_return_reason']}" in table


def test_unequal_money_is_marked_and_not_ranked():
    comparison = with_money_left_over("vouchers")
    outline = shown(comparison)
    assert "unequal money" in outline.text and "not ranked" in outline.text
    assert "Difference per unit of money placed" in outline.text
    told = sentences(comparison)
    assert (
        "Spent of the money raised: vouchers 66.7 % [66.7, 66.7] (vouchers not ranked); benefit per unit of net taxes "
        in told
    )
    assert "--match reruns all at an amount that each can spend." in told
    assert "Best on welfare among those that are ranked is procurement" in told
    assert "the 2\N{MULTIPLICATION SIGN}2 gives no verdict" in outline.text.replace("The", "the")
    matched = replace(comparison, study=replace(comparison.study, match=True))
    assert "not ranked" in sentences(matched) and "--match" not in sentences(matched)
    assert "essay expects" not in told


def test_what_rests_on_assumed_efficacies_is_not_ranked():
    """However well it does at the value assumed."""
    comparison = made_up(arms=["rebate", "vouchers", "feng"], lift={"feng": 5.0, "vouchers": 1.0})
    told = sentences(comparison)
    assert (
        "rest on efficacies that nobody knows: feng" in told
        and "Best on welfare among those that are ranked is vouchers" in told
    )
    rank = comparison.table.query("indicator == 'welfare'").set_index("policy")["rank"]
    assert rank.dropna().to_dict() == {"vouchers": 1, "rebate": 2}


def test_the_answer_opens_the_page_and_the_rest_is_folded(page):
    """Answer, chart and what each policy does come before the contents; tables with tests stand in closed sections."""
    body = page[page.index("<body>") :]
    order = [body.index(part) for part in ('class="answer"', 'class="overview"', 'class="deeds"', "<nav", 'id="grid"')]
    assert order == sorted(order)
    assert body.count("<details>") == body.count("</details>") == body.count("<summary>") >= 8
    assert "<details open" not in body
    unfolded = re.sub(r"<details>.*?</details>", "", body, flags=re.S)
    assert '<th scope="col">Holm</th>' in body and '<th scope="col">Holm</th>' not in unfolded


def test_each_policy_has_one_name_and_a_sentence_on_what_it_does():
    """The arm's own name also in the 2x2, not that of the instrument that it uses."""
    both = policies["sequenced"]
    outline = shown(made_up(["rebate", "rd_credit", "selective", "application", "procurement", both, "feng"]))
    assert (
        "selective R&D money for the chosen firms, a share of it tied to the government's plan (grants)."
        in outline.text
    )
    assert "application Pays a capped share of the price of any domestic product (vouchers)." in outline.text
    assert "From quarter 40 on: pays a capped share" in outline.text
    assert "50 % vouchers: pays a capped share" in outline.text
    assert not {"grants", "vouchers"} & set(
        re.findall(r'class="policy">(\w+)<', render_report(made_up(["rebate", "selective"])))
    )
    page = render_report(
        made_up(["rebate", "selective", Policy(name="selective-2", mix={"grants": 0.5, "talent": 0.5})])
    )
    named = re.findall(r'<a href="#(policy-\d)" title="([^"]*)">([\w-]+)</a>', page)
    assert sorted(name for _, _, name in named) == [
        "rebate",
        "selective",
        "selective-2",
    ]  # each where it is first named
    for anchor, title, name in named:
        assert f'<div id="{anchor}"' in page and unescape(title) == deed(
            {"selective-2": Policy(mix={"grants": 0.5, "talent": 0.5})}.get(name) or policies[name]
        )
    assert deed(policies["laissez_faire"]) == "Raises no tax and pays nothing."


def test_what_is_the_same_for_all_is_one_sentence():
    """Adoption that ends at 0.99 everywhere, a time that nobody reaches, identical numbers; but no real difference."""
    comparison = made_up()
    study = replace(comparison.study, outcomes=(*HEADLINES, "time_to_50", "firms"))
    ours, place = comparison.runs, np.arange(len(comparison.runs))
    ours["adoption"], ours["time_to_50"], ours["firms"] = 0.99 + 0.001 * (place % 3), np.nan, 40.0
    ours["useful_technology"] = 1.0 + 0.001 * (ours["policy"] == "grants")
    comparison = analysed_again(replace(comparison, study=study))
    comparison.series["adoption"] = 0.99
    outline = shown(comparison)
    for sentence in (
        "Adoption ends at 0.99 under every policy.",
        "Time to 50 is reached in no run.",
        "Firms ends at 40.00",
    ):
        assert sentence in outline.text
    tables = [attributes["aria-label"] for attributes in outline.all("div") if "aria-label" in attributes]
    assert "Table: useful technology" in tables
    assert not {"Table: adoption", "Table: time to 50", "Table: firms"} & set(tables)
    assert "Adoption, policy by policy" not in outline.text and "Policies differ, if at all, in when." in outline.text
    assert "Adoption, policy by policy" in shown(made_up()).text


def test_settings_that_are_equal_for_all_are_named_once():
    comparison = made_up(["rebate", policies["grants"].replace(foresight=0.9), "vouchers"])
    page = render_report(comparison)
    table = page[page.index('<table class="traits"') : page.index("Equal for all: ")]
    shared = page[page.index("Equal for all: ") :].split("</p>")[0]
    assert "foresight" in table and "mix" in table and "foresight" not in shared
    assert "budget 0.005" in shared and ">budget" not in table and "patience" in shared


def test_figures_can_be_downloaded_as_files_of_their_own(page):
    """Each as well-formed SVG with its colours inside, and named after what it shows."""
    links = [attributes for attributes in Outline(page).all("a") if "download" in attributes]
    charts = [attributes for attributes in Outline(page).all("svg") if attributes["class"] == "chart"]
    assert len(links) == len(charts) and len({link["download"] for link in links}) == len(links)
    for link in links:
        root = ElementTree.fromstring(base64.b64decode(link["href"].partition(",")[2]))
        assert root.tag == "{http://www.w3.org/2000/svg}svg" and re.search(r"\.s\d+\{color:#", root[0].text)
        assert link["download"].endswith(".svg") and link["aria-label"].startswith("Download ")


def without(comparison, *names):
    return replace(
        comparison,
        runs=comparison.runs.drop(columns=[name for name in comparison.runs if name.startswith(names)]),
        series=comparison.series.drop(columns=[name for name in comparison.series if name.startswith(names)]),
    )


def emptied(comparison):
    """The same comparison after every run failed."""
    runs = comparison.runs.copy()
    words = ["run_id", "point", "set", "policy", "seed", "status", "error"]
    runs.loc[:, [name for name in runs if name not in words]] = np.nan
    runs["status"], runs["error"] = "failed", "ZeroDivisionError: division by zero"
    return replace(analysed_again(comparison, runs), series=comparison.series.iloc[:0])


SMALL = {
    "two policies": lambda: made_up(["rebate", "vouchers"]),
    "one policy": lambda: made_up(["rebate"]),
    "one seed": lambda: made_up(seeds=1),
    "one quarter": lambda: made_up(horizon=1),
    "nothing succeeded": lambda: emptied(made_up()),
    "no series": lambda: without(made_up(), "adoption_", "lab_"),
    "no gains, no bonsai": lambda: without(made_up(), "gain_", "bonsai_"),
    "no money": lambda: made_up(["laissez_faire"], reference="laissez_faire"),
    "responses of one arm": lambda: responding(made_up(["rebate"])),
    "responses without numbers": lambda: responding(made_up([*SIX, "community"]), [np.nan] * 3, [np.nan] * 5),
    "responses where nothing succeeded": lambda: responding(emptied(made_up())),
    "not kept": lambda: replace(made_up(), out=None),
    "many mixes": lambda: made_up(
        [*SIX, *(Policy(name=f"mix {n}", mix={"grants": n / 20, "vouchers": 1 - n / 20}) for n in range(1, 12))],
        seeds=2,
    ),
}


@cache
def small(case):
    return shown(SMALL[case]())


@pytest.mark.parametrize("case", SMALL)
def test_what_is_missing_is_said_and_nothing_breaks(case):
    outline = small(case)
    assert len(outline.all("section")) == 9
    assert not re.search(r"\bnan\b|\bNone\b|Undefined", outline.text)
    assert not any("nan" in str(value) for _, attributes in outline.elements for value in attributes.values())


def test_missing_parts_have_their_sentence():
    assert "lacks R&D side, broad; R&D side, selective; application side, selective" in small("two policies").text
    assert "No series of adoption" in small("nothing succeeded").text
    assert "48 of 48 runs failed" in small("nothing succeeded").text
    assert "No indicator of gains" in small("no gains, no bonsai").text
    assert "in a single seed" in small("one seed").text
    assert "No policy raises money." in small("no money").text


def sections(comparison):
    """The page's text by the headings of its third level."""
    parts = re.split(r"<h3>(.*?)</h3>", render_report(comparison))
    return {name: Outline(body) for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def labels(outline):
    return [attributes["aria-label"] for attributes in outline.all("svg") if "aria-label" in attributes]


def test_the_calendar_says_when_each_instrument_spends():
    """A band per policy and instrument, named; its share is of all that the policy spends."""
    calendar = sections(made_up(["laissez_faire", "rebate", "sequenced", "community"], horizon=80))[
        "The policy calendar"
    ]
    assert labels(calendar) == [
        "rebate: rebate, 100 % of its money, quarters 0 to 79",
        "community: platform, 40 % of its money, quarters 0 to 79",
        "community: common technology, 40 % of its money, quarters 0 to 79",
        "community: infrastructure, 20 % of its money, quarters 0 to 79",
        "sequenced: R&D credit, 50 % of its money, quarters 0 to 39",
        "sequenced: vouchers, 50 % of its money, quarters 40 to 79",
    ]
    assert "over the 80 quarters" in calendar.text and "laissez_faire" not in calendar.text


def test_bands_of_the_calendar_share_one_scale():
    """A band's area is its instrument's share of the dearest policy's budget in every quarter."""
    halves = timeline(np.array([0.0, 1.0, 1.0, 0.5]), 2.0, 0, "")
    points = re.search('points="([^"]*)"', halves).group(1).split()
    x, y = np.array([point.split(",") for point in points], dtype=float).T
    assert np.trapezoid(20.0 - y, x) == pytest.approx(18.0 * 1000.0 * 2.5 / 4 / 2.0)


def test_money_is_told_by_instrument():
    comparison = made_up([*SIX, "community"])
    text = shown(comparison).text
    table = text[text.index("Money placed by instrument") : text.rindex("What is taken as given")]
    assert "community \N{EN DASH} \N{EN DASH} \N{EN DASH} \N{EN DASH} \N{EN DASH} 223 223 112" in table
    assert "Mission" not in table
    assert "by instrument" not in shown(without(comparison, "placed_")).text


def test_dose_and_response_has_a_named_panel_for_each_policy_but_the_reference():
    found = sections(responding(made_up([*SIX, "community"])))["Dose and response"]
    named = labels(found)
    assert len(named) == 6 and not any(name.startswith("rebate") for name in named)
    assert "grants, by budget, % of output. 0.05: \N{MINUS SIGN}1.00, 0.1: 0, 0.2: 1.00." in named
    assert "over 8 seeds" in found.text and "Welfare (money)" in found.text


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ([-2.0, -1.0, 1.0, 2.0, 3.0], "above the reference from ×0.56 on (95 % interval: ×0.42 to ×0.75)"),
        (
            [1.0] * 5,
            "above the reference at ×0.1 already, the least that was tried (95 % interval: below ×0.1)",
        ),
        ([-1.0] * 5, "not above the reference up to ×10, the most that was tried (95 % interval: above ×10)"),
    ],
)
def test_break_even_is_said_with_what_is_assumed(gaps, said):
    found = sections(responding(made_up(["rebate", "community"]), efficacy=gaps))["Break-even of what is assumed"]
    assert said in found.text
    assert f"common efficacy {Parameters().common_efficacy:g} (" in found.text
    assert len(found.all("svg")) - len(labels(found)) == 1  # the row's swatch
    assert [label.split(",")[0] for label in labels(found)] == ["community"]


def test_policies_that_end_apart_are_not_compared_at_withdrawal():
    """Sums up to two different quarters differ by the quarters; at the end of the run they are compared."""
    short = policies["grants"].replace(name="short", end=20)
    apart, alike = made_up(["rebate", "grants", short], horizon=160), made_up(["rebate", "grants"], horizon=160)
    for table in withdrawal(ReportContent(apart, order_policies(apart.study.policies))):
        known = {row["name"]: [cell["mean"] != number(np.nan) for cell in row["cells"]] for row in table["rows"]}
        assert known == {"rebate": [True] * 3, "grants": [True] * 3, "short": [False, True, False]}
    said = "Not compared at withdrawal, as it ends in another quarter than rebate: short."
    assert said in shown(apart).text and "Not compared at withdrawal" not in shown(alike).text


def test_policies_that_assume_nothing_have_no_break_even():
    plain = made_up(["rebate", "grants"])
    assert "Break-even of what is assumed" not in sections(responding(plain))
    assert not {"Dose and response", "Break-even of what is assumed"} & set(sections(plain))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"match": True}, "All arms of a seed were rerun with the budget cut to what every arm could place."),
        ({"timing": "yoked"}, "All arms of a seed were rerun at the slowest arm's calendar."),
        ({}, ""),
    ],
)
def test_reruns_for_equal_money_are_said(changes, said):
    comparison = made_up(["rebate", "grants"])
    text = shown(replace(comparison, study=replace(comparison.study, **changes))).text
    assert said in text and ("were rerun" in text) == bool(said)


def test_the_same_comparison_can_be_made_again(tmp_path):
    plain = made_up(parameters=Parameters(users=300, horizon=40))
    plain = replace(plain, study=replace(plain.study, outcomes=()))
    command = Outline(render_report(plain)).text
    assert "nqpf compare --policies laissez_faire,rebate,rd_credit,grants,vouchers,procurement" in command
    assert "--set horizon=40 --set users=300" in command
    arms = [policies["rebate"], Policy(name="mine", mix={"grants": 0.25, "vouchers": 0.75}, foresight=0.9)]
    own = made_up(arms, parameters=Parameters(generality=0.6, horizon=40))
    file = re.search(r"<pre[^>]*><code>(.*?)</code>", render_report(own), re.S).group(1)
    (tmp_path / "compare.yaml").write_text(file, encoding="utf-8")
    assert read_study(tmp_path / "compare.yaml") == own.study
    assert "timing" not in file and "match" not in file
    equal = replace(own, study=replace(own.study, match=True, timing="yoked"))
    file = re.search(r"<pre[^>]*><code>(.*?)</code>", render_report(equal), re.S).group(1)
    (tmp_path / "compare.yaml").write_text(file, encoding="utf-8")
    assert read_study(tmp_path / "compare.yaml") == equal.study


@pytest.mark.parametrize(
    ("changes", "responses", "wanted"),
    [
        ({}, True, set()),
        ({}, False, {"--no-responses"}),
        ({"match": True}, True, {"--match"}),
        ({"match": True, "timing": "yoked"}, False, {"--match", "--timing", "yoked", "--no-responses"}),
    ],
)
def test_the_command_asks_for_the_same_reruns(changes, responses, wanted):
    plain = made_up(["rebate", "grants"])
    study = replace(plain.study, outcomes=(), **changes)
    comparison = replace(responding(plain) if responses else plain, study=study)
    words = shlex.split(re.search(r"<pre[^>]*><code>(.*?)</code>", render_report(comparison), re.S).group(1))
    assert set(words) & {"--match", "--timing", "yoked", "--no-responses"} == wanted
    named = replace(comparison, study=replace(study, name="mine"))
    assert ("nqpf compare mine.yaml --no-responses" in shown(named).text) == (not responses)


def test_traits_set_for_all_arms_are_in_the_command():
    changed = [policies[name].replace(budget=0.01) for name in ("rebate", "grants")]
    comparison = made_up(changed)
    text = shown(replace(comparison, study=replace(comparison.study, outcomes=()))).text
    assert "--set policy.budget=0.01" in text
    assert text[text.index("nqpf compare") :].split()[3] == "rebate,grants"


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_colours_can_be_read_on_their_ground():
    css = (Path(__file__).parents[2] / "viz" / "report" / "report.css").read_text(encoding="utf-8")
    light, dark = re.findall(r"--paper: (#\w{6}); --ink: (#\w{6}); --quiet: (#\w{6})", css)
    for paper, inks in (
        (light[0], [*light[1:], *(style.light for style in STYLES)]),
        (dark[0], [*dark[1:], *(style.dark for style in STYLES)]),
    ):
        for ink in inks:
            bright, dim = sorted((luminance(paper), luminance(ink)), reverse=True)
            assert (bright + 0.05) / (dim + 0.05) >= 4.5, (paper, ink)


def test_every_policy_has_its_own_style():
    arms = [
        *(policies[name] for name in SIX),
        policies["selective"],
        policies["application"],
        Policy(name="mine", mix={"grants": 1.0}),
    ]
    slots = style_slots(arms)
    assert len(set(slots.values())) == len(arms)
    assert [slots[name] for name in SIX] == [list(POLICY_STYLES).index(name) for name in SIX]
    assert style_slots([policies["selective"]])["selective"] == slots["grants"]
    assert len(set(style_slots(policies.values()).values())) == len(policies)
    assert len(set(STYLES)) == len(STYLES)


def test_every_reading_has_a_sign_of_its_own():
    assert set(GLYPHS) == set(READINGS)
    assert len(set(GLYPHS.values())) == len(GLYPHS)


def test_numbers_in_words():
    assert number(-1234.5, 0) == "\N{MINUS SIGN}1,234" and number(0.5, 2, signed=True) == "+0.50"
    assert number(np.nan) == "\N{EN DASH}" and number(0.0, 2, signed=True) == "0.00"
    assert number(-0.2, 0) == "0"
    assert (places([0.0123]), places([12345.0]), places([]), places([np.nan])) == (4, 0, 0, 0)
    assert seed_ranges([3, 0, 1, 2, 7]) == "0\N{EN DASH}3, 7"
    assert ticks(0.0, 1.0, 4) == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])


@pytest.mark.parametrize(("seeds", "told"), [(8, True), (30, False)])
def test_too_few_seeds_are_said_to_be(seeds, told):
    comparison = made_up(seeds=seeds)
    assert bool(comparison.too_few_seeds) == told
    assert ("Holm's adjustment over" in sentences(comparison)) == told
    assert ("never rejects" in " ".join(answer_lines(comparison))) == told


HINTS_FIT = """() => [...document.querySelectorAll('.scroll')].every(table =>
    (table.scrollWidth > table.clientWidth) == (table.querySelector('.scrolls').offsetHeight > 0))"""
"""A table says that it scrolls where it does, and nowhere else."""


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_in_a_browser(width, scheme, tmp_path, page):
    chromium = shutil.which("chromium")
    if chromium is None and not os.environ.get("NQPF_REQUIRE_BROWSER"):
        pytest.skip("needs chromium")  # a developer's machine may have none; .ci/run requires one
    from playwright.sync_api import sync_playwright

    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    said, asked = [], []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(file.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        folded = tab.evaluate("document.documentElement.scrollHeight")
        assert tab.locator(".answer p").first.bounding_box()["y"] < 400
        tab.locator("summary").first.focus()
        tab.keyboard.press("Enter")
        assert tab.locator("details").first.evaluate("details => details.open")
        tab.evaluate("document.querySelectorAll('details').forEach(details => { details.open = true })")
        assert tab.evaluate("document.documentElement.scrollHeight") > 2 * folded
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.wait_for_function(HINTS_FIT)
        ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        browser.close()
    assert said == [] and asked == [file.as_uri()]
    assert (sum(map(int, re.findall(r"\d+", ground))) < 200) == (scheme == "dark")
