"""A policy is a budget, a mix of instruments and a calendar, with the traits of the government that runs it.

Declared here as frozen data; government decides in agents/government.py, and model/policy/instruments.py turns
money into support.
"""

from functools import lru_cache
from typing import Annotated, Any, Literal, Self, get_args

import numpy as np
from pydantic import BeforeValidator, PlainSerializer, model_validator

from model.declaration.errors import BadInput, inside, unknown
from model.declaration.numbers import python_number
from model.declaration.settings import Declared, declare, declare_choice, to_record
from model.declaration.sources import FENG, KROEBER, ZHANG
from model.policy.catalogue import INSTRUMENTS
from model.records import PolicyRecord


def _mix(value: Any) -> Any:
    """Return a mix as sorted (instrument, share) pairs. Raises BadInput for unknown names and bad shares."""
    try:
        pairs = dict(value)
    except (TypeError, ValueError):
        raise BadInput("must be a mapping of instruments to shares that sum to 1", value=value) from None
    for name, share in pairs.items():
        if name not in INSTRUMENTS:
            raise unknown("instrument", name, INSTRUMENTS).within(str(name))
        pairs[name] = _number(share, str(name), 1.0)
    if pairs and abs(sum(pairs.values()) - 1.0) > 1e-9:
        raise BadInput(f"shares sum to {sum(pairs.values()):g}, must sum to 1", value=value)
    return tuple(sorted((str(name), share) for name, share in pairs.items()))


def _calendar(value: Any) -> Any:
    """Return a calendar as a tuple of multiples of the budget."""
    if not isinstance(value, list | tuple):
        raise BadInput("must be a list of numbers", value=value)
    return tuple(_number(multiple, f"[{quarter}]", 1e6) for quarter, multiple in enumerate(value))


def _number(value: Any, key: str, most: float) -> float:
    with inside(key):
        number = python_number(value)
    if not isinstance(number, int | float) or not 0.0 <= number <= most:
        raise BadInput(f"must be a number from 0 to {most:g}", key, value)
    return float(number)


Mix = Annotated[tuple[tuple[str, float], ...], BeforeValidator(_mix), PlainSerializer(dict)]
Calendar = Annotated[tuple[float, ...], BeforeValidator(_calendar), PlainSerializer(list)]


Criterion = Literal["marginal", "leader", "young"]
Champions = Annotated[int, BeforeValidator(lambda value: 0 if value == "all" else value)]


_PUBLIC_MONEY = f"{ZHANG}; at least 1.73 % of GDP in China in 2019 (DiPippo, Mazzocco & Kennedy 2022)"
_WHOLE_CHAINS = f"{ZHANG}: 'collaborative innovation spanning entire industrial chains from upstream to downstream'"


class Policy(Declared):
    """A policy regime: frozen, validated, hashable; round-trips through YAML and JSON.

    The budget is G = budget * Y_0 per quarter from `start` to `end` (Y_0: output at t = 0), split over the
    instruments of `mix`. Raises BadInput with one line that names the trait and what is allowed.
    """

    # fmt: off
    name: str = declare_choice("unnamed", "name in tables; never affects results")
    mix: Mix = declare_choice((), "instruments and their shares of the budget; empty: no tax at all", unit="shares")
    later_mix: Mix = declare_choice((), "the mix from `later_from` on; empty: the mix stays", unit="shares")
    later_from: int = declare(0, "quarter", 0, 2000, "first quarter of `later_mix`, which takes over what is unspent")
    budget: float = declare(0.005, "share of initial output per quarter", 0.0, 0.1, "money raised per quarter", _PUBLIC_MONEY, symbol="g")
    start: int = declare(0, "quarter", 0, 2000, "first quarter of the policy")
    end: int = declare(120, "quarter", 0, 2000, "first quarter after the policy")
    phase_out: int = declare(0, "quarters", 0, 2000, "the budget falls linearly to nothing over the last n quarters")
    calendar: Calendar = declare_choice((), "budget of each quarter from start on, as a multiple of `budget`; empty: the same in all", unit="multiples")
    leakage: float = declare(0.05, "share of outlays", 0.0, 0.9, "lost to fraud on every transfer alike; half of it is waste", f"{KROEBER}: 'widespread corruption'")
    administration: float = declare(0.02, "share of outlays", 0.0, 0.5, "cost of administration on every transfer alike")
    subsidy_cap: float = declare(0.5, "share of price", 0.0, 0.99, "largest share of a price that is paid")
    foresight: float = declare(0.5, "share", 0.0, 1.0, "how well government sees firms' prospects and future problems", symbol="phi")
    champions: Champions = declare(5, "firms", 0, 4096, "number of chosen firms; 0 or 'all' means every firm", "assumption", symbol="K")
    award: Literal["proportional", "equal"] = declare_choice("proportional", "grants in proportion to own R&D, or equal")
    award_size: float = declare(0.0, "money per firm and quarter", 0.0, 1000.0, "largest grant to a firm; 0: no limit, all is shared out")
    max_age: int = declare(2000, "quarters", 0, 2000, "firms older than this are neither chosen nor backed")
    upstream: float = declare(0.0, "share of grants", 0.0, 1.0, "share of grants passed to domestic suppliers of the planned domains", _WHOLE_CHAINS)
    compliance: float = declare(0.8, "share of grants", 0.0, 1.0, "share of a grant tied to the plan's domains", f"{FENG}: 'innovation goals ... predetermined by policy funds'")
    explore: float = declare(0.0, "share of grants", 0.0, 1.0, "share of a grant earmarked for exploration")
    criterion: Criterion = declare_choice("marginal", "what government tries to see in a firm")
    bias_size: float = declare(0.0, "weight", -5.0, 5.0, "weight of a firm's size (z-score of sales) in its score")
    bias_past: float = declare(0.0, "weight", -5.0, 5.0, "weight of public money received so far (z-score)")
    bias_connection: float = declare(0.0, "weight", -5.0, 5.0, "weight of a firm's connections, which are luck (z-score)")
    patience: int = declare(12, "quarters", 1, 2000, "a champion is kept this long after its last progress")
    plan_period: int = declare(20, "quarters", 1, 2000, "time between plans", "five-year plans")
    local_champions: int = declare(2, "firms per region", 1, 4096, "firms that each local government backs by equity")
    herding: float = declare(0.5, "weight", 0.0, 5.0, "weight of what other local governments back in the score of a firm", f"{ZHANG}: 'low-quality, redundant development'")
    equity_share: float = declare(0.5, "share of dividends", 0.0, 1.0, "paid to the guidance fund until equity is repaid")
    mission_explore: float = declare(0.5, "share", 0.0, 1.0, "share of a mission's R&D money earmarked for exploration")
    coordination: float = declare(0.1, "share", 0.0, 1.0, "hours of a mission lost to coordination")
    mission_upstream: float = declare(0.2, "share", 0.0, 1.0, "share of a mission's money for suppliers of planned domains")
    waive_risk: float = declare(0.0, "share", 0.0, 1.0, "risk of buying from champions that procurement takes over")
    first_adopters: float = declare(0.1, "share of an industry", 0.0, 1.0, "adoption up to which an industry's users count as first adopters")
    entry_award: float = declare(2.0, "ratio to seed cash", 0.0, 20.0, "largest addition to an entrant's seed cash")
    roadmap_plan: float = declare(0.2, "share", 0.0, 1.0, "weight of the government's plan in a roadmap, beside pooled reports", symbol="a")
    # fmt: on

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.end < self.start:
            raise BadInput(f"must be at least start = {self.start}", "end", self.end)
        if self.phase_out > self.end - self.start:
            length = f"the policy's length of {self.end - self.start} quarters"
            raise BadInput(f"must be at most {length}", "phase_out", self.phase_out)
        if self.later_mix and not self.mix:
            raise BadInput("needs a mix to start with", "later_mix")
        if self.leakage + self.administration >= 0.99:
            raise BadInput("must be below 0.99", "leakage + administration", self.leakage + self.administration)
        return self

    @property
    def record(self) -> "PolicyRecord":
        """The traits as one flat NumPy record for compiled phases; 0 champions means all firms."""
        return _record(self)

    @property
    def shares(self) -> np.ndarray:
        """Share of the budget per instrument, in the order of INSTRUMENTS: first mix, later mix. (2, instruments)."""
        mixes = dict(self.mix), dict(self.later_mix or self.mix)
        return np.array([[mix.get(name, 0.0) for name in INSTRUMENTS] for mix in mixes])

    def outlays(self, horizon: int) -> np.ndarray:
        """Budget of every quarter and instrument as a share of Y_0: budget * fade * calendar * mix. Shape (T, I).

        The fade falls linearly to nothing over the last `phase_out` quarters: (end - t) / (phase_out + 1).
        """
        quarter = np.arange(horizon)
        running = (quarter >= self.start) & (quarter < self.end)
        fade = np.minimum(1.0, (self.end - quarter) / (self.phase_out + 1.0))
        multiple = np.ones(horizon)
        if self.calendar:
            multiple[:] = 0.0
            given = np.array(self.calendar)[: max(0, horizon - self.start)]
            multiple[self.start : self.start + given.shape[0]] = given
        first, later = self.shares
        later_on = bool(self.later_mix) & (quarter >= self.later_from)
        mix = np.where(later_on[:, None], later, first)
        return (self.budget * running * fade * multiple)[:, None] * mix

    def uses(self, **facts: str) -> bool:
        """Tell if money ever goes through an instrument with these declared facts, e.g. uses(chooser="regions")."""
        return any(
            all(getattr(INSTRUMENTS[name], fact) == value for fact, value in facts.items())
            for name, share in (*self.mix, *self.later_mix)
            if share > 0.0
        )


@lru_cache(maxsize=64)
def _record(policy: Policy) -> PolicyRecord:
    numbers: PolicyRecord = to_record(
        policy if policy.mix else policy.replace(budget=0.0),
        equal_award=int(policy.award == "equal"),
        criterion=get_args(Criterion).index(policy.criterion),
        chooses=int(policy.uses(chooser="government")),
        plans=int(policy.uses(chooser="government") or policy.uses(name="roadmap")),
        backs=int(policy.uses(chooser="regions")),
        moves_on=policy.later_from if policy.later_mix else 2**31,
    )
    return numbers


def check_fits(policy: Policy, slots: int) -> None:
    """Raise BadInput when a selective policy asks for more champions than there are slots for firms."""
    if policy.uses(chooser="government") and policy.champions > slots:
        raise BadInput(f"must be at most slots = {slots}, or all", "champions", policy.champions)


def withdrawn(policy: Policy, quarter: int) -> Policy:
    """The policy as it is when it ends at once in `quarter` (-1: it runs its course)."""
    if not 0 <= quarter < policy.end:
        return policy
    return policy.replace(end=max(quarter, policy.start), phase_out=0)
