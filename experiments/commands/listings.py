"""`nqpf policies`, `parameters`, `indicators`, `status`: declarations, and the state of a results folder."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.commands.text import listing_lines
from model.declaration.errors import BadInput
from model.parameters import Parameters
from model.policy.policy import INSTRUMENTS, Policy
from model.policy.presets import policies as presets

if TYPE_CHECKING:
    from experiments.results.manifest import Manifest

DONE = 0


def policies_listing(as_json: bool) -> int:
    """Print every preset with its mix, budget, calendar and traits."""
    if as_json:
        return _print_json([policy.model_dump(mode="json") for policy in presets.values()])
    return _print_entries([{"head": _policy_head(policy), "body": _policy_body(policy)} for policy in presets.values()])


def parameters_listing(as_json: bool) -> int:
    """Print every parameter, and every policy trait under the name that `--set` takes."""
    traits = [entry | {"name": f"policy.{entry['name']}"} for entry in Policy.declarations() if entry["name"] != "name"]
    entries = Parameters.declarations() + traits
    if as_json:
        return _print_json(entries)
    return _print_entries(
        [
            {
                "head": f"{_named(entry)} = {_default(entry['default'])} {entry['unit']}{_range(entry['range'])}",
                "body": [f"{entry['meaning']} [{entry['source']}]"],
            }
            for entry in entries
        ]
    )


def indicators_listing(as_json: bool) -> int:
    """Print every summary indicator, and the meaning of `_at_withdrawal` after its name."""
    from model.indicators.series import INDICATORS
    from model.indicators.summary import AT_WITHDRAWAL, SUMMARY_NAMES

    if as_json:
        facts = ("name", "unit", "definition", "kind", "better")
        return _print_json([{fact: getattr(entry, fact) for fact in facts} for entry in INDICATORS.values()])
    entries = [{"head": f"{entry.name} ({entry.unit})", "body": [entry.definition]} for entry in INDICATORS.values()]
    twins = sum(name.endswith(AT_WITHDRAWAL) for name in SUMMARY_NAMES)
    note = {
        "head": f"NAME{AT_WITHDRAWAL}",
        "body": [f"the same when policy ends ({twins} of the above have this twin)"],
    }
    return _print_entries([*entries, note])


def status_listing(folder: Path, as_json: bool) -> int:
    """Print the study of a results folder and how many of its runs are stored, by shard if it has any."""
    from experiments.results.merge import held
    from experiments.results.store import count_runs

    manifest = held(folder)
    stored = count_runs(folder)
    asked = _asked(folder, manifest)
    if as_json:
        return _print_json(asdict(manifest) | {"stored": stored, "asked": asked})
    print(f"study {manifest.study['name']} ({manifest.hash[:8]}), model {manifest.model}")
    print(f"started {manifest.start}, {f'finished {manifest.end}' if manifest.end else 'not finished'}")
    for part, counts in asked.items():
        missing = counts["asked"] - counts["ok"] - counts["failed"]
        print(
            f"{'' if part == 'all' else f'shard {part}: '}{counts['ok']} of {counts['asked']} runs stored, "
            f"{counts['failed']} failed, {missing} missing"
        )
    beside = sum(stored[kind] - asked["all"][kind] for kind in ("ok", "failed")) if asked else 0
    if beside > 0:
        print(f"{beside} runs stored beside these, of responses to budgets and efficacies or of reruns")
    if not asked:
        print(f"{stored['ok']} runs stored, {stored['failed']} failed, of an unknown number:")
        print("the folder was made with other parameters than today's")
    if stored["damaged"]:
        print(f"{stored['damaged']} damaged shard(s), to be set aside and computed again when the study goes on")
    return DONE


def _asked(folder: Path, manifest: "Manifest") -> dict[str, dict[str, int]]:
    """Return how many runs are asked for, stored and failed, in all and for each shard of a number that was used.

    Empty where today's declarations cannot make the study, and so the ids of its runs, again.
    """
    from experiments.results.merge import study_in
    from experiments.results.store import status_of_runs
    from experiments.study.plan import Plan, Shard

    try:
        study = study_in(folder, manifest)
    except BadInput:
        return {}
    status, _ = status_of_runs(folder)
    numbers = sorted({Shard.parse(part).of for part in manifest.shards})
    parts = [Shard(number, of) for of in numbers for number in range(1, of + 1)]
    counts = {name: {"asked": 0, "ok": 0, "failed": 0} for name in ["all", *map(str, parts)]}
    for task in Plan.of(study, manifest.model):
        for name in ["all", *(str(part) for part in parts if part.holds(task.run_id))]:
            counts[name]["asked"] += 1
            if task.run_id in status:
                counts[name][status[task.run_id]] += 1
    return counts


def _policy_head(policy: Policy) -> str:
    return f"{policy.name}: {_mixed(policy.mix) or 'no tax'}"


def _mixed(mix: Iterable[tuple[str, float]]) -> str:
    return " + ".join(f"{share:g} {name}" for name, share in mix)


def _policy_body(policy: Policy) -> list[str]:
    body = [f"budget {policy.budget:g} of initial output a quarter, quarters {policy.start} to {policy.end}"]
    if policy.later_mix:
        body.append(f"from quarter {policy.later_from} on: {_mixed(policy.later_mix)}")
    return body + [f"{name}: {INSTRUMENTS[name].meaning} [{INSTRUMENTS[name].basis}]" for name, _ in policy.mix]


def _named(entry: dict[str, Any]) -> str:
    return f"{entry['name']} [{entry['symbol']}]" if entry["symbol"] else str(entry["name"])


def _default(value: Any) -> Any:
    return "''" if value == "" else value


def _range(span: list[Any] | None) -> str:
    if not span:
        return ""
    if all(isinstance(end, int | float) for end in span):
        return f" ({span[0]:g} to {span[1]:g})"
    return f" ({', '.join(map(str, span))})"


def _print_json(content: Any) -> int:
    print(json.dumps(content, indent=1, allow_nan=False))
    return DONE


def _print_entries(entries: list[dict[str, Any]]) -> int:
    print("\n".join(listing_lines(entries)))
    return DONE
