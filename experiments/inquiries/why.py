"""The question why one policy does better than another: options, study, text, JSON and figure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from experiments.inquiries.inquiry import Answer, Inquiry, Needs, Option, Picture, Request

if TYPE_CHECKING:
    import pandas as pd

    from experiments.decomposition.decomposition import Decomposition
    from experiments.study.study import Study

MOST_BARS = 10
"""Mechanisms that the waterfall shows, those of the largest contributions."""

MOST_PAIRS_SHOWN = 6


def prepared_pair(study: "Study", options: Mapping[str, Any], place: str) -> "Study":
    """Return the study of the two policies, the first less the second. Raises BadInput with the option as its place."""
    from experiments.study.study import check_outcomes
    from model.declaration.errors import BadInput

    try:
        outcomes = check_outcomes(["welfare" if options["of"] is None else options["of"]])
    except BadInput as error:
        raise error.at(f"--of {options['of']}") from None
    _parts(options)
    return replace(study, name="why", policies=tuple(reversed(study.policies)), outcomes=outcomes)


def _parts(options: Mapping[str, Any]) -> Any:
    """Return the parts that are wanted. Raises BadInput with the option as its place."""
    from experiments.decomposition.decomposition import IN_PAIRS, MOST_IN_PAIRS, Parts
    from experiments.decomposition.mechanisms import find_mechanisms
    from model.declaration.errors import BadInput
    from model.declaration.numbers import whole_number

    names, pairs = options["mechanisms"], options["pairs"]
    try:
        chosen = find_mechanisms(None if names is None else [name.strip() for name in names.split(",")])
    except BadInput as error:
        raise error.at(f"--mechanisms {names}") from None
    try:
        in_pairs = IN_PAIRS if pairs is None else whole_number("pairs", pairs, 0, MOST_IN_PAIRS)
    except BadInput as error:
        raise error.at(f"--pairs {pairs}") from None
    return Parts(chosen, in_pairs, not options["only_mechanisms"], not options["only_mechanisms"], options["match"])


def _answer(request: Request) -> Answer:
    from experiments.decomposition.decomposition import why_study

    found = why_study(request.study, _parts(request.options), request.folder, request.execution)
    tables = {name: getattr(found, name) for name in ("mechanisms", "pairs", "quarters", "starts", "budgets")}
    return Answer(
        lines=tuple(_lines(found)),
        content=_content(found),
        tables=tables,
        pictures=tuple(_pictures(found)),
        runs=found.runs,
    )


def _content(found: "Decomposition") -> dict[str, Any]:
    from experiments.decomposition.words import why_sentences

    return {
        "one": found.one,
        "other": found.other,
        "outcome": found.outcome,
        "seeds": list(found.study.seeds),
        "answer": list(why_sentences(found)),
        "difference": found.whole.to_dict("records")[0],
        **{
            name: getattr(found, name).to_dict("records")
            for name in ("mechanisms", "pairs", "quarters", "starts", "budgets")
        },
    }


def _lines(found: "Decomposition") -> Iterator[str]:
    """Yield the answer, then a table for each part."""
    from experiments.decomposition.words import why_sentences
    from experiments.plain_text import wrapped

    for sentence in why_sentences(found):
        yield from wrapped(sentence)
    for block in (_mechanism_lines, _pair_lines, _quarter_lines, _setting_lines):
        yield from block(found)
    yield ""
    yield from wrapped(
        f"contribution: the difference ({found.one} less {found.other}) less that without the mechanism, seed by seed. "
        "per unit: of money raised, both discounted at 1 % a quarter. * the interval leaves out zero. ! money is not "
        "shown to be equal there."
    )


def _mechanism_lines(found: "Decomposition") -> Iterator[str]:
    from experiments.decomposition.tables import MECHANISM_EFFECT

    head = ("mechanism", "contribution", "without it")
    rows = found.mechanisms.rename(columns={"mechanism": "name"})
    yield from _table(rows, head, MECHANISM_EFFECT, "difference_without")


def _pair_lines(found: "Decomposition") -> Iterator[str]:
    from experiments.decomposition.tables import PAIR_EFFECT

    rows = found.pairs.head(MOST_PAIRS_SHOWN)
    names = rows["first"] + " x " + rows["second"]
    head = ("pair", "interaction", "without both")
    yield from _table(rows.assign(name=names), head, PAIR_EFFECT, "difference_without")


def _quarter_lines(found: "Decomposition") -> Iterator[str]:
    from experiments.decomposition.tables import GAP

    rows = found.quarters.assign(name=found.quarters["part"], equal_money=True)
    rows["percent"] = 100.0 * rows["share"].astype(float)
    yield from _table(rows, ("when", "difference", "% of all"), GAP, "percent")


def _setting_lines(found: "Decomposition") -> Iterator[str]:
    from experiments.decomposition.tables import GAP

    for rows, head in ((found.starts, "from quarter"), (found.budgets, "budget")):
        named = rows.rename(columns={"setting": "name"})
        yield from _table(named, (head, "difference", "per unit"), GAP, "per_unit")


def _table(
    rows: "pd.DataFrame", head: tuple[str, str, str], effect: tuple[str, str, str], beside: str
) -> Iterator[str]:
    """Yield a row per entry: its name, an effect with its interval, and one number beside it."""
    from experiments.plain_text import beside_names, places_for, plain_number

    if rows.empty:
        return
    places = places_for(rows[list(effect)].to_numpy(float).ravel())
    far = places_for(rows[beside].to_numpy(float))
    lines = [(head[0], f" {head[1]:>12} {'95 % interval':>21} {'':2} {head[2]:>12}")]
    for row in rows.to_dict("records"):
        mean, low, high = (row[name] for name in effect)
        span = f"[{plain_number(low, places, True)}, {plain_number(high, places, True)}]" if low == low else "-"
        mark = ("*" if low > 0.0 or high < 0.0 else "") + ("" if row["equal_money"] else "!")
        number = f"{plain_number(mean, places, True):>12} {span:>21} {mark:2}"
        lines.append((str(row["name"]), f" {number} {plain_number(row[beside], far, True):>12}"))
    yield ""
    yield from beside_names(lines)


def _pictures(found: "Decomposition") -> Iterator[Picture]:
    """Yield the waterfall: from the whole difference, less each contribution, to what they do not explain."""
    import pandas as pd

    if found.mechanisms.empty or found.whole["n"].iloc[0] == 0:
        return
    whole = found.whole.iloc[0]
    ends = {"low": whole["low"], "high": whole["high"]}
    bars = [{"label": "difference", "start": 0.0, "end": whole["difference"], **ends}]
    at = float(whole["difference"])
    shown, rest = found.mechanisms.head(MOST_BARS), found.mechanisms.iloc[MOST_BARS:]
    for row in shown.to_dict("records"):
        ends = {"low": row["contribution_low"], "high": row["contribution_high"]}
        bars.append({"label": row["mechanism"], "start": at, "end": at - row["contribution"], **ends})
        at -= row["contribution"]
    if len(rest):
        others = float(rest["contribution"].sum())
        bars.append({"label": f"{len(rest)} others", "start": at, "end": at - others})
        at -= others
    bars.append({"label": "not explained singly", "start": 0.0, "end": at})
    words = (
        f"{found.outcome} of {found.one} less {found.other}, then the contribution of each mechanism taken away. The "
        "last bar is left since mechanisms work together"
    )
    label = f"{found.outcome}: {found.one} less {found.other}"
    yield Picture("waterfall", "waterfall", pd.DataFrame(bars), words, {"value": label})


WHY = Inquiry(
    name="why",
    question="Why does one policy do better than another: by mechanism, time, start and budget?",
    needs=Needs.TWO_POLICIES,
    answer=_answer,
    options=(
        Option("of", "The indicator whose difference is explained (welfare).", "OUTCOME"),
        Option("mechanisms", "Mechanisms to switch off (all), as imitation,entry.", "A,B,..."),
        Option("pairs", "Pairs are switched off of so many mechanisms, the largest (4).", "N", int),
        Option("match", "Rerun both at an amount that each can place.", kind=bool, default=False),
        Option("only_mechanisms", "Leave out starts and budgets.", kind=bool, default=False),
    ),
    prepare=prepared_pair,
)
