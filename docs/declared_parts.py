"""Parts of pages that show declarations: instruments, policies, parameters, traits, mechanisms, indicators."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from docs.markdown import table
from experiments.declared_words import CHOOSERS, sentence_of, span_in_words
from experiments.decomposition.mechanisms import MECHANISMS
from experiments.study.study import DEFAULT_POLICIES
from model.indicators.series import INDICATORS
from model.indicators.summary import AT_WITHDRAWAL, SUMMARY_NAMES
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from model.policy.presets import policies


def instruments() -> Iterator[str]:
    """Yield a section per instrument: its mechanism, its cell of the 2x2 and the words that it comes from."""
    for name, entry in INSTRUMENTS.items():
        yield from (f"### {name}", "", f"{sentence_of(entry.meaning)}", "")
        yield f"- side and reach: {entry.side}, {entry.reach}. Firms are chosen by {CHOOSERS[entry.chooser]}."
        yield f"- source: {entry.basis}"
        if entry.efficacy:
            yield f"- efficacy: [`{entry.efficacy}`](parameters.md), which no economy without policy can identify"
        yield ""


def presets() -> Iterator[str]:
    """Yield a row per preset with its mix in words."""
    rows = [(f"`{name}`", _mix(policy), "yes" if name in DEFAULT_POLICIES else "") for name, policy in policies.items()]
    yield from table(["preset", "mix", "compared by default"], rows)


def _mix(policy: Policy) -> str:
    parts, later = (
        [f"{share:.0%} `{name}`" for name, share in sorted(mix, key=lambda pair: -pair[1])]
        for mix in (policy.mix, policy.later_mix)
    )
    mixed = " + ".join(parts) or "no tax and no policy"
    return f"{mixed}, then {' + '.join(later)} from quarter {policy.later_from}" if later else mixed


def mechanisms() -> Iterator[str]:
    """Yield a row per mechanism of `nqpf why`, with its limit case."""
    default = Parameters()
    rows = [
        (f"`{name}`", sentence_of(entry.words), sentence_of(entry.without), _limit(entry.settings(default)))
        for name, entry in MECHANISMS.items()
    ]
    yield from table(["mechanism", "at work", "switched off", "by"], rows)


def _limit(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}={value:.3g}`" for name, value in settings.items())


def parameters() -> Iterator[str]:
    """Yield a row per parameter."""
    return _declared(Parameters.declarations(), "")


def traits() -> Iterator[str]:
    """Yield a row per trait of a policy."""
    return _declared([entry for entry in Policy.declarations() if entry["name"] != "name"], "policy.")


def _declared(entries: Iterable[Mapping[str, Any]], prefix: str) -> Iterator[str]:
    rows = []
    for entry in entries:
        default = entry["default"] if entry["default"] not in ("", [], {}) else "none"
        number = f"{default} {entry['unit']}" if isinstance(default, int | float) else default
        explained = f"{sentence_of(entry['meaning'])} *{sentence_of(entry['source'])}*"
        symbol = f" ({entry['symbol']})" if entry["symbol"] else ""
        rows.append((f"`{prefix}{entry['name']}`{symbol}", number, span_in_words(entry["range"]), explained))
    return table(["name", "default", "allowed", "meaning and source"], rows)


def indicators() -> Iterator[str]:
    """Yield a row per indicator."""
    twins = {name.removesuffix(AT_WITHDRAWAL) for name in SUMMARY_NAMES if name.endswith(AT_WITHDRAWAL)}
    rows = [
        (f"`{entry.name}`", entry.unit, entry.kind, entry.better, "yes" if entry.name in twins else "",
         entry.definition)
        for entry in INDICATORS.values()
    ]  # fmt: skip
    return table(["name", "unit", "kind", "better", f"`{AT_WITHDRAWAL}`", "definition"], rows)
