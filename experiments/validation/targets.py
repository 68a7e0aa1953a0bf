"""A calibration as declared: targets, parameters searched and fixed, seeds, search, and facts that are measured late.

It validates itself, and an error carries a key as `targets.hhi.low` or `parameters.payback`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from experiments.study.digests import digest
from experiments.study.policy_file import read_mapping
from experiments.study.study import check_name, seeds_from
from experiments.validation.content import (
    check_fixed,
    fixed_from,
    late_from,
    refuse_unknown,
    search_from,
    searched_from,
    some_targets,
    targets_from,
)
from experiments.validation.target import DEFAULT_COUNT, Search, Searched, Target
from experiments.validation.validate import rule_version
from model.declaration.errors import BadInput, inside, unknown
from model.declaration.numbers import whole_number
from model.parameters import Parameters

_KEYS = ("name", "targets", "parameters", "fixed", "seeds", "seed", "search", "stages", "allowed_misses", "most_missed")


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
        refuse_unknown(content, _KEYS)
        targets = targets_from(content.get("targets"))
        fixed = fixed_from(content.get("fixed"), folder)
        searched = searched_from(content.get("parameters"), content.get("fixed"))
        search = search_from(content.get("search"), len(searched))
        seeds = seeds_from(content.get("seeds", DEFAULT_COUNT), content.get("seed", 0))
        late = late_from(content.get("stages"), targets)
        allowed = some_targets("allowed_misses", content.get("allowed_misses", ()), targets)
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
    check_fixed(settings, [one.name for one in calibration.searched])
    return replace(calibration, fixed=calibration.fixed.replace(**settings))
