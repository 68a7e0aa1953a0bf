"""The ensemble of a study: accepted parameter sets, at each of which all its points are run under all its seeds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from model.declaration.errors import BadInput, inside, unknown
from model.declaration.numbers import whole_number
from model.parameters import Parameters


@dataclass(frozen=True)
class Ensemble:
    """Parameter sets by number, each with its values by parameter.

    `file` is where they come from, and `origin` the hash of all its sets, also of those that the study leaves out.
    `overruled` are the parameters that the study sets itself, so that the sets as they are run were never accepted.
    """

    members: Mapping[int, Mapping[str, Any]]
    file: str = ""
    origin: str = ""
    overruled: tuple[str, ...] = field(default=())

    @classmethod
    def from_content(cls, content: Any) -> Self:
        """Return the ensemble that plain data hold, as `content` gives them. Raises BadInput for anything else."""
        keys = ("file", "origin", "overruled", "sets", "parameters")
        if not isinstance(content, Mapping) or set(content) != set(keys):
            raise BadInput("is given by the option --ensemble FILE", "ensemble", content)
        columns = content["parameters"]
        for name in columns:
            if name not in Parameters.model_fields:
                with inside("ensemble.parameters"):
                    raise unknown("parameter", name, Parameters.model_fields)
        members = {
            number: {name: column[place] for name, column in columns.items()}
            for place, number in enumerate(content["sets"])
        }
        return cls(members, content["file"], content["origin"], tuple(content["overruled"]))

    def content(self) -> dict[str, Any]:
        """Return the ensemble as plain data that JSON and YAML can hold: a column per parameter."""
        names = list(next(iter(self.members.values())))
        return {
            "file": self.file,
            "origin": self.origin,
            "overruled": list(self.overruled),
            "sets": list(self.members),
            "parameters": {name: [member[name] for member in self.members.values()] for name in names},
        }

    def first(self, count: int) -> Self:
        """Return the first so many sets. Raises BadInput where there are not as many."""
        kept = whole_number("sets", count, 1, len(self.members))
        return replace(self, members=dict(list(self.members.items())[:kept]))
