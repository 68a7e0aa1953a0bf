"""A policy is a budget, a mix of instruments and a calendar, with the traits of the government that runs it.

Declared here as frozen data; government decides in agents/government.py, and model/instruments.py turns
money into support.
"""

from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

import numpy as np
from pydantic import BeforeValidator, PlainSerializer, model_validator

from model.declared import Declared, declare, declare_choice, to_record
from model.errors import BadInput, unknown


class InstrumentDeclaration(NamedTuple):
    """What an instrument is: its cell in the 2x2, what it does, and the words it comes from."""

    name: str
    side: str
    reach: str
    meaning: str
    basis: str


INSTRUMENTS: dict[str, InstrumentDeclaration] = {
    entry.name: entry
    for entry in (
        InstrumentDeclaration(
            "rebate", "reference", "broad", "hands the tax straight back to users in proportion to size",
            "the reference arm for equal money",
        ),
        InstrumentDeclaration(
            "rd_credit", "R&D", "broad", "matching credit on every domestic firm's own R&D",
            "article-zhang.txt: 'fiscal and tax support policies'",
        ),
        InstrumentDeclaration(
            "grants", "R&D", "selective", "R&D money for the chosen firms, a share of it tied to the government's plan",
            "essay-feng.txt: 'pre-planned technological routes'",
        ),
        InstrumentDeclaration(
            "vouchers", "application", "broad", "pays a capped share of the price of any domestic product",
            "essay-feng.txt: \"application side\"; explainer-china-briefing.txt: 'technological innovation vouchers'",
        ),
        InstrumentDeclaration(
            "procurement", "application", "selective", "as vouchers, for the chosen firms' products only",
            "the cell of the 2x2 that essay-feng.txt leaves open",
        ),
    )
}  # fmt: skip


def _mix(value: Any) -> Any:
    """A mix as sorted (instrument, share) pairs; unknown names and bad shares are refused."""
    try:
        pairs = dict(value)
    except (TypeError, ValueError):
        raise ValueError("must be a mapping of instruments to shares that sum to 1") from None
    for name, share in pairs.items():
        if name not in INSTRUMENTS:
            raise ValueError(str(unknown("instrument", name, INSTRUMENTS)))
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0.0 <= share <= 1.0:
            raise ValueError(f"share of {name} must be a number from 0 to 1")
    if pairs and abs(sum(pairs.values()) - 1.0) > 1e-9:
        raise ValueError(f"shares sum to {sum(pairs.values()):g}; they must sum to 1")
    return tuple(sorted((str(name), float(share)) for name, share in pairs.items()))


Mix = Annotated[tuple[tuple[str, float], ...], BeforeValidator(_mix), PlainSerializer(dict)]


Criterion = Literal["marginal", "leader", "young"]
Champions = Annotated[int, BeforeValidator(lambda value: 0 if value == "all" else value)]


class Policy(Declared):
    """A policy regime: frozen, validated, hashable; round-trips through YAML and JSON.

    The budget is G = budget * Y_0 per quarter from `start` to `end` (Y_0: output at t = 0), split over the
    instruments of `mix`. Raises BadInput with one line that names the trait and what is allowed.
    """

    # fmt: off  (a declaration a line reads as a table)
    name: str = declare_choice("unnamed", "name in tables; never affects results")
    mix: Mix = declare_choice((), "instruments and their shares of the budget; empty: no tax at all", unit="shares")
    budget: float = declare(
        0.005,
        "share of initial output per quarter",
        0.0,
        0.1,
        "g: money raised per quarter",
        "article-zhang.txt; at least 1.73 % of GDP in China in 2019 (DiPippo, Mazzocco & Kennedy 2022)",
    )
    start: int = declare(0, "quarter", 0, 2000, "first quarter of the policy")
    end: int = declare(120, "quarter", 0, 2000, "first quarter after the policy")
    phase_out: int = declare(0, "quarters", 0, 2000, "the budget falls linearly to nothing over the last n quarters")
    leakage: float = declare(
        0.05,
        "share of outlays",
        0.0,
        0.9,
        "lost to fraud on every transfer alike; half of it is waste",
        "commentary-brookings.txt: 'widespread corruption'",
    )
    administration: float = declare(
        0.02, "share of outlays", 0.0, 0.5, "cost of administration on every transfer alike"
    )
    subsidy_cap: float = declare(0.5, "share of price", 0.0, 0.99, "largest share of a price that is paid")
    foresight: float = declare(
        0.5, "share", 0.0, 1.0, "phi: how well government sees firms' prospects and future problems"
    )
    champions: Champions = declare(
        5, "firms", 0, 4096, "K: number of chosen firms; 0 or 'all' means every firm", "assumption"
    )
    award: Literal["proportional", "equal"] = declare_choice(
        "proportional", "grants in proportion to own R&D, or equal"
    )
    compliance: float = declare(
        0.8,
        "share of grants",
        0.0,
        1.0,
        "share of a grant tied to the plan's domains",
        "essay-feng.txt: 'innovation goals ... predetermined by policy funds'",
    )
    explore: float = declare(0.0, "share of grants", 0.0, 1.0, "share of a grant earmarked for exploration")
    criterion: Criterion = declare_choice("marginal", "what government tries to see in a firm")
    patience: int = declare(12, "quarters", 1, 2000, "a champion is kept this long after its last progress")
    plan_period: int = declare(20, "quarters", 1, 2000, "time between plans", "five-year plans")
    # fmt: on

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"end = {self.end}: must be at least start = {self.start}")
        if self.phase_out > self.end - self.start:
            raise ValueError(
                f"phase_out = {self.phase_out}: must be at most the policy's length of {self.end - self.start} quarters"
            )
        if self.leakage + self.administration >= 0.99:
            raise ValueError("leakage + administration must be below 0.99")
        return self

    @property
    def record(self) -> np.record:
        """The traits as one flat NumPy record for compiled phases; 0 champions means all firms."""
        return _record(self)

    @property
    def shares(self) -> np.ndarray:
        """Share of the budget per instrument, in the order of INSTRUMENTS. Shape (instruments,)."""
        mix = dict(self.mix)
        return np.array([mix.get(name, 0.0) for name in INSTRUMENTS])

    @property
    def selective(self) -> bool:
        """Whether any money goes through an instrument that chooses firms."""
        return any(INSTRUMENTS[name].reach == "selective" for name, share in self.mix if share > 0.0)


@lru_cache(maxsize=4096)
def _record(policy: Policy) -> np.record:
    return to_record(
        policy if policy.mix else policy.replace(budget=0.0),
        equal_award=int(policy.award == "equal"),
        criterion=get_args(Criterion).index(policy.criterion),
        selective=int(policy.selective),
    )


def _presets() -> dict[str, Policy]:
    alone = {name: Policy(name=name, mix={name: 1.0}) for name in INSTRUMENTS}
    named = {
        "laissez_faire": Policy(name="laissez_faire", budget=0.0),
        "selective": Policy(name="selective", mix={"grants": 1.0}),
        "application": Policy(name="application", mix={"vouchers": 1.0}),
    }
    return {**named, **alone}


policies: dict[str, Policy] = _presets()


def find_policy(policy: "Policy | str") -> Policy:
    """A policy from itself or a preset's name; raises BadInput for an unknown name."""
    if isinstance(policy, Policy):
        return policy
    if policy not in policies:
        raise unknown("policy", policy, policies)
    return policies[policy]


def check_fits(policy: Policy, slots: int) -> None:
    """Raise BadInput when a selective policy asks for more champions than there are places for firms."""
    if policy.selective and policy.champions > slots:
        raise BadInput(f"policy.champions = {policy.champions}: must be at most slots = {slots}, or all")
