"""The question for the best mix of instruments: options, the space of mixes, text, JSON and figure."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.inquiries.inquiry import Answer, Inquiry, Needs, Option, Picture, Request

if TYPE_CHECKING:
    import pandas as pd

    from experiments.optimisation.optimum import Optimum
    from experiments.optimisation.search import Candidate, Optimisation
    from experiments.study.study import Study
    from model.parameters import Parameters
    from model.policy.policy import Policy

MIXES, QUICK_MIXES = 80, 24


def optimise(
    policies: Iterable["Policy | str"] = ("rebate", "rd_credit", "grants", "vouchers", "procurement"),
    parameters: "Parameters | Mapping[str, Any] | None" = None,
    seeds: int | Iterable[int] = 50,
    of: str = "welfare",
    instruments: Iterable[str] | None = None,
    calendar: bool = False,
    trials: int = MIXES,
    fresh: int | None = None,
    reference: str = "rebate",
    out: Path | str | None = None,
    jobs: int | None = None,
    engine: str = "threads",
    scheduler: str | None = None,
) -> "pd.DataFrame":
    """Search for the best mix of instruments with the money of the reference, and judge it on fresh seeds.

    `of` is one indicator, or two as "welfare,hhi". Returns a row per mix that was chosen, the first one first, then a
    row per policy given: `policy, mix, equal_money, seeds`, and each objective's difference to the reference with its
    interval, as `welfare, welfare_low, welfare_high`. Raises BadInput for what cannot be optimised.
    """
    from experiments.optimisation.optimum import optimise_study
    from experiments.running.engines import Execution
    from experiments.study.study import Study, find_seeds, with_reference
    from model.parameters import find_parameters
    from model.policy.presets import find_policies

    study = Study(
        name="optimise",
        parameters=find_parameters(parameters),
        policies=find_policies(policies),
        seeds=find_seeds(seeds),
        reference=reference,
    )
    named = None if instruments is None else ",".join(instruments)
    options = {"of": of, "instruments": named, "calendar": calendar, "trials": trials, "fresh": fresh}
    declared = declared_search(with_reference(study), options, quick=False)
    return _table(optimise_study(declared, out, Execution(jobs, engine, scheduler=scheduler)))


def prepared_reference(study: "Study", options: Mapping[str, Any], place: str) -> "Study":
    """Return the study with its reference among its policies. Raises BadInput for what cannot be optimised."""
    from experiments.study.study import refuse_uncertain, with_reference

    refuse_uncertain(study, place)
    declared = with_reference(study)
    declared_search(declared, options, quick=False)
    return declared


def declared_search(study: "Study", options: Mapping[str, Any], quick: bool) -> "Optimisation":
    """Return the search that options ask for. Raises BadInput with the option as its place."""
    from experiments.optimisation.mixes import MixSpace
    from experiments.optimisation.search import Optimisation
    from experiments.study.study import seeds_from
    from model.declaration.errors import BadInput

    base = next(policy for policy in study.policies if policy.name == study.reference)
    quarters = min(base.end, study.parameters.horizon) - base.start
    if not base.mix or base.budget == 0.0 or quarters < 1:
        allowed = "the reference must raise the money that all mixes spend, as rebate does"
        raise BadInput(allowed, "reference", study.reference)
    if options["calendar"] and (base.calendar or base.phase_out or base.later_mix):
        raise BadInput("the reference has a calendar of its own, leave the option out", place="--calendar")
    counts = {"trials": QUICK_MIXES if quick else MIXES, "fresh": len(study.seeds)}
    for name in counts:
        counts[name] = counts[name] if options[name] is None else options[name]
        if not 1 <= counts[name] <= 100_000:
            raise BadInput("must be a whole number from 1 to 100000", place=f"--{name} {counts[name]}")
    try:
        seeds_from(counts["fresh"], max(study.seeds) + 1)
    except BadInput as error:
        raise error.at(f"--fresh {counts['fresh']}") from None
    space = MixSpace(base, _instruments(study, options["instruments"]), quarters, bool(options["calendar"]))
    return Optimisation(study, space, _objectives(study, options["of"]), **counts)


def _objectives(study: "Study", of: str | None) -> tuple[str, ...]:
    """Return one indicator or two that have a better direction and always a value."""
    from experiments.analysis.table import HEADLINE
    from experiments.study.study import check_outcomes
    from model.declaration.errors import BadInput
    from model.indicators.summary import declaration

    text = (study.outcomes or HEADLINE)[0] if of is None else of
    place, names = f"--of {text}", [name.strip() for name in text.split(",")]
    try:
        found = check_outcomes(names)
    except BadInput as error:
        raise error.at(place) from None
    if len(found) > 2:
        raise BadInput("must be one indicator or two, as welfare,hhi", place=place)
    for name in found:
        if not declaration(name).better or declaration(name).kind == "time":
            raise BadInput("must say which way is better, and be no time, as welfare or hhi", name, place=place)
    return found


def _instruments(study: "Study", given: str | None) -> tuple[str, ...]:
    """Return the instruments that a mix may hold: those named, or all that the study's policies spend money on."""
    from model.declaration.errors import BadInput, unknown
    from model.policy.catalogue import INSTRUMENTS

    if given is None:
        used = {name for policy in study.policies for name, _ in (*policy.mix, *policy.later_mix)}
        names = [name for name in INSTRUMENTS if name in used]
    else:
        names = [name.strip() for name in given.split(",")]
        for name in names:
            if name not in INSTRUMENTS:
                raise unknown("instrument", name, INSTRUMENTS).at(f"--instruments {given}")
    if len(set(names)) < max(2, len(names)):
        raise BadInput("must be two instruments or more, each once, as vouchers,grants", place="--instruments")
    return tuple(names)


def _answer(request: Request) -> Answer:
    from experiments.optimisation.optimum import optimise_study

    declared = declared_search(request.study, request.options, request.quick)
    found = optimise_study(declared, request.folder, request.execution)
    return Answer(
        lines=tuple(_lines(found)),
        content=_content(found),
        tables={"policies": _table(found)},
        pictures=tuple(_pictures(found)),
        runs=found.all_runs,
    )


def _lines(found: "Optimum") -> Iterator[str]:
    from experiments.analysis.sentences import over_ensemble
    from experiments.optimisation.words import mix_lines, optimum_sentences, policy_lines
    from experiments.plain_text import wrapped

    for sentence in optimum_sentences(found):
        yield from wrapped(sentence)
    yield ""
    yield from policy_lines(found)
    yield ""
    yield from mix_lines(found)
    for sentence in over_ensemble(found.declared.study):
        yield from wrapped(sentence)


def _content(found: "Optimum") -> dict[str, Any]:
    from experiments.optimisation.words import optimum_sentences

    return {
        "answer": list(optimum_sentences(found)),
        "objectives": list(found.declared.objectives),
        "instruments": list(found.declared.space.instruments),
        "trials": len(found.tried),
        "given_up": sum(one.given_up for one in found.tried),
        "unequal_money": sum(not one.equal for one in found.tried),
        "runs": len(found.all_runs),
        "failed": int((found.all_runs["status"] == "failed").sum()),
        "seeds": list(found.declared.study.seeds),
        "fresh_seeds": list(found.declared.fresh_seeds),
        "rival": found.rival or None,
        "ahead": found.ahead._asdict(),
        "table": [_row(found, one) for one in (*found.final, *found.presets)],
        "tried": [_row(found, one) for one in found.tried],
    }


def _row(found: "Optimum", one: "Candidate") -> dict[str, Any]:
    """Return a policy with its differences to the reference as plain data."""
    policy = one.policy
    row: dict[str, Any] = {"policy": policy.name, "mix": dict(policy.mix), "equal_money": one.equal, "seeds": one.seeds}
    if policy.later_mix:
        row |= {"later_mix": dict(policy.later_mix), "later_from": policy.later_from}
    if policy.calendar:
        row["calendar"] = list(policy.calendar)
    for name, gap in zip(found.declared.objectives, one.gaps, strict=True):
        row |= {name: gap.mean, f"{name}_low": gap.low, f"{name}_high": gap.high}
    return row | {"given_up": one.given_up}


def _table(found: "Optimum") -> "pd.DataFrame":
    import pandas as pd

    return pd.DataFrame([_row(found, one) for one in (*found.final, *found.presets)])


def _pictures(found: "Optimum") -> Iterator[Picture]:
    """Yield the shares of the final mixes as a heat of instruments by policy."""
    import pandas as pd

    if not found.final:
        return
    shown = (*found.final, *found.presets)
    shares = {one.policy.name: dict(one.policy.mix) for one in shown}
    rows = {
        instrument: [mix.get(instrument, 0.0) for mix in shares.values()]
        for instrument in found.declared.space.instruments
    }
    heat = pd.DataFrame.from_dict(rows, orient="index", columns=list(shares)).rename_axis("instrument").reset_index()
    words = "shares of instruments in the mixes that were found, and in the study's own policies"
    yield Picture("mixes", "heat", heat, words, {"value": "share of the budget"})


OPTIMISE = Inquiry(
    name="optimise",
    question="Which mix of instruments is best for one objective, or for two, with the same money?",
    needs=Needs.STUDY,
    answer=_answer,
    options=(
        Option("of", "One indicator or two, as welfare,hhi (the study's first outcome).", "OUTCOME[,OUTCOME]"),
        Option("instruments", "Instruments of a mix (all that the study's policies use).", "A,B,..."),
        Option("calendar", "Search too when the mix changes, and how much is spent early.", kind=bool, default=False),
        Option("trials", f"Mixes that are tried ({MIXES}).", "N", int),
        Option("fresh", "Fresh seeds on which the best are judged (as many as the study has).", "N", int),
    ),
    prepare=prepared_reference,
)
