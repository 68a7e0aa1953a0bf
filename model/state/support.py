"""The support of a quarter: all that policy gives, with what each of it is without policy."""

from typing import Annotated, Any, NamedTuple

import numpy as np

from agents.kernel.fields import KEPT, Column, Field
from model.state.allocation import lines_for_neutral, writer

FLOWS: tuple[Column, ...] = (
    Column("refund", "money handed to users in proportion to size"),
    Column("entrant", "money added to the seed cash of each domestic entrant"),
    Column("meetings", "probability that a user meets one more innovator, from anywhere"),
    Column("roadmap", "weight of the roadmap in firms' directions of R&D"),
    Column("segmentation", "multiplies the share of cross-region meetings that do not happen", 1.0),
    Column("foresight", "foresight of the coming quarter"),
    Column("common", "money for public R&D on common technology"),
    Column("science", "money for public science"),
    Column("infrastructure", "money for infrastructure"),
    Column("training", "money for training engineers"),
    Column("services", "money for other public services"),
)


class Support(NamedTuple):
    """Support by policy in a quarter, applied by phases alone. I instruments, N slots, S suppliers, J industries."""

    # fmt: off
    research: Annotated[np.ndarray, Field("N", "money", "public R&D money", neutral=0.0)]
    tied: Annotated[np.ndarray, Field("N", "money", "of this tied to the plan's domains", neutral=0.0)]
    explore: Annotated[np.ndarray, Field("N", "money", "of this earmarked for exploration", neutral=0.0)]
    lost: Annotated[np.ndarray, Field("N", "money", "of this paying for hours lost to coordination", neutral=0.0)]
    equity: Annotated[np.ndarray, Field("N", "money", "of this given for equity, to be repaid out of dividends", neutral=0.0)]
    shared: Annotated[np.ndarray, Field("N", "money", "of this given to members of a mission, who share its results freely", neutral=0.0)]
    purchase: Annotated[np.ndarray, Field("price subsidies, N", "share of price", "paid by each price subsidy", neutral=0.0)]
    waiver: Annotated[np.ndarray, Field("N", "share", "risk of buying from the firm that government takes over", neutral=0.0)]
    upstream: Annotated[np.ndarray, Field("S", "money", "for suppliers' R&D", neutral=0.0)]
    adoption: Annotated[np.ndarray, Field("J", "share", "integration and risk paid to those who adopt a domestic product", neutral=0.0)]
    spread: Annotated[np.ndarray, Field("N", "money", "R&D money that the instrument at work has just given", neutral=KEPT)]
    spent: Annotated[np.ndarray, Field("I", "money", "paid later in the quarter, for what agents then did", neutral=0.0)]
    flow: Annotated[Any, Field("1", "", "record of FLOWS", columns=FLOWS)]
    # fmt: on


clear_support = writer("clear_support", "support", lines_for_neutral(Support, "support"))
"""Set all support to what it is without policy."""
