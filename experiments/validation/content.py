"""Plain data read into the parts of a calibration, with errors that carry a key as `targets.hhi.low`."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from experiments.evidence.policy_facts import POLICY_FACTS
from experiments.study.content import as_mapping, read_parameters
from experiments.validation.fact import PANELS, Fact
from experiments.validation.facts import FACTS
from experiments.validation.target import METHODS, MOST_TRIALS, POLICY_ONLY, SCALES, Search, Searched, Target
from model.declaration.errors import BadInput, inside, unknown
from model.declaration.numbers import python_number, valid_seed, whole_number
from model.declaration.settings import bounds
from model.parameters import Parameters


def check_trials(trials: object) -> int:
    """Return a number of trials. Raises BadInput."""
    return whole_number("trials", trials, 1, MOST_TRIALS)


def targets_from(given: Any) -> dict[str, Target]:
    """Return targets by fact: those given, or every fact without policy that is declared."""
    if given is None:
        return {name: Target(fact, fact.low, fact.high) for name, fact in FACTS.items()}
    with inside("targets"):
        entries = as_mapping("", given)
        if not entries:
            raise BadInput("must name at least one fact, as hhi: {low: 0.05, high: 0.3}")
        return {name: _target(name, entry) for name, entry in entries.items()}


def _target(name: str, entry: Any) -> Target:
    with inside(name):
        fact = _find_fact(name)
        given = as_mapping("", entry)
        refuse_unknown(given, ("low", "high", "weight"))
        numbers = {"low": fact.low, "high": fact.high, "weight": 1.0}
        numbers |= {key: _number(key, value) for key, value in given.items()}
        if numbers["low"] > numbers["high"]:
            key = "low" if "low" in given else "high"
            raise BadInput(f"low must be at most high = {numbers['high']:g}", key, numbers[key])
        if numbers["weight"] <= 0.0:
            raise BadInput("must be above 0", "weight", numbers["weight"])
        return Target(fact, **numbers)


def _find_fact(name: str) -> Fact:
    if name in POLICY_FACTS:
        raise BadInput("needs a policy, targets are facts of the economy without policy", problem=f"fact '{name}'")
    if name not in FACTS:
        raise unknown("fact", name, FACTS)
    return FACTS[name]


def searched_from(given: Any, fixed: Any) -> tuple[Searched, ...]:
    with inside("parameters"):
        entries = as_mapping("", given)
        if not entries:
            raise BadInput("must name at least one parameter to search, as payback: {low: 2, high: 8}")
        for name in entries:
            if isinstance(fixed, Mapping) and name in fixed:
                raise BadInput("is fixed too, give it in one place", name)
        return tuple(_one_searched(name, entry) for name, entry in entries.items())


def _one_searched(name: str, entry: Any) -> Searched:
    check_acts(name)
    least, most = bounds(Parameters.model_fields[name])
    with inside(name):
        if least is None or most is None:
            raise BadInput("is no number, only numbers can be searched")
        given = as_mapping("", entry)
        refuse_unknown(given, ("low", "high", "scale"))
        ends = {}
        for key in ("low", "high"):
            if key not in given:
                raise BadInput(f"needs low and high within {least:g} to {most:g}", problem=f"no {key}")
            ends[key] = _number(key, given[key])
            if not least <= ends[key] <= most:
                raise BadInput(f"must lie within {least:g} to {most:g}", key, ends[key])
        scale = given.get("scale", SCALES[0])
        if scale not in SCALES:
            raise BadInput(f"must be one of: {', '.join(SCALES)}", "scale", scale)
        found = Searched(name, ends["low"], ends["high"], scale)
        if not found.low < found.high:
            raise BadInput(f"must be below high = {found.high:g}", "low", found.low)
        if found.scale == "log" and found.low <= 0.0:
            raise BadInput("must be above 0 on a log scale", "low", found.low)
        if found.whole:
            low, high = (whole_number(key, end, math.ceil(least)) for key, end in ends.items())
            return found._replace(low=low, high=high)
        return found._replace(low=float(found.low), high=float(found.high))


def fixed_from(given: Any, folder: Path) -> Parameters:
    with inside("fixed"):
        check_fixed(as_mapping("", given))
    return read_parameters(given, folder, "fixed")


def check_fixed(names: Iterable[str], searched: Iterable[str] = ()) -> None:
    """Raise BadInput for a fixed parameter that acts only under policy, or is searched."""
    for name in names:
        check_acts(name)
        if name in searched:
            raise BadInput("is searched, so that it cannot be set", name)


def check_acts(name: str) -> None:
    """Raise BadInput for an unknown parameter, and for one that acts only under policy."""
    if name not in Parameters.model_fields:
        raise unknown("parameter", name, Parameters.model_fields, Parameters.symbols()).within(name)
    if name in POLICY_ONLY:
        raise BadInput("acts only under policy, which facts without policy cannot judge", name)


def search_from(given: Any, searched: int) -> Search:
    with inside("search"):
        entries = as_mapping("", given)
        refuse_unknown(entries, Search._fields)
        found = Search(**entries)
        if found.method not in METHODS:
            raise unknown("method", found.method, METHODS).within("method")
        if found.method == "cmaes" and searched < 2:
            raise BadInput("needs two parameters or more, for one use tpe", "method", found.method)
        share = _number("share", found.share)
        if not 0.0 < share <= 1.0:
            raise BadInput("must be above 0 and at most 1", "share", share)
        wave = whole_number("wave", found.wave, 2, MOST_TRIALS)
        return Search(found.method, check_trials(found.trials), valid_seed(found.seed), share, wave)


def late_from(given: Any, targets: Mapping[str, Target]) -> tuple[str, ...]:
    """Return the facts that are measured late: those given, or the slowest, of panels and other settings."""
    if given is None:
        late = tuple(name for name, one in targets.items() if one.fact.need in PANELS or one.fact.settings != ("",))
        return late if len(late) < len(targets) else ()
    late = some_targets("stages", given, targets)
    if len(late) == len(targets):
        raise BadInput("must leave at least one target for the first stage", "stages", given)
    return late


def some_targets(key: str, given: Any, targets: Mapping[str, Target]) -> tuple[str, ...]:
    """Return the targets that a list names, each once."""
    if not isinstance(given, list | tuple):
        raise BadInput("must be a list of facts, as [growth_kurtosis]", key, given)
    for number, name in enumerate(given):
        if name not in targets:
            raise unknown("target", name, targets).within(f"{key}[{number}]")
    return tuple(dict.fromkeys(given))


def _number(key: str, value: Any) -> float:
    with inside(key):
        number = python_number(value)
    if not isinstance(number, int | float) or not math.isfinite(number):
        raise BadInput("must be a number", key, value)
    return number


def refuse_unknown(given: Mapping[str, Any], keys: Iterable[str]) -> None:
    for key in given:
        if key not in keys:
            raise unknown("key", key, keys).within(key)
