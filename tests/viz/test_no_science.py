"""`viz` formats and draws: contrasts, ranks, verdicts and break-even come from the comparison and its analysis."""

import ast
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from experiments.analysis.effects import CLAIMED, QUESTION
from experiments.analysis.sentences import answer
from experiments.analysis.verdicts import AS_EXPECTED, CONTRADICTED, OPEN
from tests.comparisons import made_up, responding
from tests.house.structure import modules
from viz.report.content import ReportContent
from viz.report.report import render_report
from viz.report.sections import grid, headline
from viz.report.wording import DASH, number

COMPUTES = {
    "groupby", "pivot", "pivot_table", "quantile", "median", "std", "var", "sem", "rank", "corr", "mean_interval",
    "holm", "wilcoxon", "contrasts", "ranks", "levels", "gaps", "intervals", "break_even", "essay_verdict", "reading",
    "interval_over_seeds",
}  # fmt: skip
"""Functions and methods that turn runs into findings."""

SOURCES = {name: path for name, path in modules().items() if name.startswith("viz.")}


def computing(source: str) -> set[str]:
    """The names of COMPUTES that a source calls or imports, and packages of statistics that it imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func
            found.add(called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", ""))
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
            if node.module in ("scipy.stats", "statistics"):
                return {node.module}
    return found & COMPUTES


@pytest.mark.parametrize("name", SOURCES)
def test_viz_computes_no_finding(name: str) -> None:
    assert not computing(SOURCES[name].read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        "from experiments.statistics import holm",
        "from scipy.stats import wilcoxon",
        "from scipy.stats import ttest_rel",
        "mean = runs.groupby('policy')['welfare'].mean()",
        "from experiments.analysis.effects import contrasts as found",
    ],
)
def test_what_computes_a_finding_is_seen(source: str) -> None:
    assert computing(source)


def test_the_report_prints_the_tables_ranks_readings_and_effects() -> None:
    comparison = made_up()
    content = ReportContent(comparison, comparison.study.policies)
    for name in ("welfare", "useful_technology"):
        table = comparison.table.query("indicator == @name").set_index("policy")
        ranked = table["rank"]
        for row in headline(content, name)["rows"]:
            assert row["reading"] == table["reading"][row["name"]]
            assert row["rank"] == (DASH if ranked.isna()[row["name"]] else ranked[row["name"]])
    for table in grid(content)["tables"]:
        name = table["label"].replace(" ", "_")
        rows = comparison.effects.query("indicator == @name").set_index("effect")
        assert list(table["effects"]) == list(rows.index) and len(rows) == 3
        for effect, cell in table["effects"].items():
            digits = len(cell["mean"].partition(".")[2])
            assert cell["mean"] == number(rows["mean"][effect], digits, signed=True)


@cache
def unchanged() -> str:
    """The page of the made-up comparison as it is."""
    return render_report(made_up())


@pytest.mark.parametrize("effect", CLAIMED)
@pytest.mark.parametrize(("verdict", "words"), [(CONTRADICTED, "contradicts the essay"), (OPEN, "claim open")])
def test_other_effects_change_the_answer(effect: str, verdict: str, words: str) -> None:
    """The verdicts are those of `Comparison.effects`: the report works out none of its own."""
    comparison = made_up()
    assert words not in " ".join(answer(comparison))
    effects = comparison.effects.copy()
    assert set(effects["verdict"].dropna()) == {AS_EXPECTED}
    effects.loc[(effects["effect"] == effect) & effects["indicator"].isin(QUESTION), "verdict"] = verdict
    assert words in " ".join(answer(replace(comparison, effects=effects)))
    effects.loc[effects["effect"] == effect, ["mean", "low", "high"]] = [123456.0, 123455.0, 123457.0]
    page = render_report(replace(comparison, effects=effects))
    assert page.count("+123,456") >= 2 and "+123,456" not in unchanged()


def test_other_ranks_and_readings_change_the_report() -> None:
    comparison = made_up()
    table = comparison.table.copy()
    ours = (table["indicator"] == "welfare") & (table["policy"] == "grants")
    table.loc[ours, ["rank", "reading"]] = [97, "weakly lower"]
    page = render_report(replace(comparison, table=table))
    weakly = '<td class="words">weakly lower</td>'
    assert "<td>97</td>" in page and weakly in page and weakly not in unchanged()


def test_the_break_even_is_the_comparisons() -> None:
    """The page repeats the multiples of `Comparison.break_even`."""
    comparison = responding(made_up(["rebate", "grants", "community"]))
    (row,) = comparison.break_even.itertuples()
    assert row.policy == "community" and row.low < row.multiple < row.high
    found = re.findall(r"above the reference from ×([\d.]+) on", render_report(comparison))
    assert np.array(found, float) == pytest.approx([row.multiple], abs=0.005)


def test_figures_only_draw() -> None:
    """No file of figures imports a report or the lab, and the overview alone runs a comparison, as a program."""
    for name, path in SOURCES.items():
        if name.startswith("viz.figures."):
            text = Path(path).read_text(encoding="utf-8")
            assert not re.search(r"viz\.(report|lab)", text)
            assert "compare_study" not in text or name == "viz.figures.overview"
