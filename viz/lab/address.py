"""The state of a page as its address: a query read into validated settings, and settings written as a query.

Settings have the names that they have on the command line: `users=500`, `policy.budget=0.01`. Beside them a page has
names of its own, such as `policy` and `seed`. A page reads its address on every render and keeps no copy of it.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote

from experiments.study.addresses import ADDRESSES, parse_settings, set_parameters, set_traits, unknown_address
from model.declaration.errors import BadInput, unknown
from model.declaration.input_file import path_of
from model.declaration.numbers import valid_seed
from model.declaration.settings import is_file
from model.parameters import Parameters
from model.policy.policy import Policy, check_fits
from model.policy.presets import find_policy

FILES = tuple(name for name in Parameters.model_fields if is_file(Parameters, name))
"""Settings that name files."""

MOST = {
    "users": 10_000, "horizon": 400, "slots": 512, "suppliers": 600, "market_size": 3.0, "policy.plan_period": 400,
}  # fmt: skip
"""The largest values that a page takes, where the model itself takes more: a visitor waits for the answer."""

OWN_MIX = "own mix"
"""The name of a policy whose mix an address gives."""

OF_ONE_POLICY = ("policy.mix", "policy.later_mix", "policy.later_from")
"""Traits that another policy beside the first does not share."""

_MOST_CHARACTERS = 4000
_UNESCAPED = "{}:, /-_.~"
Values = Mapping[str, str]


class AskedRun(NamedTuple):
    """The run that an address asks for."""

    parameters: Parameters
    policy: Policy
    seed: int


def values_in(query: str | None, own: Collection[str]) -> dict[str, str]:
    """Return the values of an address by name. Raise BadInput for names that are neither settings nor the page's own.

    Raise it too for a name that is given twice, and for an address that is too long.
    """
    if len(query or "") > _MOST_CHARACTERS:
        raise BadInput(f"must have at most {_MOST_CHARACTERS:,} characters", "address")
    values: dict[str, str] = {}
    for name, value in parse_qsl(query or "", keep_blank_values=True):
        if name in values:
            raise BadInput("is given twice", name)
        if name not in ADDRESSES and name not in own:
            raise unknown_address("setting", name)
        values[name] = value
    return values


def own_values_in(query: str | None, own: Collection[str]) -> dict[str, str]:
    """Return the values of an address whose page takes no settings. Raise BadInput for names that it has not."""
    values = values_in(query, own)
    for name in values:
        if name not in own:
            raise unknown("name", name, own)
    return values


def query_of(values: Values) -> str:
    """Return the query of an address, without its question mark: names in order, so that equal states are one link."""
    known = {name: place for place, name in enumerate(ADDRESSES)}
    order = sorted(values, key=lambda name: (name in known, known.get(name, 0), name))
    return "&".join(f"{name}={quote(values[name], safe=_UNESCAPED).replace(' ', '+')}" for name in order)


def link_to(path: str, values: Values) -> str:
    """Return the address of a page with its values."""
    query = query_of(values)
    return f"{path}?{query}" if query else path


def parameters_in(values: Values) -> Parameters:
    """Return the parameters that an address asks for. Raise BadInput for values out of range or too large here."""
    settings = _parsed(values)
    parameters = set_parameters(Parameters(), settings)
    if parameters.domains * parameters.slots > 12 * MOST["slots"]:
        raise BadInput(f"slots times domains must be at most {12 * MOST['slots']:,} in the browser", "domains")
    return parameters


def policy_in(values: Values, name: str, parameters: Parameters) -> Policy:
    """Return a preset with the traits that an address gives. Raise BadInput where it does not fit the parameters."""
    policy = set_traits(find_policy(name), _parsed(values))
    if "policy.mix" in values:
        policy = policy.replace(name=OWN_MIX)
    check_fits(policy, parameters.slots)
    return policy


def run_in(values: Values, policy: str) -> AskedRun:
    """Return the run that an address asks for: `policy` where it names none, and seed 0."""
    parameters = parameters_in(values)
    chosen = policy_in(values, values.get("policy", policy), parameters)
    return AskedRun(parameters, chosen, valid_seed(values.get("seed", "0")))


def explained(error: BadInput) -> str:
    """Return an error as one line for a page, which is no place to read files of this machine."""
    in_file = error.key.split(".")[0] in FILES
    return error.without_content() if in_file else str(error)


def changed(values: Values, **changes: str | None) -> dict[str, str]:
    """Return the values with some changed, and without those changed to None."""
    return changed_by(values, changes)


def changed_by(values: Values, changes: Mapping[str, str | None]) -> dict[str, str]:
    """Return the values with some changed, by name, and without those changed to None."""
    return {name: value for name, value in {**values, **changes}.items() if value is not None}


def _parsed(values: Values) -> dict[str, Any]:
    """Return the settings among the values, parsed as the command line parses them."""
    _check_places(values)
    _check_sizes(values)
    try:
        return parse_settings(f"{name}={value}" for name, value in values.items() if name in ADDRESSES)
    except BadInput as error:
        error.place = ""  # which names the option of a command line
        raise


def _check_sizes(values: Values) -> None:
    """Raise BadInput for a value above MOST, before anything of that size is made."""
    for name, most in MOST.items():
        try:
            large = float(values.get(name, "0")) > most
        except ValueError:
            continue  # its declaration says what is allowed
        if large:
            raise BadInput(f"must be at most {most:,g} in the browser", name, values[name])


def _check_places(values: Values) -> None:
    """Raise BadInput for a file that does not lie below the working directory, which is the folder that is served."""
    served = Path.cwd().resolve()
    for name in FILES:
        given = path_of(values.get(name, ""))
        try:
            inside = Path(given).resolve().is_relative_to(served) and not given.startswith("~")
        except (OSError, RuntimeError, ValueError):  # a circle of links, a name with a null character
            inside = False
        if given and not inside:
            raise BadInput("must be a file below the folder that is served", name)
