"""A study: declared data that says what is run. Files, options and Python calls all become one of these."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from experiments.study.content import as_mapping, read_content
from experiments.study.design import check_design
from experiments.study.digests import digest
from experiments.study.ensemble import Ensemble
from experiments.study.factors import check_factor
from experiments.study.policy_file import check_policy_name
from model.declaration.errors import BadInput, inside, unknown
from model.declaration.numbers import valid_seed, whole_number
from model.parameters import Parameters
from model.policy.policy import Policy, check_fits
from model.policy.presets import find_policy, policies

DEFAULT_POLICIES = (
    "rebate", "selective", "rd_credit", "procurement", "application", "demonstration", "community", "feng",
    "new_national_system", "sequenced",
)  # fmt: skip
TIMINGS = ("own", "yoked")
DEFAULT_SEEDS = 100
SEEDS_PER_SET = 15
"""Seeds at each parameter set of an ensemble, unless their number is given: enough for Holm's test over the table."""
DEFAULT_REFERENCE = "rebate"
MOST_SEEDS = 1_000_000


@dataclass(frozen=True)
class Study:
    """A question: policies and seeds at given parameters, and the indicators of interest.

    `uncertain` holds the ranges of factors that nature draws (for `sweep`), `design` how they are drawn,
    `outcomes` the summary indicators of interest (empty: the headline indicators). `match` reruns all arms of a seed
    at the amount that every arm can place. `timing` "yoked" gives them the calendar of the slowest (for `compare`).
    With an `ensemble`, every point is run at each of its parameter sets.
    A study validates itself. It raises BadInput with a key as `policies[2].champions` or `uncertain.policy.foresight`.
    """

    name: str = "compare"
    parameters: Parameters = field(default_factory=Parameters)
    policies: tuple[Policy, ...] = ()
    seeds: tuple[int, ...] = tuple(range(DEFAULT_SEEDS))
    reference: str = DEFAULT_REFERENCE
    uncertain: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    design: Mapping[str, Any] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    match: bool = False
    timing: str = TIMINGS[0]
    ensemble: Ensemble | None = None

    def __post_init__(self) -> None:
        check_name(self.name)
        for number, policy in enumerate(self.policies):
            with inside(f"policies[{number}]"):
                check_policy_name(policy)
                check_fits(policy, self.parameters.slots)
        _refuse_repeats("policies", [policy.name for policy in self.policies])
        if all(policy.name != self.reference for policy in self.policies):
            find_reference(self.reference, self.policies)
        uncertain, design = as_mapping("uncertain", self.uncertain), as_mapping("design", self.design)
        with inside("uncertain"):
            uncertain = {name: check_factor(name, factor) for name, factor in uncertain.items()}
        with inside("design"):
            design = check_design(design, tuple(uncertain)) if design else {}
        if not isinstance(self.match, bool | np.bool_):
            raise BadInput("must be true or false", "match", self.match)
        if self.timing not in TIMINGS:
            raise BadInput(f"must be one of: {', '.join(TIMINGS)}", "timing", self.timing)
        checked = {
            "seeds": find_seeds(self.seeds),
            "uncertain": uncertain,
            "design": design,
            "outcomes": check_outcomes(self.outcomes),
            "match": bool(self.match),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)  # frozen from here on

    def content(self) -> dict[str, Any]:
        """Return the study as plain data that JSON and YAML can hold."""
        return {
            "name": self.name,
            "parameters": self.parameters.model_dump(mode="json"),
            "policies": [policy.model_dump(mode="json") for policy in self.policies],
            "seeds": list(self.seeds),
            "reference": self.reference,
            "uncertain": {name: dict(factor) for name, factor in self.uncertain.items()},
            "design": dict(self.design),
            "outcomes": list(self.outcomes),
            "match": self.match,
            "timing": self.timing,
            "ensemble": None if self.ensemble is None else self.ensemble.content(),
        }

    @property
    def sets(self) -> int:
        """The number of parameter sets at which each point is run."""
        return 1 if self.ensemble is None else len(self.ensemble.members)

    @classmethod
    def from_content(cls, content: Mapping[str, Any], folder: Path = Path()) -> Self:
        """Return the study that plain data declare, as `content` gives them and files hold them.

        Files that it names lie in `folder`. Raises BadInput where today's declarations do not allow it.
        """
        keys = [entry.name for entry in fields(cls)]
        for key in content:
            if key not in keys:
                raise unknown("key", key, keys).within(key)
        return cls(**read_content(content, folder))

    def identity(self, model: str) -> str:
        """Return the hash of the question and of the model's sources. A results folder holds one identity.

        Seeds and outcomes are left out: more seeds, or another table, is the same study carried further. So are more
        sets of one ensemble, and more runs of an adaptive design.
        """
        content = {key: value for key, value in self.content().items() if key not in ("seeds", "outcomes", "ensemble")}
        content["design"] = {key: value for key, value in self.design.items() if key != "runs"}
        origin = {} if self.ensemble is None else {"ensemble": self.ensemble.origin}
        return digest({**content, **origin, "parameters": self.parameters.content(), "model": model})


def with_reference(study: Study) -> Study:
    """Return the study with its reference arm among the policies: put first when it is not there yet."""
    if any(policy.name == study.reference for policy in study.policies):
        return study
    return replace(study, policies=(find_reference(study.reference, study.policies), *study.policies))


def find_reference(name: str, arms: Iterable[Policy]) -> Policy:
    """Return the preset to compare with. Raises BadInput with the nearest name among presets and arms."""
    if isinstance(name, str) and name in policies:
        return find_policy(name)
    raise unknown("reference", name, dict.fromkeys([*(policy.name for policy in arms), *policies])).within("reference")


def refuse_reruns(study: Study, place: str) -> None:
    """Raise BadInput for a sweep that is to match or yoke its arms, which is done within a comparison."""
    for key, value, plain in (("match", study.match, False), ("timing", study.timing, TIMINGS[0])):
        if value != plain:
            raise BadInput("match and timing are for compare, a sweep runs policies as they are", key, value, place)


def refuse_uncertain(study: Study, place: str) -> None:
    """Raise BadInput for a study over ranges where it is to be run at one point of the parameters."""
    points = study.design.get("points", [])
    if study.uncertain or points:
        names = ", ".join(study.uncertain or points[0])
        allowed = f"give each factor a value ({names}), or vary them with: nqpf sweep"
        raise BadInput(allowed, "uncertain", place=place)


def seeds_from(count: int, first: int = 0) -> tuple[int, ...]:
    """Return `count` seeds from `first` on."""
    number, start = whole_number("seeds", count, 1, MOST_SEEDS), valid_seed(first)
    valid_seed(start + number - 1)
    return tuple(range(start, start + number))


def default_seeds(over_sets: bool) -> tuple[int, ...]:
    """Return the seeds of a study that names none: fewer where each parameter set of an ensemble gets them."""
    return seeds_from(SEEDS_PER_SET if over_sets else DEFAULT_SEEDS)


def find_seeds(given: int | Iterable[int]) -> tuple[int, ...]:
    """Return so many seeds from 0 on, or those of a list. Raises BadInput for anything else."""
    if isinstance(given, str | bool | np.bool_ | Mapping) or given is None:
        raise BadInput("must be a number of seeds, or a list of them", "seeds", given)
    return check_seeds(given) if isinstance(given, Iterable) else seeds_from(given)


def check_seeds(seeds: Iterable[int]) -> tuple[int, ...]:
    """Return seeds as a tuple. Raises BadInput when there are none, one repeats or one is out of range."""
    chosen = tuple(valid_seed(seed, f"seeds[{number}]") for number, seed in enumerate(seeds))
    if not chosen:
        raise BadInput("must hold at least one seed", "seeds", [])
    _refuse_repeats("seeds", chosen)
    return chosen


def check_name(name: object) -> str:
    """Return a study's name, which becomes part of a folder's name. Raises BadInput for any other."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise BadInput("must be 1 to 64 letters, digits, '.', '_' or '-', not starting with a mark", "name", name)
    return name


def check_outcomes(names: Iterable[object]) -> tuple[str, ...]:
    """Return summary indicators by name. Raises BadInput with the nearest name for one that does not exist."""
    if isinstance(names, str | Mapping) or not isinstance(names, Iterable):
        raise BadInput("must be a list of indicators, as [welfare, hhi]", "outcomes", names)
    chosen = tuple(names)
    if not chosen:
        return ()
    from model.indicators.summary import SUMMARY_NAMES

    for number, name in enumerate(chosen):
        if name not in SUMMARY_NAMES:
            raise unknown("indicator", name, SUMMARY_NAMES).within(f"outcomes[{number}]")
    _refuse_repeats("outcomes", chosen)
    return tuple(str(name) for name in chosen)


def _refuse_repeats(key: str, values: Iterable[Any]) -> None:
    seen = set()
    for number, value in enumerate(values):
        if value in seen:
            raise BadInput("is given twice", f"{key}[{number}]", value)
        seen.add(value)
