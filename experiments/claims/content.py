"""A tried claim as plain data: what `nqpf claims --json` prints, and what is kept of it."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from experiments.claims.trial import TriedClaim


def claim_content(tried: "TriedClaim") -> dict[str, Any]:
    """Return a tried claim as plain data. Differences are treatment less reference."""
    from experiments.claims.verdict import CELL_VERDICTS
    from experiments.claims.words import paragraph, sentences_on_condition

    claim = tried.claim
    names = ("effect", "low_sets", "high_sets", "low_seeds", "high_seeds")
    return {
        "id": claim.id,
        "title": claim.title,
        "words": [passage._asdict() for passage in claim.passages],
        "statement": claim.statement,
        "treatment": claim.treatment_words,
        "reference": claim.reference_words,
        "outcome": claim.outcome.words,
        "unit": claim.outcome.unit,
        "expected": claim.expected,
        "falsified_by": claim.falsified_by,
        "opposite": claim.opposite,
        "limits": claim.limits,
        "verdict": tried.verdict,
        **dict(zip(names, tried.raw, strict=True)),
        "share_sets": tried.share_sets if tried.sets > 1 else np.nan,
        "sets": tried.sets,
        "seeds": tried.seeds,
        "cells": {verdict: tried.count(verdict) for verdict in CELL_VERDICTS},
        "by_set": [claim.expected * float(value) for value in tried.by_set if np.isfinite(value)],
        "levels": _levels(tried),
        "condition": sentences_on_condition(tried),
        "parameters": [{"name": name, "rank_correlation": rank} for name, rank in tried.parameters],
        "paragraph": " ".join(paragraph(tried)),
    }


def _levels(tried: "TriedClaim") -> list[dict[str, Any]]:
    """Return a row per level of each axis: the mean, worst and best of its cells for the claim, and their verdicts."""
    from experiments.claims.condition import by_level
    from experiments.claims.words import level_in_words

    expected = tried.claim.expected
    return [
        {
            "axis": found.axis.words,
            "level": level_in_words(found.level),
            **{name: expected * float(getattr(found, name)) for name in ("mean", "worst", "best")},
            "for": found.share_for,
            "against": found.share_against,
        }
        for found in by_level(tried.cells, tried.axes)
    ]
