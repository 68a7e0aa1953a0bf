"""A calibration as declared: targets, parameters searched and fixed, seeds, search, and facts that are measured late.

It validates itself, and an error carries a key as `targets.hhi.low` or `parameters.payback`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

from experiments.evidence.policy_facts import POLICY_FACTS
from experiments.study.content import as_mapping, read_parameters
from experiments.study.digests import digest
from experiments.study.policy_file import read_mapping
from experiments.study.study import check_name, seeds_from
from experiments.validation.fact import PANELS, Fact
from experiments.validation.facts import FACTS
from experiments.validation.validate import rule_version
from model.declaration.errors import BadInput, inside, unknown
from model.declaration.numbers import python_number, valid_seed, whole_number
from model.declaration.settings import bounds
from model.parameters import EFFICACIES, Parameters

POLICY_ONLY = (
    "displacement", "incidence", "subsidy_belief", "funds_cost", "infrastructure_decay", "science_decay", "talent_lag",
    "talent_decay", *EFFICACIES,
)  # fmt: skip
"""Parameters that act only under policy: no fact of the economy without policy depends on them."""

METHODS = ("cmaes", "tpe")
SCALES = ("linear", "log")
MOST_TRIALS = 1_000_000
DEFAULT_TRIALS = 300
DEFAULT_COUNT = 20
"""Seeds of a trial where the file gives no number."""

WORST = 10.0
"""The largest miss of a target, in widths of its range. A fact without a value, or not measured, costs this."""

NEAR = 0.02
"""Part of a searched range at either end of which a value counts as on its bound."""

FACT = "fact."
"""Before a fact's name as a column, since a parameter may have the same name."""

_KEYS = ("name", "targets", "parameters", "fixed", "seeds", "seed", "search", "stages", "allowed_misses", "most_missed")


class Target(NamedTuple):
    """A fact, the range that its value should lie in, and its weight."""

    fact: Fact
    low: float
    high: float
    weight: float = 1.0

    def miss(self, value: float) -> float:
        """Return how far a value lies outside the range, in widths of the range, at most `WORST`.

        A range of one number is as wide as that number, or 1 where it is 0.
        """
        if math.isnan(value):
            return WORST
        width = self.high - self.low or abs(self.high) or 1.0
        return min(max(self.low - value, value - self.high, 0.0) / width, WORST)

    def met(self, value: float) -> bool:
        """Return whether a value lies in the range."""
        return self.low <= value <= self.high

    def touched(self, low: float, high: float) -> bool:
        """Return whether an interval from `low` to `high` touches the range."""
        return self.low <= high and low <= self.high


class Searched(NamedTuple):
    """A parameter that is searched, within a range on a linear or logarithmic scale."""

    name: str
    low: float
    high: float
    scale: str = SCALES[0]

    @property
    def whole(self) -> bool:
        """True where its values are whole numbers."""
        return Parameters.model_fields[self.name].annotation is int

    def near_bound(self, value: float) -> bool:
        """Return whether a value lies within `NEAR` of an end of the range, on its scale."""
        share = self.share(value)
        return share <= NEAR or share >= 1.0 - NEAR

    def share(self, value: float) -> float:
        """Return how far up in the range a value lies, on its scale: 0 at the low end, 1 at the high one."""
        low, high, here = (math.log(x) if self.scale == "log" else x for x in (self.low, self.high, value))
        return (here - low) / (high - low)

    def value(self, share: float) -> float:
        """Return the value at a share of the range, on its scale, rounded where values are whole."""
        if self.scale == "log":
            value = self.low * (self.high / self.low) ** share
        else:
            value = self.low + share * (self.high - self.low)
        return min(max(round(value) if self.whole else value, self.low), self.high)


class Search(NamedTuple):
    """A way to search: the method, the number of trials, its seed, and the share of trials whose late facts count.

    `wave` is the number of trials of a wave, where an ensemble is looked for.
    """

    method: str = METHODS[0]
    trials: int = DEFAULT_TRIALS
    seed: int = 0
    share: float = 0.25
    wave: int = 64


@dataclass(frozen=True)
class Calibration:
    """Targets to be met without policy, and the parameters that are searched for it.

    `late` names the facts that are measured only in trials that are among the best on the others. `allowed_misses` are
    the targets that a parameter set of an ensemble need not meet, and `most_missed` is how many of the others it may
    miss.
    """

    targets: Mapping[str, Target]
    searched: tuple[Searched, ...]
    fixed: Parameters = field(default_factory=Parameters)
    seeds: tuple[int, ...] = tuple(range(DEFAULT_COUNT))
    search: Search = field(default_factory=Search)
    late: tuple[str, ...] = ()
    name: str = "calibrate"
    allowed_misses: tuple[str, ...] = ()
    most_missed: int = 0

    @classmethod
    def from_content(cls, content: Mapping[str, Any], folder: Path = Path()) -> Self:
        """Return the calibration that plain data declare. Files that it names lie in `folder`. Raises BadInput."""
        _refuse_unknown(content, _KEYS)
        targets = _targets(content.get("targets"))
        fixed = _fixed(content.get("fixed"), folder)
        searched = _searched(content.get("parameters"), content.get("fixed"))
        search = _search(content.get("search"), len(searched))
        seeds = seeds_from(content.get("seeds", DEFAULT_COUNT), content.get("seed", 0))
        late = _late(content.get("stages"), targets)
        allowed = _some_targets("allowed_misses", content.get("allowed_misses", ()), targets)
        if len(allowed) == len(targets):
            raise BadInput("must leave at least one target to be met", "allowed_misses", content["allowed_misses"])
        most = whole_number("most_missed", content.get("most_missed", 0), 0, len(targets) - len(allowed) - 1)
        name = check_name(content.get("name", "calibrate"))
        made = cls(targets, searched, fixed, seeds, search, late, name, allowed, most)
        with inside("parameters"):
            made.parameters(made.start)  # the first trial must be an economy
        return made

    @property
    def start(self) -> dict[str, float]:
        """The first trial: each parameter's default, or the end of its range that is nearest to it."""
        defaults = {one.name: getattr(self.fixed, one.name) for one in self.searched}
        return {one.name: min(max(defaults[one.name], one.low), one.high) for one in self.searched}

    @property
    def early(self) -> list[str]:
        """The facts that are measured in every trial."""
        return [name for name in self.targets if name not in self.late]

    @property
    def required(self) -> dict[str, Target]:
        """The targets that a parameter set of an ensemble must meet."""
        return {name: one for name, one in self.targets.items() if name not in self.allowed_misses}

    def missed(self, ends: Mapping[str, tuple[float, float]]) -> list[str]:
        """Return the required targets that were measured and are missed: those that no interval of `ends` touches."""
        return [name for name, one in self.required.items() if name in ends and not one.touched(*ends[name])]

    def may_be_accepted(self, ends: Mapping[str, tuple[float, float]]) -> bool:
        """Return whether what was measured so far misses at most `most_missed` of the required targets."""
        return len(self.missed(ends)) <= self.most_missed

    def parameters(self, values: Mapping[str, float]) -> Parameters:
        """Return the parameters of a trial. Raises BadInput where they do not fit each other."""
        return self.fixed.replace(**values)

    def distance(self, values: Mapping[str, float]) -> float:
        """Return how far facts lie from their targets: the square root of the mean of weight * miss^2 over targets.

        The miss of a target is 0 inside its range, and 1 where the value lies a width of the range outside it. It is
        `WORST` at most, and for a fact that has no value.
        """
        misses = [one.weight * one.miss(values.get(name, math.nan)) ** 2 for name, one in self.targets.items()]
        return math.sqrt(sum(misses) / len(misses))

    def content(self) -> dict[str, Any]:
        """Return the calibration as plain data that JSON can hold, without the number of trials."""
        return {
            "targets": {name: [one.low, one.high, one.weight] for name, one in self.targets.items()},
            "parameters": [list(one) for one in self.searched],
            "fixed": self.fixed.content(),
            "seeds": list(self.seeds),
            "search": [self.search.method, self.search.seed, self.search.share],
            "stages": list(self.late),
            "allowed_misses": list(self.allowed_misses),
            "most_missed": self.most_missed,
        }

    def identity(self, model: str) -> str:
        """Return the hash of all that trials depend on, with the sources of the model and of the facts.

        The number of trials is left out: more trials are the same calibration carried further.
        """
        return digest({**self.content(), "model": model, "rule": rule_version()})


def shipped_calibrations() -> dict[str, Path]:
    """Return the calibrations that come with the laboratory, by name."""
    return {path.stem: path for path in sorted((Path(__file__).parent / "shipped").glob("*.yaml"))}


def read_calibration(path: Path) -> Calibration:
    """Return the calibration of a YAML file, or a shipped one by its name. Raises BadInput with file and line."""
    if not path.exists():
        shipped = shipped_calibrations()
        if str(path) not in shipped and not path.suffix:
            raise unknown("file or calibration", path, shipped)
        path = shipped.get(str(path), path)
    text = read_mapping(path)
    try:
        return Calibration.from_content({"name": path.stem, **text.content}, path.parent)
    except BadInput as error:
        error.at(path, text.line_of(error.key))
        raise


def with_fixed(calibration: Calibration, settings: Mapping[str, Any]) -> Calibration:
    """Return the calibration with more parameters fixed. Raises BadInput for one that it searches or cannot use."""
    _check_fixed(settings, [one.name for one in calibration.searched])
    return replace(calibration, fixed=calibration.fixed.replace(**settings))


def check_trials(trials: object) -> int:
    """Return a number of trials. Raises BadInput."""
    return whole_number("trials", trials, 1, MOST_TRIALS)


def _targets(given: Any) -> dict[str, Target]:
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
        _refuse_unknown(given, ("low", "high", "weight"))
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


def _searched(given: Any, fixed: Any) -> tuple[Searched, ...]:
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
        _refuse_unknown(given, ("low", "high", "scale"))
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


def _fixed(given: Any, folder: Path) -> Parameters:
    with inside("fixed"):
        _check_fixed(as_mapping("", given))
    return read_parameters(given, folder, "fixed")


def _check_fixed(names: Iterable[str], searched: Iterable[str] = ()) -> None:
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


def _search(given: Any, searched: int) -> Search:
    with inside("search"):
        entries = as_mapping("", given)
        _refuse_unknown(entries, Search._fields)
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


def _late(given: Any, targets: Mapping[str, Target]) -> tuple[str, ...]:
    """Return the facts that are measured late: those given, or the slowest, of panels and other settings."""
    if given is None:
        late = tuple(name for name, one in targets.items() if one.fact.need in PANELS or one.fact.settings != ("",))
        return late if len(late) < len(targets) else ()
    late = _some_targets("stages", given, targets)
    if len(late) == len(targets):
        raise BadInput("must leave at least one target for the first stage", "stages", given)
    return late


def _some_targets(key: str, given: Any, targets: Mapping[str, Target]) -> tuple[str, ...]:
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


def _refuse_unknown(given: Mapping[str, Any], keys: Iterable[str]) -> None:
    for key in given:
        if key not in keys:
            raise unknown("key", key, keys).within(key)
