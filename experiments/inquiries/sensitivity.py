"""Sensitivity: the factors that matter for an outcome, or for the paired difference of two policies."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.inquiries.inquiry import Answer, Inquiry, Needs, Option, Picture, Request

if TYPE_CHECKING:
    import pandas as pd

    from experiments.importance.importances import Importances

NAMED_FIRST = 3
"""Factors that the first sentence names."""

IN_WORDS = {
    "morris": "mean size of the elementary effects over the factor's whole range (Morris)",
    "saltelli": "share of the variance in which the factor takes part (Sobol, total order)",
    "forest": "R2 that a random forest loses at points left out when the factor is permuted",
    "process": "the same for a Gaussian process",
    "variance": "share of the variance of the better surrogate in which the factor takes part (Sobol, total order)",
}
"""Methods and their measures, in words."""


def sensitivity(
    source: Path | str, of: str | None = None, jobs: int | None = None, quick: bool = False
) -> "pd.DataFrame":
    """Return the importances of the factors in a results folder, a row per method, measure and factor.

    `of` is a sum of outcomes as `welfare[application] - welfare[selective]`, by default the study's first outcome.
    Columns are those of experiments.importance.importances.COLUMNS. Raises BadInput where a ranking would mislead.
    """
    from experiments.analysis.by_point import read_by_point
    from experiments.importance.importances import importances
    from experiments.results.merge import held, study_in

    folder = Path(source)
    evidence = read_by_point(folder, _wanted(study_in(folder, held(folder)), of))
    return importances(evidence, str(folder), jobs, quick).table


def _wanted(study: Any, of: str | None) -> Any:
    """Return the sum that is asked for, with a policy for each indicator."""
    from experiments.analysis.by_point import policies_of, spelled_out
    from experiments.analysis.table import HEADLINE
    from experiments.expressions import parse_sum

    text = (study.outcomes or HEADLINE)[0] if of is None else of
    return spelled_out(parse_sum(text, policies_of(study), "--of"), study)


def _answer(request: Request) -> Answer:
    from experiments.importance.importances import check_points, importances
    from experiments.inquiries.stored import made_by_point

    wanted = _wanted(request.study, request.options["of"])
    evidence, runs = made_by_point(
        request, wanted, lambda points, factors: check_points(points, factors, request.place)
    )
    found = importances(evidence, request.place, request.execution.jobs, request.quick)
    return Answer(
        lines=tuple(_lines(found)),
        content=_content(found),
        tables={"importances": found.table, "ranks": found.ranks.reset_index()},
        pictures=tuple(_pictures(found)),
        runs=runs,
    )


def _lines(found: "Importances") -> Iterator[str]:
    """Yield the answer, its limits, the table and what its columns mean."""
    from experiments.inquiries.stored import left_out
    from experiments.plain_text import wrapped

    for sentence in (_first_sentence(found), *_limits(found), *left_out(found.evidence, len(found.evidence.pairs))):
        yield from wrapped(sentence)
    yield ""
    yield from _table_lines(found)
    yield ""
    for name in found.ranks.columns[1:]:
        yield from wrapped(f"{name}: {IN_WORDS[name]}.")
    if found.best:
        yield from wrapped(
            f"low, high: mean of {found.evidence.label} in the lowest and highest tenth of a factor less its overall "
            f"mean, by the {found.best}."
        )


def _first_sentence(found: "Importances") -> str:
    names = list(found.ranks.index[:NAMED_FIRST])
    described = [f"{name}{_direction(found, name)}" for name in names]
    return f"{found.evidence.label} depends most on {', '.join(described)}."


def _direction(found: "Importances", name: str) -> str:
    """Return which way a factor works, where the surrogate shows one way."""
    low, high = found.ends.loc[name]
    if not found.best or not low * high < 0.0:
        return ""
    return " (rises with it)" if high > low else " (falls with it)"


def _limits(found: "Importances") -> Iterator[str]:
    """Yield how far the importances may be believed."""
    from experiments.importance.importances import DIRECT, LEAST_R2, LOW_R2
    from experiments.importance.measures import FEWEST_BLOCKS

    known, noise = int(found.evidence.known.sum()), found.evidence.noise_share
    shown = ", ".join(f"{name} {value:.2f}" for name, value in found.r2.items())
    yield f"{known} points, {found.evidence.pairs.shape[1]} pairs each. R2 at points left out: {shown}."
    if noise == noise:
        yield f"Chance between seeds alone makes about {noise:.0%} of the variance between points."
    if not found.best:
        yield f"! No surrogate explains {LEAST_R2:.0%} of the variance, so that only the design's own measure is shown."
    elif found.r2[found.best] < LOW_R2:
        yield (
            f"! R2 is low: the surrogates leave {1.0 - found.r2[found.best]:.0%} of the variance unexplained. Their "
            "ranks are a hint, no more. More points or seeds would help."
        )
    if found.measured is None and found.evidence.design["kind"] in DIRECT:
        yield f"! Fewer than {FEWEST_BLOCKS} blocks of the design are whole, so that its own measure is left out."
    if found.measured is not None and found.measured.dropped:
        yield f"{found.measured.dropped} blocks of the design are not whole and are left out of its own measure."


def _table_lines(found: "Importances") -> Iterator[str]:
    """Yield a row per factor: its mean rank, then rank and value by each method, then the outcome at both its ends."""
    from experiments.plain_text import beside_names, places_for, plain_number

    methods = list(found.ranks.columns[1:])
    values = found.table.dropna(subset="rank").pivot(index="factor", columns="method", values="value")
    places = {name: places_for(values[name]) - 1 for name in methods}
    far = max(places_for(found.ends.to_numpy().ravel()) - 1, 0)
    room = 9 if len(methods) > 3 else 12
    head = f" {'rank':>4}" + "".join(f" {name:>{room}}" for name in methods) + f" {'low':>7} {'high':>7}"
    rows = [("factor", head)]
    for factor, row in found.ranks.iterrows():
        cells = ""
        for name in methods:
            value = plain_number(values[name][factor], max(places[name], 0), width=room - 4)
            cells += f" {row[name]:>3g} {value:>{room - 4}}"
        ends = "".join(f" {plain_number(end, far, True, 7):>7}" for end in found.ends.loc[factor])
        rows.append((str(factor), f" {row['mean_rank']:>4.1f}{cells}{ends}"))
    yield from beside_names(rows)


def _content(found: "Importances") -> dict[str, Any]:
    ranks = found.ranks.reset_index().join(found.ends, on="factor")
    return {
        "of": found.evidence.label,
        "design": found.evidence.design["kind"],
        "points": int(found.evidence.known.sum()),
        "asked": len(found.evidence.pairs),
        "r2": found.r2,
        "noise_share": found.evidence.noise_share,
        "unequal_money": list(found.evidence.unequal),
        "limits": list(_limits(found)),
        "ranks": ranks.to_dict("records"),
        "table": found.table.to_dict("records"),
    }


def _pictures(found: "Importances") -> Iterator[Picture]:
    """Yield the tornado, where a surrogate shows both ends of a factor, and the heat of importances by method."""
    order = list(found.ranks.index)
    label = found.evidence.label
    if found.best:
        ends = found.ends.loc[order].rename_axis("factor").reset_index()
        words = f"{label} in the lowest and highest tenth of each factor less its mean, the most important first"
        yield Picture("tornado", "tornado", ends, words, {"value": f"{label}, less its mean"})
    main = found.table.dropna(subset="rank")
    shares = main.assign(share=main["value"].clip(lower=0.0) / main.groupby("method")["value"].transform("max"))
    heat = shares.pivot(index="factor", columns="method", values="share").loc[order, list(found.ranks.columns[1:])]
    words = f"importance of each factor for {label} by method, as a share of the most important factor's"
    yield Picture("heat", "heat", heat.reset_index(), words, {"value": "share of the largest"})


SENSITIVITY = Inquiry(
    name="sensitivity",
    question="Which factors matter for an outcome, or for the paired difference of two policies?",
    needs=Needs.RESULTS_OR_STUDY,
    answer=_answer,
    options=(
        Option("of", "An indicator, or as 'welfare[grants] - welfare[rebate]' (the study's first outcome).", "OUTCOME"),
    ),
)
