"""A study: declared data that says what is run. Files, options and Python calls all become one of these."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from numbers import Integral
from typing import Any, Self

from model.declaration.errors import BadInput, unknown
from model.parameters import Parameters
from model.policy.policy import Policy, check_fits
from model.policy.presets import find_policy, policies

DEFAULT_POLICIES = (
    "rebate", "selective", "rd_credit", "procurement", "application", "community", "feng", "new_national_system",
    "sequenced",
)  # fmt: skip
TIMINGS = ("own", "yoked")
DEFAULT_SEEDS = 100
DEFAULT_REFERENCE = "rebate"
MOST_SEEDS = 1_000_000
LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Study:
    """What is run: policies and seeds at given parameters, and what is asked of them.

    `uncertain` holds the ranges of factors that nature draws (for `sweep`), `design` how they are drawn,
    `outcomes` the summary indicators of interest (empty: the headline indicators). `match` reruns all arms of a seed
    at the amount that every arm can place; `timing` "yoked" gives them the calendar of the slowest (for `compare`).
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

    def __post_init__(self) -> None:
        check_name(self.name)
        _refuse_repeats("policies", [policy.name for policy in self.policies])
        for policy in self.policies:
            check_policy_name(policy)
            check_fits(policy, self.parameters.slots)
        check_outcomes(self.outcomes)
        for name, given in (("uncertain", self.uncertain), ("design", self.design)):
            if not isinstance(given, Mapping):
                raise BadInput(f"{name} = {given!r}: must be settings by name")
        check_timing(self.timing)

    def content(self) -> dict[str, Any]:
        """The study as plain data that JSON and YAML can hold."""
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
        }

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Self:
        """The study that `content` says; raises BadInput where today's declarations do not allow it."""
        given = dict(content)
        given["parameters"] = Parameters(**given["parameters"])
        given["policies"] = tuple(Policy(**policy) for policy in given["policies"])
        given |= {name: tuple(given[name]) for name in ("seeds", "outcomes")}
        return cls(**given)

    def identity(self, model: str) -> str:
        """Hash of what is asked and of the model's sources: a results folder holds one identity.

        Seeds and outcomes are left out: more seeds, or another table, is the same study carried further.
        """
        content = {key: value for key, value in self.content().items() if key not in ("seeds", "outcomes")}
        return digest({**content, "parameters": self.parameters.content(), "model": model})


def with_reference(study: Study) -> Study:
    """The study with its reference arm among the policies: put first when it is not there yet."""
    if any(policy.name == study.reference for policy in study.policies):
        return study
    return replace(study, policies=(find_reference(study.reference, study.policies), *study.policies))


def find_reference(name: str, arms: Iterable[Policy]) -> Policy:
    """The preset to compare with; raises BadInput with the nearest name among presets and arms."""
    try:
        return find_policy(name)
    except BadInput:
        raise unknown("reference", name, dict.fromkeys([*(policy.name for policy in arms), *policies])) from None


def check_timing(timing: object) -> str:
    """A calendar for all arms: each its own, or the slowest arm's."""
    if timing not in TIMINGS:
        raise BadInput(f"timing = {timing!r}: must be one of: {', '.join(TIMINGS)}")
    return str(timing)


def refuse_reruns(study: Study, place: str) -> None:
    """Arms are matched or yoked within a comparison; a sweep runs them as they are."""
    if study.match or study.timing != TIMINGS[0]:
        raise BadInput(f"{place}: match and timing are a matter for compare; a sweep runs policies as they are")


def refuse_uncertain(study: Study, place: str) -> None:
    """A comparison is made at one point of the parameters; ranges are a matter for `sweep`."""
    points = study.design.get("points", [])
    if study.uncertain or points:
        names = ", ".join(study.uncertain or points[0])
        raise BadInput(f"{place}: uncertain: compare takes no uncertain factors ({names}); use: nqpf sweep")


def seeds_from(count: int, first: int = 0) -> tuple[int, ...]:
    """`count` seeds from `first` on."""
    if not 1 <= count <= MOST_SEEDS:
        raise BadInput(f"seeds = {count}: must be a whole number from 1 to {MOST_SEEDS}")
    return check_seeds(range(first, first + count))


def find_seeds(given: int | Iterable[int]) -> tuple[int, ...]:
    """So many seeds from 0 on, or those of a list; raises BadInput."""
    if isinstance(given, Integral) and not isinstance(given, bool):
        return seeds_from(int(given))
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise BadInput(f"seeds = {given!r}: must be a number of seeds, or a list of them")
    return check_seeds(given)


def check_seeds(seeds: Iterable[int]) -> tuple[int, ...]:
    """Seeds as a tuple; raises BadInput when there are none, one repeats or one is not a whole number >= 0."""
    chosen = tuple(seeds)
    if not chosen:
        raise BadInput("at least one seed is needed")
    for seed in chosen:
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
            raise BadInput(f"seed = {seed!r}: must be a whole number from 0 to {LARGEST_SEED}")
    _refuse_repeats("seeds", chosen)
    return chosen


def check_name(name: object) -> str:
    """A study's name, which becomes part of a folder's name."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise BadInput(f"name = {name!r}: must be 1 to 64 letters, digits, '.', '_' or '-', not starting with a mark")
    return name


def check_policy_name(policy: Policy) -> None:
    """An arm's name, which stands in tables and in `--policies a,b`; a preset's is for arms with the preset's mix."""
    name, preset = policy.name, policies.get(policy.name)
    if preset is not None and (policy.mix, policy.later_mix) != (preset.mix, preset.later_mix):
        raise BadInput(f"policy name = '{name}': is a preset with another mix; give this one a name of its own")
    if not re.fullmatch(r"[^\s,]([^,]{0,62}[^\s,])?", name) or not name.isprintable():
        raise BadInput(f"policy name = {name!r}: must be 1 to 64 printable characters without commas")


def check_outcomes(names: Iterable[object]) -> tuple[str, ...]:
    """Summary indicators by name; raises BadInput with the nearest name for one that does not exist."""
    chosen = tuple(names)
    if not chosen:
        return ()
    from model.indicators.summary import SUMMARY_NAMES

    for name in chosen:
        if name not in SUMMARY_NAMES:
            raise unknown("indicator", name, SUMMARY_NAMES)
    _refuse_repeats("outcomes", chosen)
    return tuple(str(name) for name in chosen)


def run_id(parameters: Parameters, policy: Policy, seed: int, model: str) -> str:
    """Hash of all that determines a run: every parameter and trait, seed and model sources, but no name."""
    return digest({"parameters": _content_of(parameters), "policy": _content_of(policy), "seed": seed, "model": model})


def digest(content: Any) -> str:
    """SHA-256 of plain data in one canonical form, as 64 hexadecimal digits."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


@lru_cache(maxsize=512)
def _content_of(settings: Parameters | Policy) -> str:
    """Hash of settings without the name that a policy carries in tables (cached: a point repeats them)."""
    return digest({key: value for key, value in settings.content().items() if key != "name"})


def _refuse_repeats(what: str, values: Iterable[Any]) -> None:
    seen = set()
    for value in values:
        if value in seen:
            raise BadInput(f"{what}: {value!r} is given twice")
        seen.add(value)
