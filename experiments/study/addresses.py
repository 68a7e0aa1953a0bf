"""Settings by address: `users` is a parameter, `policy.budget` a trait of every policy that is run."""

from collections.abc import Iterable, Mapping
from typing import Any

from model.declaration.errors import BadInput, inside, unknown
from model.declaration.input_file import at_home
from model.declaration.settings import Declared, is_file
from model.declaration.yaml_text import read_yaml
from model.parameters import Parameters
from model.policy.policy import Policy

TRAIT = "policy."
ADDRESSES: dict[str, tuple[type[Declared], str]] = {
    **{name: (Parameters, name) for name in Parameters.model_fields},
    **{f"{TRAIT}{name}": (Policy, name) for name in Policy.model_fields if name != "name"},
}


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Return `NAME=VALUE` texts as `{address: value}`. Raises BadInput with the option as its place."""
    parsed: dict[str, Any] = {}
    for setting in settings:
        try:
            name, value = _parsed(setting)
            if name in parsed:
                raise BadInput("is set twice", name)
        except BadInput as error:
            error.at(set_option(setting))
            raise
        parsed[name] = value
    return parsed


def set_option(setting: str) -> str:
    """Return the option that gave a setting, cut off where it is long."""
    return f"--set {setting if len(setting) <= 80 else f'{setting[:77]}...'}"


def set_parameters(parameters: Parameters, settings: Mapping[str, Any]) -> Parameters:
    """Return the parameters with the settings that address parameters."""
    own = {name: value for name, value in settings.items() if not name.startswith(TRAIT)}
    return parameters.replace(**own) if own else parameters


def set_traits(policy: Policy, settings: Mapping[str, Any]) -> Policy:
    """Return the policy with the settings that address `policy.` traits."""
    traits = {name.removeprefix(TRAIT): value for name, value in settings.items() if name.startswith(TRAIT)}
    with inside("policy"):
        return policy.replace(**traits) if traits else policy


def unknown_address(kind: str, name: str) -> BadInput:
    """Return an error for an address that does not exist; `budget` finds `policy.budget`, and a symbol its setting."""
    near = [f"{TRAIT}{name}"] if f"{TRAIT}{name}" in ADDRESSES else ADDRESSES
    return unknown(kind, name, near, Parameters.symbols() | Policy.symbols(TRAIT)).within(name)


def _parsed(setting: str) -> tuple[str, Any]:
    """Return the address and the value of `NAME=VALUE`. A file is the text after `=`, anything else is YAML."""
    name, equals, text = setting.partition("=")
    name = name.strip()
    if not equals or not name:
        raise BadInput("must be NAME=VALUE, as users=500 or policy.budget=0.01")
    if name not in ADDRESSES:
        raise unknown_address("parameter", name)
    if is_file(*ADDRESSES[name]):
        return name, at_home(text)
    try:
        value = read_yaml(text, "").content
    except BadInput as error:
        raise BadInput(f"must be a number, a word or {{name: value}}: {error.allowed}", name) from None
    if value is None:
        raise BadInput("has no value", name)
    return name, value
