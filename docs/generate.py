"""The parts of pages that are made when the documentation is built: declarations, results and answers."""

from collections.abc import Callable, Iterable
from pathlib import Path

from docs.answer_parts import boundaries, claims, claims_table, factors
from docs.benchmarks import engine_costs, folder_growth
from docs.declared_parts import indicators, instruments, mechanisms, parameters, presets, traits
from docs.result_parts import (
    china_sets,
    compared,
    dose,
    ensemble,
    exploration,
    facts,
    over_sets,
    patched,
    pinned,
    policy_facts,
    resolutions,
    starts,
    timed,
    varied,
)


def write_all(folder: Path) -> None:
    """Write every generated part into a folder."""
    folder.mkdir(exist_ok=True)
    for name, make in PARTS.items():
        (folder / f"{name}.md").write_text("\n".join(make()) + "\n", encoding="utf-8")


PARTS: dict[str, Callable[[], Iterable[str]]] = {
    "instruments": instruments,
    "presets": presets,
    "mechanisms": mechanisms,
    "parameters": parameters,
    "traits": traits,
    "indicators": indicators,
    "claims_table": claims_table,
    "claims": claims,
    "facts": facts,
    "policy_facts": policy_facts,
    "compared": compared,
    "timed": timed,
    "varied": varied,
    "patched": patched,
    "starts": starts,
    "over_sets": over_sets,
    "china_sets": china_sets,
    "ensemble": ensemble,
    "pinned": pinned,
    "exploration": exploration,
    "dose": dose,
    "resolution": resolutions,
    "factors": factors,
    "boundaries": boundaries,
    "engine_costs": engine_costs,
    "folder_growth": folder_growth,
}
