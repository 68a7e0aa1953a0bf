"""The effects of the 2x2: the side on which public money enters, its reach, and their interaction.

Contrasts are taken seed by seed over the four cells, so that equal random draws cancel.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.analysis.over_seeds import by_seed, interval_over_seeds
from experiments.analysis.ranks import money_standing
from experiments.analysis.verdicts import essay_verdict
from experiments.analysis.withdrawal import last_quarters
from experiments.statistics import Interval
from experiments.study.study import Study
from model.indicators.summary import AT_WITHDRAWAL, declaration
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy

if TYPE_CHECKING:
    import pandas as pd

QUESTION = ("welfare", "useful_technology")
"""Indicators that answer the essay's question. Their effects are computed also where a study's table omits them."""

SIDES = ("R&D", "application")
REACHES = ("broad", "selective")
CELLS = tuple((side, reach) for side in SIDES for reach in REACHES)

CONTRASTS = {
    "side": (-0.5, -0.5, 0.5, 0.5),
    "reach": (0.5, -0.5, 0.5, -0.5),
    "interaction": (-1.0, 1.0, 1.0, -1.0),
}
"""Weights on the cells, in the order of CELLS. The essay expects the first two to be for the better."""

CLAIMED = ("side", "reach")
"""Effects on which the essay makes a claim."""

EFFECT_COLUMNS = ("indicator", "effect", "mean", "low", "high", "n", "equal_money", "verdict")


def cells(policies: Iterable[Policy]) -> dict[tuple[str, str], str]:
    """Return the first policy that spends all its money through one instrument of each (side, reach) cell."""
    found: dict[tuple[str, str], str] = {}
    for policy in policies:
        used = {name for name, share in (*policy.mix, *policy.later_mix) if share > 0.0}
        if len(used) == 1 and (instrument := INSTRUMENTS[used.pop()]).side in SIDES:
            found.setdefault((instrument.side, instrument.reach), policy.name)
    return found


def contrasts(values: "pd.DataFrame", filled: Mapping[tuple[str, str], str]) -> dict[str, Interval]:
    """Return main effects and interaction over the seeds where all four cells are known; empty if a cell is missing.

    side = mean of application cells - mean of R&D cells; reach = mean of broad cells - mean of selective
    cells; interaction = (broad - selective on the application side) - (the same on the R&D side).
    `values` holds seeds by policies.
    """
    if any(cell not in filled for cell in CELLS):
        return {}
    grid = values[[filled[cell] for cell in CELLS]]
    return {name: interval_over_seeds(grid @ np.array(weights)) for name, weights in CONTRASTS.items()}


def effects_table(study: Study, runs: "pd.DataFrame", table: "pd.DataFrame") -> "pd.DataFrame":
    """Return a row per indicator and effect (columns EFFECT_COLUMNS); no row where a cell of the 2x2 is missing.

    `n` seeds have all four cells. `equal_money` is True where the four cells spent equal money. `verdict`: "as the
    essay expects", "contradicts the essay", "open", "unequal money" or "no data"; None where the essay claims nothing.
    """
    import pandas as pd

    filled, ends, standing = cells(study.policies), last_quarters(study), money_standing(table)
    equal = all(standing[policy] == "equal" for policy in filled.values())
    rows: list[dict[str, Any]] = []
    for name in dict.fromkeys((*table["indicator"], *QUESTION)):
        values = by_seed(runs, [policy.name for policy in study.policies], name)
        if name.endswith(AT_WITHDRAWAL) and len({ends[policy] for policy in filled.values()}) > 1:
            values[:] = np.nan
        for effect, interval in contrasts(values, filled).items():
            row = {"indicator": name, "effect": effect, **interval._asdict(), "equal_money": equal}
            row["n"] = int(values[list(filled.values())].notna().all(axis=1).sum())
            row["verdict"] = essay_verdict(interval, declaration(name).better, equal) if effect in CLAIMED else None
            rows.append(row)
    verdicts = pd.Series([row["verdict"] for row in rows], dtype=object)
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS)).assign(verdict=verdicts)
