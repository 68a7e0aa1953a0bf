"""The claims as they were last tried at full size: a result that ships with the package."""

import shlex
from collections import Counter
from pathlib import Path
from typing import Any

from experiments.claims.verdict import CLAIM_VERDICTS
from experiments.shipped import read_shipped, write_shipped

SHIPPED_CLAIMS = Path(__file__).with_name("shipped") / "claims.json"
KEPT_OF_TRIAL = ("says", "seeds", "ensemble", "quick", "runs", "failed")
KEPT_OF_CLAIM = (
    "id", "title", "verdict", "effect", "unit", "expected", "low_sets", "high_sets", "low_seeds", "high_seeds",
    "share_sets", "sets", "seeds", "cells", "by_set", "levels", "condition", "paragraph",
)  # fmt: skip
"""What is kept of a tried claim. Its words and statement stand in the registry."""


def stored_claims(file: Path = SHIPPED_CLAIMS) -> dict[str, Any]:
    """Return the stored result: `made`, KEPT_OF_TRIAL, and KEPT_OF_CLAIM of each of its `claims`."""
    return read_shipped(file)


def store_claims(content: dict[str, Any], version: str, file: Path = SHIPPED_CLAIMS) -> None:
    """Store what is kept of the JSON of `nqpf claims`."""
    claims = [{name: claim[name] for name in KEPT_OF_CLAIM} for claim in content["claims"]]
    write_shipped(file, {**{name: content[name] for name in KEPT_OF_TRIAL}, "claims": claims}, version)


def verdicts_in_words(claims: list[dict[str, Any]]) -> str:
    """Return how many claims have each verdict, in the order of verdicts."""
    found = Counter(claim["verdict"] for claim in claims)
    counts = ", ".join(f"{found[name]} {name}" for name in CLAIM_VERDICTS if found[name])
    return f"Of {len(claims)} claims: {counts}."


def claims_command_of(stored: dict[str, Any], claim: str = "") -> str:
    """Return the command that makes a stored result again, of one claim or of all."""
    ensemble, seeds = stored["ensemble"], stored["seeds"]
    over = ["none"] if ensemble is None else [ensemble["file"], "--sets", str(len(ensemble["sets"]))]
    line = ["nqpf", "claims", *filter(None, [claim]), *(["--quick"] if stored["quick"] else []), "--ensemble", *over]
    return shlex.join([*line, "--seeds", str(len(seeds)), "--seed", str(seeds[0])])
