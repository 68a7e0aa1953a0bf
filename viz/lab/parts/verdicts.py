"""A live answer in words and numbers: the verdict, its table, and how to have the same numbers elsewhere."""

from typing import Any

import numpy as np
import solara
from solara import v

from experiments.analysis.sentences import plain
from experiments.analysis.table import HEADLINE
from experiments.pairs.answer import LiveAnswer
from experiments.pairs.recipe import command_line, paths_csv, python_code, table_csv
from experiments.pairs.verdict import conditions, verdict
from experiments.statistics import Interval
from viz.figures.charts import interval_plot
from viz.figures.styles import style_slots, swatch
from viz.report.wording import DASH, number, places, typeset


@solara.component
def Verdict(answer: LiveAnswer, indicator: str, fresh: bool) -> Any:
    """The verdict in sentences, and what it rests on. A screen reader hears it when it is final."""
    spoken = "polite" if fresh and answer.final else "off"
    sentences = [
        v.Html(tag="p", class_="sentence", children=[typeset(sentence)]) for sentence in verdict(answer, indicator)
    ]
    rest = " ".join(typeset(sentence) for sentence in conditions(answer, indicator))
    older = [] if fresh else [v.Html(tag="p", class_="waiting", children=["For the settings before. New pairs come."])]
    return v.Html(
        tag="section",
        class_="verdict",
        attributes={"aria-live": spoken, "aria-label": "Verdict", "data-pairs": str(answer.pairs)},
        children=[*sentences, v.Html(tag="p", class_="conditions", children=[rest]), *older],
    )


@solara.component
def VerdictTable(answer: LiveAnswer, indicator: str) -> Any:
    """The numbers of the verdict, and those of the other indicators below a fold."""
    others = [name for name in HEADLINE if name != indicator]
    fold = v.Html(
        tag="details",
        children=[v.Html(tag="summary", children=["The other indicators"]), _table(answer, others)],
    )
    return v.Html(tag="div", class_="numbers", children=[_table(answer, [indicator]), fold])


def _table(answer: LiveAnswer, indicators: list[str]) -> Any:
    heads = (
        "policy",
        "mean",
        f"less {answer.study.reference}",
        "95 % interval",
        "",
        "in %",
        "better in",
        "money placed",
    )
    head = v.Html(tag="tr", children=[v.Html(tag="th", attributes={"scope": "col"}, children=[one]) for one in heads])
    rows = []
    for name in indicators:
        if len(indicators) > 1:
            cell = v.Html(tag="th", attributes={"colspan": len(heads), "scope": "rowgroup"}, children=[plain(name)])
            rows.append(v.Html(tag="tr", children=[cell]))
        rows += _rows(answer, name)
    body = [v.Html(tag="thead", children=[head]), v.Html(tag="tbody", children=rows)]
    table = v.Html(tag="table", children=body)
    return v.Html(
        tag="div",
        class_="scroll",
        attributes={"tabindex": "0", "role": "region", "aria-label": "Numbers"},
        children=[table],
    )


def _rows(answer: LiveAnswer, indicator: str) -> list[Any]:
    """Return a row per policy. The intervals of an indicator share a scale, which holds zero."""
    slots = style_slots(answer.study.policies)
    found = {name: answer.row(name, indicator) for name in answer.arms}
    gaps = {name: Interval(*(float(row[end]) for end in ("difference", "low", "high"))) for name, row in found.items()}
    ends = [end for gap in gaps.values() for end in gap if np.isfinite(end)]
    scale = (min([0.0, *ends]), max([0.0, *ends]))
    levels, decimals = places([float(row["mean"]) for row in found.values()]), places(ends)
    return [
        _row(
            name, found[name], gaps[name], levels, decimals, interval_plot(*gaps[name], scale, slots[name]), slots[name]
        )
        for name in answer.arms
    ]


def _row(name: str, row: Any, gap: Interval, levels: int, decimals: int, picture: str, slot: int) -> Any:
    known = np.isfinite(gap.low)
    between = f"{number(gap.low, decimals, True)} to {number(gap.high, decimals, True)}" if known else DASH
    better = f"{100.0 * row['share_better']:.0f} %" if np.isfinite(row["share_better"]) else DASH
    texts = (
        number(row["mean"], levels),
        number(gap.mean, decimals, True) if np.isfinite(gap.mean) else DASH,
        between,
    )
    last = (
        f"{number(row['percent'], 2, True)} %" if np.isfinite(row["percent"]) else DASH,
        better,
        number(row["money_placed"], 1),
    )
    head = solara.HTML(tag="th", unsafe_innerHTML=f"{swatch(slot)} {name}", attributes={"scope": "row"})
    cells = [v.Html(tag="td", children=[text]) for text in texts]
    cells.append(solara.HTML(tag="td", unsafe_innerHTML=picture))
    return v.Html(tag="tr", children=[head, *cells, *(v.Html(tag="td", children=[text]) for text in last)])


@solara.component
def Recipe(answer: LiveAnswer, indicator: str) -> Any:
    """The data, and the command line and the Python that give the same numbers."""
    study = answer.study
    with solara.Div(classes=["recipe"]) as main:
        v.Html(tag="h2", children=["The same numbers elsewhere"])
        with solara.Row(classes=["files"]):
            solara.FileDownload(
                lambda: table_csv(answer), "compare.csv", label="Table as CSV", icon_name="", mime_type="text/csv"
            )
            solara.FileDownload(
                lambda: paths_csv(answer, indicator),
                "charts.csv",
                label="Charts as CSV",
                icon_name="",
                mime_type="text/csv",
            )
        _code("Command line", command_line(study))
        _code("Python", python_code(study, indicator))
    return main


def _code(name: str, text: str) -> None:
    code = v.Html(tag="code", children=[text])
    pre = v.Html(tag="pre", attributes={"tabindex": "0", "role": "region", "aria-label": name}, children=[code])
    v.Html(tag="details", children=[v.Html(tag="summary", children=[name]), pre])
