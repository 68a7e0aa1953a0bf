"""Parts of pages that show answers: the claims, the factors that decide, and boundaries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from docs.boundaries import figure_of, stored_boundaries
from docs.claims import claims_rows
from docs.importances import FILE as IMPORTANCES
from docs.importances import METHODS, OF
from docs.markdown import signed, table
from docs.result import Result
from docs.results import stored
from experiments.claims.claims import CLAIMS
from experiments.claims.stored import stored_claims, verdicts_in_words
from experiments.claims.support_claims import UNTESTED
from model.parameters import Parameters


def claims_table() -> Iterator[str]:
    """Yield the first line of the stored trial, and a row per claim."""
    stored_result = stored_claims()
    yield from (f"{verdicts_in_words(stored_result['claims'])} {stored_result['says']}", "")
    header = ["claim", "verdict", "effect", "expected", "95 % over sets", "95 % over seeds", "sets that agree"]
    yield from table(header, claims_rows())


def claims() -> Iterator[str]:
    """Yield a section per claim: the essay's words, the statement, what it is compared by, and the result."""
    found = {claim["id"]: claim for claim in stored_claims()["claims"]}
    for name, claim in CLAIMS.items():
        yield from (f"### `{name}` {claim.title}", "")
        for passage in claim.passages:
            yield from (f"> {passage.text}", ">", f"> {passage.source}", "")
        yield from (f"**{claim.statement}**", "")
        if name in found:
            yield from (found[name]["paragraph"], "")
        yield f"- Treatment: {claim.treatment_words}. Reference: {claim.reference_words}."
        yield f"- Falsified by: {claim.falsified_by}"
        yield f"- Why a fair model may find the opposite: {claim.opposite}"
        yield from ([f"- Limits: {claim.limits}", ""] if claim.limits else [""])
    yield from ("### Not testable here", "")
    for one in UNTESTED:
        yield from (f"> {one.passage.text}", ">", f"> {one.passage.source}", "", one.reason, "")


def factors() -> Iterator[str]:
    """Yield the first five factors by each method, then the size of both steps and how far they may be believed."""
    ranked: dict[str, list[Result]] = {}
    for result in stored(IMPORTANCES):
        ranked.setdefault(result.table, []).append(result)
    methods = [name for name in METHODS if name in ranked]
    first = {name: sorted(ranked[name], key=lambda one: float(one.mark))[:TOP] for name in methods}
    yield from (f"The first five factors for `{OF}`:", "")
    rows = [[str(place + 1), *(_ranked(first[name][place]) for name in methods)] for place in range(TOP)]
    yield from table(["rank", *methods], rows)
    names = [{one.row for one in first[name]} for name in methods]
    common = [one.row for one in first[methods[0]] if all(one.row in others for others in names)]
    yield from ("", f"In the first five of all methods: {_listed(common)}.", "")
    yield from _sizes(ranked["size"])
    words = "in the lowest and in the highest tenth of each factor, less the mean. Above zero speaks for application."
    yield from ("", f"By the better fit, the mean of `{OF}` {words}", "")
    ends = [(f"`{one.row}`", signed(one.low), signed(one.high)) for one in ranked["ends"] if one.low]
    yield from table(["factor", "lowest tenth", "highest tenth"], ends)


TOP = 5
"""Factors that the table shows by each method."""


def _ranked(result: Result) -> str:
    ends = f" [{result.low},\u00a0{result.high}]" if result.low else ""
    return f"`{result.row}` {result.value}{ends}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def _sizes(results: Iterable[Result]) -> Iterator[str]:
    found = {(one.row, one.column): one.value for one in results}
    run = [found["each run", name] for name in ("users", "quarters", "seeds")]
    yield f"Each run has {run[0]} users and {run[1]} quarters, and each point {run[2]} seeds."
    for step in ("morris", "saltelli"):
        yield (
            f"`{step}`: {found[step, 'factors']} factors, {found[step, 'points']} points, {found[step, 'runs']} runs, "
            f"of which {found[step, 'failed']} failed. At {found[step, 'unequal money']} points money was not equal. "
            f"Chance between seeds makes {float(found[step, 'chance']):.0%} of the variance between points."
        )
    yield f"R2 at points left out: forest {found['forest', 'R2']}, process {found['process', 'R2']}."


def boundaries() -> Iterator[str]:
    """Yield a section per stored boundary: the command, the figure, and the answer in words."""
    for name, found in stored_boundaries().items():
        yield from (f"## {' and '.join(f'`{factor}`' for factor in found['over'])}", "")
        yield from (f"    {_search_of(name, found)}", "")
        yield f"{found['users']} users, {found['quarters']} quarters, {found['runs']} runs."
        yield from ("", found["answer"][0], "")
        if (figure := figure_of(name)).stat().st_size:
            words = f"welfare of application less selective over {found['over'][0]} and {found['over'][1]}"
            yield from (f"![{words}](_static/{figure.name})", "")
        yield from (f"- {level}: {where}" for level, where in found["levels"].items())
        yield from ("", *found["answer"][1:], "")


def _search_of(name: str, found: Mapping[str, Any]) -> str:
    """Return the command that makes a search again at its size."""
    default = Parameters()
    sizes = {"users": default.users, "horizon": default.horizon}
    made = {"users": found["users"], "horizon": found["quarters"]}
    changes = "".join(f" --set {key}={value}" for key, value in made.items() if value != sizes[key])
    return f"nqpf frontier {name} --between application,selective --runs {found['runs']}{changes}"
