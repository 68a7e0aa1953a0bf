"""A study written back: as the file that declares it, and as the options that a file cannot hold."""

from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from experiments.study.study import TIMINGS, Study
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import policies


def study_text(study: Study) -> str:
    """Return the study as the text of a file, without settings that have their default."""
    defaults = Parameters().model_dump(mode="json")
    content = study.content()
    content["parameters"] = {name: value for name, value in content["parameters"].items() if value != defaults[name]}
    content["policies"] = [
        policy.name if policies.get(policy.name) == policy else _unlike_default(policy) for policy in study.policies
    ]
    if study.seeds == tuple(range(len(study.seeds))):
        content["seeds"] = len(study.seeds)
    writer, out = YAML(typ="safe"), StringIO()
    writer.default_flow_style = False
    # Factors in another order would give other points.
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # its stub says None
    del content["ensemble"]  # an option gives it
    if study.timing == TIMINGS[0]:
        del content["timing"]
    writer.dump({key: value for key, value in content.items() if value}, out)
    return out.getvalue()


def ensemble_words(study: Study) -> list[str]:
    """Return the options that give a study its parameter sets."""
    return [] if study.ensemble is None else ["--ensemble", study.ensemble.file, "--sets", str(study.sets)]


def _unlike_default(policy: Policy) -> dict[str, Any]:
    """Return a policy's name and the traits that differ from their defaults."""
    defaults = Policy().model_dump(mode="json")
    return {name: value for name, value in policy.model_dump(mode="json").items() if value != defaults[name]}
