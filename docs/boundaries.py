"""The boundaries that the documentation shows: where application and selection give way to each other.

`python -m docs.boundaries` searches for them again, and writes `docs/boundaries.json` and a figure of each. `--quick`
does so in a small economy. Names of shipped studies compute only these. Runs are kept in `results/`.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.frontier.result import Frontier

FILE = Path(__file__).with_name("boundaries.json")
FIGURES = Path(__file__).with_name("_static")
SHOWN = ("displacement-frontier", "dose-frontier", "exploration-frontier", "foresight-frontier")
"""Shipped studies with a boundary on the page, in its order."""

SMALL = {"users": 100, "horizon": 100}
"""The economy of `--quick`."""

RUNS, QUICK_RUNS = 600, 160


def searched(name: str, parameters: Mapping[str, Any], runs: int) -> "Frontier":
    """Search as `nqpf frontier NAME --between application,selective` does."""
    from dataclasses import replace

    from experiments.commands.outcome import default_folder
    from experiments.frontier.frontier import frontier_study
    from experiments.inquiries.frontier import prepared
    from experiments.study.file import read_study

    declared = read_study(Path(name))
    smaller = replace(declared, parameters=declared.parameters.replace(**parameters))
    asked = {"between": "application,selective", "over": None, "of": "welfare", "runs": runs, "replicates": 4}
    study = prepared(smaller, asked, name)
    return frontier_study(study, default_folder(study), place=name)


def kept(name: str, found: "Frontier") -> dict[str, Any]:
    """Return what the page shows of a search: its size, its sentences, and the line at levels of the second factor."""
    from experiments.frontier.words import frontier_sentences, has_boundary, level_sentences

    parameters = found.study.parameters
    return {
        "study": name,
        "over": list(found.square.names),
        "users": parameters.users,
        "quarters": parameters.horizon,
        "runs": len(found.runs),
        "boundary": has_boundary(found),
        "answer": list(frontier_sentences(found)),
        "levels": dict(level_sentences(found)),
    }


def drawn(found: "Frontier") -> str:
    """Return the figure as the text of an SVG, "" where the search has nothing to draw."""
    from experiments.inquiries.frontier import frontier_pictures
    from viz.figures.pictures import as_svg

    return "".join(as_svg(picture) for picture in frontier_pictures(found))


def figure_of(name: str) -> Path:
    """Return the file of a study's figure."""
    return FIGURES / f"{name}.svg"


def stored_boundaries(file: Path = FILE) -> dict[str, dict[str, Any]]:
    """Return the committed boundaries by study."""
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return {boundary["study"]: boundary for boundary in found}


def write_boundaries(boundaries: Iterable[Mapping[str, Any]], file: Path = FILE) -> None:
    """Write boundaries as JSON, in the order of SHOWN."""
    ordered = sorted(boundaries, key=lambda boundary: SHOWN.index(boundary["study"]))
    file.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(words: list[str]) -> None:
    """Search for the boundaries named, or for all, and write them beside those that are kept."""
    quick = "--quick" in words
    for name in [word for word in words if word != "--quick"] or SHOWN:
        print(f"computing {name} ...", file=sys.stderr, flush=True)
        found = searched(name, SMALL if quick else {}, QUICK_RUNS if quick else RUNS)
        figure_of(name).write_text(drawn(found), encoding="utf-8")
        write_boundaries({**stored_boundaries(), name: kept(name, found)}.values())


if __name__ == "__main__":
    main(sys.argv[1:])
