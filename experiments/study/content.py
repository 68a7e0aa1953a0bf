"""From a study as plain data to its parameters, policies, factors and design. Files that it names are found."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from experiments.files import read_points
from experiments.study.addresses import ADDRESSES
from experiments.study.design import check_kind
from experiments.study.ensemble import Ensemble
from experiments.study.policy_file import given_policy
from model.declaration.errors import BadInput, inside
from model.declaration.input_file import beside
from model.declaration.settings import is_file
from model.inputs.shipped_industries import table_beside
from model.parameters import Parameters, find_parameters
from model.policy.policy import Policy


def read_content(content: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the fields of a study that plain data declare. Files that it names lie in `folder`."""
    readers: dict[str, Callable[[Any, Path], Any]] = {
        "parameters": read_parameters,
        "policies": _policies,
        "uncertain": _uncertain,
        "design": _design,
        "ensemble": _ensemble,
    }
    return {key: readers[key](value, folder) if key in readers else value for key, value in content.items()}


def as_mapping(key: str, value: Any) -> dict[str, Any]:
    """Return settings by name as a dict. Raises BadInput for anything else."""
    if not isinstance(value, Mapping | None):
        raise BadInput("must be settings by name, as 'name: value' lines", key, value)
    return {str(name): item for name, item in (value or {}).items()}


def read_parameters(value: Any, folder: Path, key: str = "parameters") -> Parameters:
    """Return the parameters that stand under a key of a file. Files that they name lie in `folder`."""
    given = as_mapping(key, value)
    with inside(key):
        return find_parameters({name: _beside(folder, name, item) for name, item in given.items()})


def _policies(value: Any, folder: Path) -> tuple[Policy, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise BadInput("must be a list of policies' names or mixes, as [rebate, grants]", "policies", value)
    return tuple(_policy(number, entry) for number, entry in enumerate(value))


def _policy(number: int, entry: Any) -> Policy:
    with inside(f"policies[{number}]"):
        return given_policy(entry)


def _uncertain(value: Any, folder: Path) -> dict[str, Any]:
    return {name: _factor(name, factor, folder) for name, factor in as_mapping("uncertain", value).items()}


def _factor(name: str, factor: Any, folder: Path) -> Any:
    if not isinstance(factor, Mapping) or not isinstance(factor.get("values"), list):
        return factor
    return {**factor, "values": [_beside(folder, name, value) for value in factor["values"]]}


def _ensemble(value: Any, folder: Path) -> Ensemble | None:
    return None if value is None else Ensemble.from_content(value)


def _design(value: Any, folder: Path) -> dict[str, Any]:
    """Return a design with the points of its file."""
    design = as_mapping("design", value)
    if "points_file" not in design:
        return design
    with inside("design"):
        check_kind(design)
        if "points" in design:
            raise BadInput("give either points or points_file", "points_file")
        name = design.pop("points_file")
        with inside("points_file"):
            if not isinstance(name, str):
                raise BadInput("must be a file's name", value=name)
            return design | {"points": read_points(Path(beside(folder, name)))}


def _beside(folder: Path, address: str, value: Any) -> Any:
    """Return a setting's value. A file's name is made relative to the working directory, unless it is shipped."""
    if address not in ADDRESSES or not is_file(*ADDRESSES[address]) or not isinstance(value, str):
        return value
    return table_beside(folder, value) if address == "industries_file" else beside(folder, value)
