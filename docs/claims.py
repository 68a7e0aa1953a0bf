"""The claims that the documentation shows, with their verdicts.

`python -m docs.claims` tries them all again at full size and writes `docs/claims.json`, `--quick` at the smaller size.
Runs are kept in `results/`, so that it goes on where it was stopped.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CLAIMS_FILE = Path(__file__).with_name("claims.json")
SHOWN = (
    "id", "title", "verdict", "effect", "unit", "expected", "low_sets", "high_sets", "low_seeds", "high_seeds",
    "share_sets", "sets", "seeds", "cells", "paragraph",
)  # fmt: skip
"""What is kept of a tried claim. Its words and statement stand in the registry."""


def kept(content: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of the JSON of `nqpf claims`."""
    head = {name: content[name] for name in ("says", "quick", "runs", "failed")}
    return {**head, "claims": [{name: claim[name] for name in SHOWN} for claim in content["claims"]]}


def stored_claims(file: Path = CLAIMS_FILE) -> dict[str, Any]:
    """Return the committed result."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def write_claims(content: dict[str, Any], file: Path = CLAIMS_FILE) -> None:
    """Write a result as JSON."""
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def tried_claims(options: list[str]) -> dict[str, Any]:
    """Return the result of `nqpf claims` with options."""
    import contextlib
    import io

    from experiments.cli import main as nqpf

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = nqpf(["claims", "--json", *options])
    if code:
        raise SystemExit(code)
    return kept(json.loads(out.getvalue()))


def claims_rows() -> Iterator[tuple[str, ...]]:
    """Yield a row of the table per claim."""
    from experiments.claims.words import figure

    def number(value: float | None) -> str:
        return "none" if value is None else figure(value)

    for claim in stored_claims()["claims"]:
        ends = [f"{number(claim[f'low_{name}'])} to {number(claim[f'high_{name}'])}" for name in ("sets", "seeds")]
        share = "none" if claim["share_sets"] is None else f"{100.0 * claim['share_sets']:.0f} %"
        expected = "above 0" if claim["expected"] > 0 else "below 0"
        effect = f"{number(claim['effect'])} {claim['unit']}"
        yield (f"`{claim['id']}` {claim['title']}", claim["verdict"], effect, expected, *ends, share)


if __name__ == "__main__":
    write_claims(tried_claims(sys.argv[1:]))
