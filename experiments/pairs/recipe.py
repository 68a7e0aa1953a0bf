"""The recipe of a live answer: the command line and the Python that print its numbers, and its data as CSV."""

import json
import shlex
from typing import TYPE_CHECKING, Any

from experiments.analysis.over_seeds import PATH_QUANTILES
from experiments.pairs.answer import LiveAnswer, drawn_series
from experiments.pairs.question import preset_of
from experiments.study.study import Study
from model.parameters import Parameters
from model.policy.policy import Policy

if TYPE_CHECKING:
    import pandas as pd


def command_line(study: Study) -> str:
    """Return the commands of a shell that print the comparison of a study. A policy asked for twice takes a file."""
    lines, names = [], []
    for policy in study.policies:
        preset = preset_of(policy)
        names.append(policy.name if preset.name == policy.name else f"{policy.name.replace(' ', '-')}.yaml")
        if preset.name != policy.name:
            content = json.dumps({"name": policy.name} | _traits(policy, Policy()))
            lines.append(f"echo {shlex.quote(content)} > {names[-1]}")
    words = ["nqpf", "compare", "--policies", ",".join(names), "--reference", study.reference]
    words += ["--seeds", str(len(study.seeds))]
    for name, value in {**_parameters(study), **_common_traits(study)}.items():
        words += ["--set", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
    return "\n".join([*lines, shlex.join(words)])


def python_code(study: Study, indicator: str) -> str:
    """Return the Python that prints the comparison of a study on an indicator."""
    settings = ", ".join(f"{name}={value!r}" for name, value in _parameters(study).items())
    arms = [f"    {_arm(policy)},\n" for policy in study.policies]
    return (
        "from experiments import compare\n"
        "from model import Parameters, policies\n"
        "\n"
        f"arms = [\n{''.join(arms)}]\n"
        f"table = compare(arms, Parameters({settings}), seeds={len(study.seeds)}, reference={study.reference!r})\n"
        f'print(table[table["indicator"] == {indicator!r}].T.to_string())\n'
    )


def table_csv(answer: LiveAnswer) -> str:
    """Return the table of an answer as CSV: a row per policy and indicator."""
    return str(answer.table.to_csv(index=False))


def paths_csv(answer: LiveAnswer, indicator: str) -> str:
    """Return the quantiles of an answer's charts as CSV: a row per policy and quarter, and of its differences."""
    import pandas as pd

    groups = ((drawn_series(indicator), answer.fans(indicator)), ("difference", answer.gap_fans(indicator)))
    blocks = [_quantiles_table(name, policy, fan) for name, fans in groups for policy, fan in fans.items()]
    return str(pd.concat(blocks).to_csv(index=False))


def _quantiles_table(series: str, policy: str, fan: Any) -> "pd.DataFrame":
    import pandas as pd

    columns = {f"q{100.0 * share:g}": row for share, row in zip(PATH_QUANTILES, fan, strict=True)}
    return pd.DataFrame({"series": series, "policy": policy, "quarter": range(fan.shape[1]), **columns})


def _parameters(study: Study) -> dict[str, Any]:
    """Return the parameters of a study that are not the defaults."""
    defaults = Parameters().model_dump(mode="json")
    own = study.parameters.model_dump(mode="json")
    return {name: value for name, value in own.items() if value != defaults[name]}


def _traits(policy: Policy, base: Policy) -> dict[str, Any]:
    """Return the traits of a policy that are not those of another one."""
    theirs, own = base.model_dump(mode="json"), policy.model_dump(mode="json")
    return {name: value for name, value in own.items() if name != "name" and value != theirs[name]}


def _common_traits(study: Study) -> dict[str, Any]:
    """Return by address the traits that were set, which all policies of a live question have in common."""
    found: dict[str, Any] = {}
    for policy in study.policies:
        found |= {f"policy.{name}": value for name, value in _traits(policy, preset_of(policy)).items()}
    return found


def _arm(policy: Policy) -> str:
    """Return the Python of one policy."""
    preset = preset_of(policy)
    name = {} if preset.name == policy.name else {"name": policy.name}
    changes = ", ".join(f"{key}={value!r}" for key, value in {**name, **_traits(policy, preset)}.items())
    return f"policies[{preset.name!r}].replace({changes})" if changes else f"policies[{preset.name!r}]"
