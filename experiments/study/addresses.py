"""Settings by address: `users` is a parameter, `policy.budget` a trait of every policy that is run."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from model.declaration.errors import BadInput, unknown
from model.declaration.settings import Declared
from model.parameters import Parameters
from model.policy.policy import Policy

_D = TypeVar("_D", bound=Declared)

ADDRESSES: dict[str, tuple[type[Declared], str]] = {
    **{name: (Parameters, name) for name in Parameters.model_fields},
    **{f"policy.{name}": (Policy, name) for name in Policy.model_fields if name != "name"},
}


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """`NAME=VALUE` texts as `{address: value}`; raises BadInput that names the option and the nearest name."""
    parsed: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals or not name:
            raise BadInput(f"--set {setting}: must be NAME=VALUE, as users=500 or policy.budget=0.01")
        if name not in ADDRESSES:
            raise BadInput(f"--set {setting}: {unknown('parameter', name, _likely(name))}")
        if name in parsed:
            raise BadInput(f"--set {setting}: {name} is set twice")
        kind, field = ADDRESSES[name]
        parsed[name] = _value(setting, text)
        try:
            check_kind(kind, field, parsed[name])
        except BadInput as fault:
            raise BadInput(f"--set {setting}: {fault}") from None
    return parsed


def set_parameters(parameters: Parameters, settings: Mapping[str, Any], place: str = "--set") -> Parameters:
    """The parameters with the settings that address parameters; raises BadInput that begins with `place`."""
    own = {name: value for name, value in settings.items() if not name.startswith("policy.")}
    return _changed(parameters, own, place)


def set_traits(policy: Policy, settings: Mapping[str, Any], place: str = "--set") -> Policy:
    """The policy with the settings that address `policy.` traits; raises BadInput that begins with `place`."""
    traits = {name: value for name, value in settings.items() if name.startswith("policy.")}
    return _changed(policy, {name.removeprefix("policy."): value for name, value in traits.items()}, place)


def check_kind(kind: type[Declared], name: str, value: Any) -> None:
    """Refuse what validation would quietly turn into a number: nothing, a truth value, text of digits."""
    if value is None:
        raise BadInput(f"{name}: has no value")
    if isinstance(value, bool):
        kind.check_value(name, value)


def _changed(settings: _D, changes: dict[str, Any], place: str) -> _D:
    if not changes:
        return settings
    try:
        return settings.replace(**changes)
    except BadInput as fault:
        raise BadInput(f"{place}: {fault}") from None


def _likely(name: str) -> list[str]:
    """Addresses to choose a hint from: also by a trait's bare name, so that `budget` finds `policy.budget`."""
    if f"policy.{name}" in ADDRESSES:
        return [f"policy.{name}"]
    return list(ADDRESSES)


def _value(setting: str, text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe").load(text)
    except (YAMLError, ValueError):
        raise BadInput(f"--set {setting}: the value is not a number, a word or {{name: value}}") from None
