"""A policy as users give it: a preset's name, a YAML file, or a mix with its traits in a study."""

import re
from pathlib import Path
from typing import Any

from experiments.files import read_text
from model.declaration.errors import BadInput
from model.declaration.yaml_text import MOST_CHARACTERS, YamlText, read_yaml
from model.policy.policy import Policy
from model.policy.presets import find_policy, policies

POLICY_FILES = (".yaml", ".yml")
_MIX_EXAMPLE = "{name: mine, mix: {grants: 1}}"


def named_policy(name: str) -> Policy:
    """Return a preset by name or a policy from a YAML file. Raises BadInput with the nearest preset's name."""
    if name not in policies and (Path(name).suffix in POLICY_FILES or Path(name).is_file()):
        return read_policy(Path(name))
    return find_policy(name)


def read_policy(path: Path) -> Policy:
    """Return the policy declared in a YAML file. Its name is the file's unless the file gives one."""
    text = read_mapping(path)
    try:
        policy = Policy(**{"name": path.stem, **text.content})
        check_policy_name(policy)
    except BadInput as error:
        error.at(path, text.line_of(error.key))
        raise
    return policy


def given_policy(given: Any) -> Policy:
    """Return the policy that stands in a study: itself, a preset's name, a file's name, or a mix with its traits."""
    if isinstance(given, Policy):
        return given
    if isinstance(given, str):
        return named_policy(given)
    if not isinstance(given, dict):
        raise BadInput(f"must be a preset's name or a mix, as {_MIX_EXAMPLE}", value=given)
    if "name" not in given:
        raise BadInput(f"needs a name, as {_MIX_EXAMPLE}")
    return Policy(**given)


def check_policy_name(policy: Policy) -> None:
    """Raise BadInput for a name that tables and `--policies a,b` cannot hold, or that means another preset's mix."""
    name, preset = policy.name, policies.get(policy.name)
    if preset is not None and (policy.mix, policy.later_mix) != (preset.mix, preset.later_mix):
        raise BadInput("is a preset with another mix, give this one a name of its own", "name", name)
    if not re.fullmatch(r"[^\s,]([^,]{0,62}[^\s,])?", name) or not name.isprintable():
        raise BadInput("must be 1 to 64 printable characters without commas", "name", name)


def read_mapping(path: Path) -> YamlText:
    """Return the content of a YAML file that holds 'key: value' lines. Raises BadInput with file and line."""
    text = read_yaml(read_text(path, MOST_CHARACTERS), str(path))
    if not isinstance(text.content, dict):
        value, problem = (..., "is empty") if text.content is None else (text.content, "")
        raise BadInput("must be 'key: value' lines", value=value, problem=problem).at(path, 1)
    return text
