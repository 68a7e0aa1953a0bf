"""Reading studies and policies from YAML, so that every error names file, line and key and what is allowed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean

from experiments.files import read_points, read_text
from experiments.study.addresses import ADDRESSES, check_kind
from experiments.study.design import check_design
from experiments.study.factors import FACTOR_KEYS, check_factor
from experiments.study.study import (
    Study,
    check_name,
    check_outcomes,
    check_policy_name,
    check_seeds,
    check_timing,
    seeds_from,
    with_reference,
)
from model.declaration.errors import BadInput, unknown
from model.declaration.input_file import beside
from model.declaration.settings import Declared, is_file
from model.parameters import Parameters
from model.policy.policy import Policy, check_fits
from model.policy.presets import find_policy, policies

_D = TypeVar("_D", bound=Declared)

STUDY_KEYS = (
    "name", "parameters", "uncertain", "policies", "reference", "design", "seeds", "outcomes", "match", "timing",
)  # fmt: skip
_MIX_EXAMPLE = "{name: mine, mix: {grants: 1}}"
POLICY_FILES = (".yaml", ".yml")


def shipped_studies() -> dict[str, Path]:
    """The studies that come with the laboratory, by name."""
    return {path.stem: path for path in sorted((Path(__file__).parent / "shipped").glob("*.yaml"))}


def read_study(path: Path) -> Study:
    """The study declared in a YAML file, or a shipped one by its name.

    Raises BadInput as 'FILE:LINE: key: what is wrong and allowed'.
    """
    if not path.exists():
        shipped = shipped_studies()
        if str(path) not in shipped and not path.suffix:
            raise unknown("file or study", path, shipped)
        path = shipped.get(str(path), path)
    tree = _load(path)
    _check_keys(path, tree, STUDY_KEYS, "key")
    given: dict[str, Any] = {"name": path.stem}
    for key in tree:
        with _at(path, tree, key):
            value = tree[key]
            match key:
                case "name":
                    given[key] = check_name(value)
                case "parameters":
                    given[key] = _declared(path, Parameters, _mapping(value), _line(tree, key))
                case "policies":
                    given[key] = tuple(
                        _arm(path, value, place) for place in range(len(_sequence(value, "policies' names or mixes")))
                    )
                case "uncertain":
                    given[key] = {name: _factor(path, value, name) for name in _mapping(value)}
                case "design":
                    given[key] = _design(path, _mapping(value))
                case "seeds":
                    given[key] = check_seeds(_plain(value)) if isinstance(value, list) else seeds_from(_whole(value))
                case "outcomes":
                    given[key] = check_outcomes(_plain(_sequence(value, "indicators' names")))
                case "reference":
                    given[key] = str(value)
                case "timing":
                    given[key] = check_timing(_plain(value))
                case "match":
                    given[key] = _truth(value)
    return _checked(path, tree, given)


def _checked(path: Path, tree: CommentedMap, given: dict[str, Any]) -> Study:
    """The study of the sections read, with the line of an arm or reference that does not fit the others."""
    slots = given.get("parameters", Parameters()).slots
    for place, policy in enumerate(given.get("policies", ())):
        with _at(path, tree["policies"], place):
            check_policy_name(policy)
            check_fits(policy, slots)
    with _at(path, tree, "policies"):
        study = Study(**given)
    with _at(path, tree, "reference"):
        with_reference(study)
    return study


def read_policy(path: Path) -> Policy:
    """The policy declared in a YAML file; its name is the file's unless the file gives one."""
    tree = _load(path)
    tree.setdefault("name", path.stem)
    policy = _declared(path, Policy, tree, 1)
    with _at(path, tree, "name"):
        check_policy_name(policy)
    return policy


def named_policy(name: str) -> Policy:
    """A preset by name or a policy from a YAML file; raises BadInput with the nearest preset's name."""
    if name not in policies and (Path(name).suffix in POLICY_FILES or Path(name).is_file()):
        return read_policy(Path(name))
    return find_policy(name)


class _Placed(BadInput):
    """A fault that already carries its file and line."""


@contextmanager
def _at(path: Path, tree: CommentedMap | CommentedSeq, key: Any) -> Iterator[None]:
    """Put file, line and key before any fault found inside."""
    try:
        yield
    except _Placed:
        raise
    except BadInput as fault:
        name = "" if not isinstance(key, str) or str(fault).startswith(key) else f"{key}: "
        raise _Placed(f"{path}:{_line(tree, key)}: {name}{fault}") from None


def _line(tree: CommentedMap | CommentedSeq, key: Any) -> int:
    """The line, counted from 1, of a key or item (of the whole when there is no such key)."""
    lines = tree.lc.data or {}
    return int(lines[key][0] if key in lines else tree.lc.line) + 1


def _load(path: Path) -> CommentedMap:
    text = read_text(path)
    try:
        tree = YAML(typ="rt").load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = str(getattr(error, "problem", None) or error).split("\n")[0]
        raise BadInput(f"{path}:{line}: not valid YAML: {problem}") from None
    except ValueError as error:
        raise BadInput(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(tree, CommentedMap):
        found = "an empty file" if tree is None else "a list" if isinstance(tree, list) else repr(_plain(tree))
        raise BadInput(f"{path}:1: expected 'key: value' lines, got {found}; keys are: {', '.join(STUDY_KEYS)}")
    return tree


def _plain(value: Any) -> Any:
    """The value without the loader's bookkeeping: plain dicts, lists, numbers and text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool | ScalarBoolean):
        return bool(value)
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def _check_keys(path: Path, tree: CommentedMap, allowed: Any, kind: str) -> None:
    for key in tree:
        if key not in allowed:
            raise _Placed(f"{path}:{_line(tree, key)}: {unknown(kind, key, allowed)}")


def _declared(path: Path, kind: type[_D], tree: CommentedMap, line: int) -> _D:
    """Declared settings from a mapping, with the line of the one that is at fault."""
    _check_keys(path, tree, kind.model_fields, "policy setting" if kind is Policy else "parameter")
    for key in tree:
        with _at(path, tree, key):
            check_kind(kind, key, _plain(tree[key]))
    try:
        return kind(**{name: _located(path, kind, name, value) for name, value in _plain(tree).items()})
    except BadInput as fault:
        message = str(fault)
        guilty = next((key for key in tree if message.split(": ", 1)[-1].startswith(f"{key} = ")), None)
        raise _Placed(f"{path}:{_line(tree, guilty) if guilty else line}: {message}") from None


def _located(path: Path, kind: type[Declared], name: str, value: Any) -> Any:
    """The value of a setting; a file's name is relative to the study file."""
    return beside(path.parent, value) if is_file(kind, name) and isinstance(value, str) else value


def _arm(path: Path, items: CommentedSeq, place: int) -> Policy:
    """One entry of `policies`: a preset's name or an inline mix with its traits."""
    item = items[place]
    with _at(path, items, place):
        if isinstance(item, str):
            return named_policy(item)
        if not isinstance(item, CommentedMap):
            raise BadInput(f"policies: {_plain(item)!r} must be a preset's name or a mix, as {_MIX_EXAMPLE}")
        if "name" not in item:
            raise BadInput(f"policies: a mix needs a name, as {_MIX_EXAMPLE}")
        return _declared(path, Policy, item, _line(items, place))


def _factor(path: Path, factors: CommentedMap, name: str) -> dict[str, Any]:
    """One uncertain factor: `range: [low, high]` (with `log: true` if so drawn) or `values: [...]`."""
    with _at(path, factors, name):
        factor = _mapping(factors[name])
        _check_keys(path, factor, FACTOR_KEYS, "key")
        plain: dict[str, Any] = _plain(factor)
        check_factor(name, plain)
        kind, field = ADDRESSES[name]
        if "values" in plain:
            plain["values"] = [_located(path, kind, field, value) for value in plain["values"]]
        return plain


def _design(path: Path, tree: CommentedMap) -> dict[str, Any]:
    """How points are drawn; those of a file (beside the study unless its path is absolute) are read here."""
    plain: dict[str, Any] = _plain(tree)
    check_design(plain)
    if "points_file" in plain:
        if "points" in plain:
            raise BadInput("give either points or points_file")
        plain["points"] = read_points(path.parent / str(plain.pop("points_file")))
    return plain


def _mapping(value: Any) -> CommentedMap:
    if value is None:
        return CommentedMap()
    if not isinstance(value, CommentedMap):
        raise BadInput(f"expected 'name: value' lines, got {value!r}")
    return value


def _sequence(value: Any, of: str) -> CommentedSeq:
    if not isinstance(value, CommentedSeq) or not value:
        raise BadInput(f"expected a list of {of}, as [a, b], got {_plain(value)!r}")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool | ScalarBoolean):
        raise BadInput(f"{_plain(value)!r}: must be true or false")
    return bool(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(f"{_plain(value)!r}: must be a whole number")
    return int(value)
