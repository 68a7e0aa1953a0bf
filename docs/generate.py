"""The parts of pages that are made when the documentation is built: declarations and tables of results."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docs.boundaries import figure_of, stored_boundaries
from docs.claims import claims_rows, stored_claims
from docs.importances import FILE as IMPORTANCES
from docs.importances import METHODS, OF, PINNED
from docs.patches import FILE as PATCHES
from docs.result import Result
from docs.results import stored
from experiments.claims.claims import CLAIMS
from experiments.claims.support_claims import UNTESTED
from experiments.decomposition.mechanisms import MECHANISMS
from experiments.evidence.policy_facts import NOT_BUILT, POLICY_FACTS
from experiments.fact_words import cited, range_in_words
from experiments.study.study import DEFAULT_POLICIES
from experiments.validation.facts import FACTS
from model.indicators.series import INDICATORS
from model.indicators.summary import AT_WITHDRAWAL, SUMMARY_NAMES
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from model.policy.presets import policies

CHOOSERS = {"": "nobody", "government": "the government", "regions": "the governments of the regions"}


def write_all(folder: Path) -> None:
    """Write every generated part into a folder."""
    folder.mkdir(exist_ok=True)
    for name, make in PARTS.items():
        (folder / f"{name}.md").write_text("\n".join(make()) + "\n", encoding="utf-8")


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield a Markdown table."""
    yield "| " + " | ".join(header) + " |"
    yield "|" + "---|" * len(header)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


# -- declarations
def instruments() -> Iterator[str]:
    """Yield a section per instrument: its mechanism, its cell of the 2x2 and the words that it comes from."""
    for name, entry in INSTRUMENTS.items():
        yield from (f"### {name}", "", f"{_sentence(entry.meaning)}", "")
        yield f"- side and reach: {entry.side}, {entry.reach}. Firms are chosen by {CHOOSERS[entry.chooser]}."
        yield f"- source: {entry.basis}"
        if entry.efficacy:
            yield f"- efficacy: [`{entry.efficacy}`](parameters.md), which no economy without policy can identify"
        yield ""


def presets() -> Iterator[str]:
    """Yield a row per preset with its mix in words."""
    rows = [(f"`{name}`", _mix(policy), "yes" if name in DEFAULT_POLICIES else "") for name, policy in policies.items()]
    yield from table(["preset", "mix", "compared by default"], rows)


def _mix(policy: Policy) -> str:
    parts, later = (
        [f"{share:.0%} `{name}`" for name, share in sorted(mix, key=lambda pair: -pair[1])]
        for mix in (policy.mix, policy.later_mix)
    )
    mixed = " + ".join(parts) or "no tax and no policy"
    return f"{mixed}, then {' + '.join(later)} from quarter {policy.later_from}" if later else mixed


def mechanisms() -> Iterator[str]:
    """Yield a row per mechanism of `nqpf why`, with its limit case."""
    default = Parameters()
    rows = [
        (f"`{name}`", _sentence(entry.words), _sentence(entry.without), _limit(entry.settings(default)))
        for name, entry in MECHANISMS.items()
    ]
    yield from table(["mechanism", "at work", "switched off", "by"], rows)


def _limit(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}={value:.3g}`" for name, value in settings.items())


def parameters() -> Iterator[str]:
    """Yield a row per parameter."""
    return _declared(Parameters.declarations(), "")


def traits() -> Iterator[str]:
    """Yield a row per trait of a policy."""
    return _declared([entry for entry in Policy.declarations() if entry["name"] != "name"], "policy.")


def _declared(entries: Iterable[Mapping[str, Any]], prefix: str) -> Iterator[str]:
    rows = []
    for entry in entries:
        default = entry["default"] if entry["default"] not in ("", [], {}) else "none"
        number = f"{default} {entry['unit']}" if isinstance(default, int | float) else default
        explained = f"{_sentence(entry['meaning'])} *{_sentence(entry['source'])}*"
        symbol = f" ({entry['symbol']})" if entry["symbol"] else ""
        rows.append((f"`{prefix}{entry['name']}`{symbol}", number, _range(entry["range"]), explained))
    return table(["name", "default", "allowed", "meaning and source"], rows)


def _range(span: Sequence[Any] | None) -> str:
    if not span:
        return ""
    if isinstance(span[0], str):
        return ", ".join(span)
    return " to ".join(f"{end:,}" if float(end).is_integer() else f"{end:g}" for end in span)


def indicators() -> Iterator[str]:
    """Yield a row per indicator."""
    twins = {name.removesuffix(AT_WITHDRAWAL) for name in SUMMARY_NAMES if name.endswith(AT_WITHDRAWAL)}
    rows = [
        (f"`{entry.name}`", entry.unit, entry.kind, entry.better, "yes" if entry.name in twins else "",
         entry.definition)
        for entry in INDICATORS.values()
    ]  # fmt: skip
    return table(["name", "unit", "kind", "better", f"`{AT_WITHDRAWAL}`", "definition"], rows)


def _sentence(text: str) -> str:
    return f"{text[:1].upper() if ': ' not in text[:12] else text[:1]}{text[1:]}."


# -- claims
def claims_table() -> Iterator[str]:
    """Yield the first line of the stored trial, and a row per claim."""
    yield from (f"{stored_claims()['says']}", "")
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


# -- results
def facts() -> Iterator[str]:
    """Yield a row per stylised fact: its target, the source of the target, and its value over the runs."""
    found = {result.row: result for result in _of("facts")}
    rows = []
    for fact in FACTS.values():
        value = found[fact.name].value if fact.name in found else ""
        rows.append((f"`{fact.name}`", fact.meaning, fact.unit, f"{fact.low:g} to {fact.high:g}", value, fact.source))
    return table(["fact", "meaning", "unit", "target", "value", "source of the target"], rows)


def policy_facts() -> Iterator[str]:
    """Yield a row per published effect of policy with its value, and then those that cannot be measured."""
    header = ["fact", "treatment and statistic", "unit", "published", "value", "verdict", "source", "a failure means"]
    found = {result.row: result for result in _of("policy_facts")}
    rows = [
        (f"`{fact.name}`", fact.treatment, fact.unit,
         range_in_words(*fact.published, fact.unit) if fact.published else "not at hand",
         *_with_verdict(found.get(fact.name)), fact.source, fact.failure)
        for fact in POLICY_FACTS.values()
    ]  # fmt: skip
    yield from table(header, rows)
    yield from ("", "Not built:", "")
    yield from (f"- {effect.finding} ({cited(effect.source)}). {effect.reason}" for effect in NOT_BUILT)


def _with_verdict(result: Result | None) -> tuple[str, str]:
    """Return the value of a policy fact with its interval, and its verdict."""
    if result is None or not result.value:
        return "none", "none"
    return f"{result.value} [{result.low},\u00a0{result.high}]", result.mark


def compared() -> Iterator[str]:
    """Yield the table of `nqpf compare`."""
    header = [
        "policy", "welfare", "benefit-cost", "return, % a quarter", "output at the end", "quarters to half adoption",
        "concentration (HHI)",
    ]  # fmt: skip
    signs, plain = ("output", "time_to_50", "hhi"), ("benefit_cost", "rate_of_return")
    rows = [
        [f"`{name}`", shown(row["welfare"]), *(row[column].value or "none" for column in plain),
         *(shown(row[column]) for column in signs)]
        for name, row in _by_row("compare").items()
    ]  # fmt: skip
    return table(header, rows)


def timed() -> Iterator[str]:
    """Yield welfare on own calendars and on the slowest arm's."""
    own, yoked = _by_row("compare"), _by_row("yoked")
    header = ["policy", "own calendar", "2 % a quarter", "slowest calendar", "2 % a quarter"]
    rows = [
        [f"`{name}`", *(shown(cells[column], False) for cells in (own[name], yoked[name]) for column in
         ("welfare", "welfare_r2"))]
        for name in yoked
    ]  # fmt: skip
    return table(header, rows)


def varied() -> Iterator[str]:
    """Yield the welfare of the 2x2 by what was changed."""
    return _plane("varied", "changed", "")


def patched() -> Iterator[str]:
    """Yield the welfare of the 2x2 by the rule that is put back, with intervals."""
    found: dict[str, list[str]] = {}
    for result in stored(PATCHES):
        found.setdefault(result.row, []).append(shown(result._replace(column="welfare")))
    policies_shown = dict.fromkeys(f"`{result.column}`" for result in stored(PATCHES))
    return table(["rule", *policies_shown], [[label, *cells] for label, cells in found.items()])


def starts() -> Iterator[str]:
    """Yield the welfare of the 2x2, and its benefit-cost, by the quarter in which policy starts."""
    found = _by_row("starts")
    names = [name for name in next(iter(found.values())) if not name.endswith(" benefit-cost")]
    rows = [
        [start, *(f"{shown(row[name], False)} ({row[f'{name} benefit-cost'].value or 'none'})" for name in names)]
        for start, row in found.items()
    ]
    return table(["from quarter", *names], rows)


def over_sets() -> Iterator[str]:
    """Yield the welfare of the 2x2 over the ensemble, by what facts cannot pin: range over sets, and share of sets."""
    return _nested_table("sets", "policy parameters")


def china_sets() -> Iterator[str]:
    """Yield the same with China's industries, over all sets and over those that meet the facts there."""
    return _nested_table("china_sets", "industries")


def _nested_table(name: str, first: str) -> Iterator[str]:
    found = {label: row for label, row in _by_row(name).items() if "rd_credit" in row}
    policies_shown = [column for column in next(iter(found.values())) if not column.endswith(" seeds")]
    rows = [[label, *(_with_sets(row[column]) for column in policies_shown)] for label, row in found.items()]
    return table([first, *policies_shown], rows)


def _with_sets(result: Result) -> str:
    """Return a mean over sets with the range of the middle 95 % of sets, and the share of sets with its sign."""
    low, high = signed(result.low), signed(result.high)
    return f"{signed(result.value)} [{low},\u00a0{high}] {float(result.mark):.0%}"


def pinned() -> Iterator[str]:
    """Yield prior and posterior of each parameter of the ensemble, and the facts that pin it."""
    with PINNED.open(newline="", encoding="utf-8") as lines:
        rows = [
            (f"`{row['parameter']}`", f"{float(row['low']):g} to {float(row['high']):g}",
             *(f"{float(row[name]):.3g}" for name in ("q05", "q50", "q95")), f"{float(row['width']):.0%}",
             ", ".join(f"`{fact}`" for fact in row["pinned_by"].split()))
            for row in csv.DictReader(lines)
        ]  # fmt: skip
    return table(["parameter", "range", "5 %", "median", "95 %", "filled", "pinned by"], rows)


def exploration() -> Iterator[str]:
    """Yield application less selection by exploration and kappa."""
    return _plane("exploration", "exploration, share of hours", "kappa")


def dose() -> Iterator[str]:
    """Yield application less selection by budget and returns to concentration."""
    return _plane("dose", "budget, share of output", "lambda")


def _plane(name: str, first: str, second: str) -> Iterator[str]:
    rows = _by_row(name)
    columns = list(dict.fromkeys(result.column for result in _of(name)))
    header = [first, *(f"{second} {column}".strip() for column in columns)]
    return table(header, [[key, *(shown(row[column], False) for column in columns)] for key, row in rows.items()])


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


def resolutions() -> Iterator[str]:
    """Yield medians by the number of users."""
    rows = _by_row("resolution")
    header = ["users", "concentration (HHI)", "quarters to half adoption"]
    return table(header, [[f"{int(n):,}", row["hhi"].value, row["time_to_50"].value] for n, row in rows.items()])


def _of(name: str) -> list[Result]:
    return [result for result in stored() if result.table == name]


def _by_row(name: str) -> dict[str, dict[str, Result]]:
    found: dict[str, dict[str, Result]] = {}
    for result in _of(name):
        found.setdefault(result.row, {})[result.column] = result
    return found


def shown(result: Result, interval: bool = True) -> str:
    """Return a difference as the documents show it: sign, thousands, mark, and the interval where asked for."""
    numbers = [signed(text) for text in (result.value, result.low, result.high) if text]
    with_ends = interval and len(numbers) == 3 and result.column in ("welfare", "output")
    ends = f" [{numbers[1]},\u00a0{numbers[2]}]" if with_ends else ""
    return f"{numbers[0]}{result.mark}{ends}"


def signed(text: str) -> str:
    """Return a number with its sign and with thousands set apart: "+3,087"."""
    decimals = len(text.partition(".")[2])
    return f"{float(text):+,.{decimals}f}"


PARTS: dict[str, Callable[[], Iterable[str]]] = {
    "instruments": instruments,
    "presets": presets,
    "mechanisms": mechanisms,
    "parameters": parameters,
    "traits": traits,
    "indicators": indicators,
    "claims_table": claims_table,
    "claims": claims,
    "facts": facts,
    "policy_facts": policy_facts,
    "compared": compared,
    "timed": timed,
    "varied": varied,
    "patched": patched,
    "starts": starts,
    "over_sets": over_sets,
    "china_sets": china_sets,
    "pinned": pinned,
    "exploration": exploration,
    "dose": dose,
    "resolution": resolutions,
    "factors": factors,
    "boundaries": boundaries,
}
