"""`nqpf policies`, `parameters`, `indicators`: what is declared."""

import json
from collections.abc import Iterable
from typing import Any

from experiments.commands.text import listing_lines
from model.parameters import Parameters
from model.policy.policy import INSTRUMENTS, Policy
from model.policy.presets import policies as presets

DONE = 0


def policies_listing(as_json: bool) -> int:
    """Print every preset with its mix, budget, calendar and traits."""
    if as_json:
        return _print_json(
            [{**policy.model_dump(mode="json"), "in_words": _in_words(policy)} for policy in presets.values()]
        )
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


def _policy_head(policy: Policy) -> str:
    return f"{policy.name}: {_mixed(policy.mix) or 'no tax'}"


def _mixed(mix: Iterable[tuple[str, float]]) -> str:
    return " + ".join(f"{share:g} {name}" for name, share in mix)


def _in_words(policy: Policy) -> str:
    return ". ".join([_mixed(policy.mix) or "no tax", *_policy_body(policy)])


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
