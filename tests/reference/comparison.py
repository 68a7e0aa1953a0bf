"""The twin beside the fast model: where their states and indicators differ by more than 1e-9 relative.

Numbers below 1e-13 of the largest of their kind are rounding: both models add the same terms, in another order.
All slots are compared, dead ones too. `Support.spread` is not: it is read only in the moment in which it is written.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from model.parameters import Parameters
from model.policy.policy import Policy
from model.simulation import Simulation, finish
from model.state.ledger import Entry
from tests.reference.agents import OLD, User
from tests.reference.economy import ReferenceEconomy
from tests.reference.summary import series, summarise

GOVERNED = ("chosen", "since", "backed", "backed_since")
PASSING = ("spread", "flow")
ROUNDING = {"government.score": 1e-7}
"""Coarser rounding: a z-score of values that are nearly alike is only as exact as the square root of the others."""


def differ(own: Any, fast: Any, rounding: float = 1e-13) -> bool:
    """Whether two arrays of numbers differ."""
    a, b = np.ravel(np.asarray(own, dtype=float)), np.ravel(np.asarray(fast, dtype=float))
    if a.shape != b.shape:
        return True
    scale = max(1.0, float(np.max(np.abs(b), initial=0.0, where=np.isfinite(b))))
    return not np.allclose(a, b, rtol=1e-9, atol=rounding * scale, equal_nan=True)


def differences(economy: Any, simulation: Simulation) -> list[str]:
    """Names of the fields of state in which the twin and the fast model differ."""
    return [
        name for name, own, fast in fields(economy, simulation.state) if differ(own, fast, ROUNDING.get(name, 1e-13))
    ]


def fields(economy: Any, fast: Any) -> Iterator[tuple[str, Any, Any]]:
    """Every field of state: its name, the twin's values and the fast model's."""
    yield from fields_of_users(economy, fast.users)
    yield from fields_of_firms(economy, fast)
    for name in fast.suppliers._fields:
        yield f"suppliers.{name}", [getattr(s, name) for s in economy.suppliers], getattr(fast.suppliers, name)
    industries = economy.industries
    for name in ("layer", "share", "latent"):
        yield f"industries.{name}", [getattr(j, name) for j in industries], getattr(fast.industries, name)
    yield "industries.needs", [j.needs for j in industries], fast.industries.needs.T
    yield "ceiling", economy.ceiling, fast.ceiling
    gains = economy.record.gains
    yield "gains", [list(map(len, gains)), list(map(math.fsum, gains))], fast.gains
    for name in fast.market.dtype.names:
        yield f"market.{name}", [getattr(economy.market, name)], fast.market[name]
    yield "cash", list(economy.ledger.cash.values()), fast.ledger.cash
    for purpose in Entry:
        moved = [quarter[purpose.name] for quarter in economy.ledger.moved]
        yield f"moved.{purpose.name}", moved, fast.ledger.moved[:, int(purpose)]
    yield from fields_of_government(economy, fast)


def fields_of_users(economy: Any, fast: Any) -> Iterator[tuple[str, Any, Any]]:
    """Users, with whom they know and see."""
    special = {
        "industry": lambda user: user.industry.index,
        "provider": provider_number,
        "technology": lambda user: number(user.technology),
        "contacts": lambda user: [number(firm) for firm in user.contacts],
    }
    for name in fast._fields:
        if name not in ("peers", "peer_start", "watchers", "watcher_start"):
            value = special.get(name, lambda user, name=name: getattr(user, name))
            yield f"users.{name}", [value(user) for user in economy.users], getattr(fast, name)
    yield "users.peers", [peer.index for user in economy.users for peer in user.peers], fast.peers


def number(agent: Any) -> int:
    """An agent's index, -1 for none."""
    return -1 if agent is None else agent.index


def provider_number(user: User) -> int:
    """A provider's slot, -1 for the old technology, -2 for an orphan."""
    if user.adopts:
        return int(user.provider.index)
    return -1 if user.provider is OLD else -2


def fields_of_firms(economy: Any, fast: Any) -> Iterator[tuple[str, Any, Any]]:
    """All slots, dead ones too; scores of those that may be chosen."""
    firms = economy.innovators
    for name in fast.innovators._fields:
        own = [[s.index for s in firm.supplier] if name == "supplier" else getattr(firm, name) for firm in firms]
        yield f"innovators.{name}", own, getattr(fast.innovators, name)
    for name in GOVERNED:
        yield f"government.{name}", [getattr(firm, name) for firm in firms], getattr(fast.government, name)
    domestic = [firm.index for firm in firms if firm.alive and not firm.foreign]
    yield "government.score", [firms[i].score for i in domestic], fast.government.score[domestic]


def fields_of_government(economy: Any, fast: Any) -> Iterator[tuple[str, Any, Any]]:
    """Purses and plans, what policy gives, public stocks."""
    government, support, stocks = economy.government, economy.support, economy.stocks
    yield "government.purse", list(government.purse.values()), fast.government.purse
    yield "government.placed", [list(placed.values()) for placed in government.placed], fast.government.placed
    for name in ("plan", "reported", "roadmap", "fashion"):
        yield f"government.{name}", getattr(government, name), getattr(fast.government, name)
    for name in fast.support._fields:
        if name not in PASSING:
            own = getattr(support, name)
            own = list(own.values()) if isinstance(own, dict) else own
            yield f"support.{name}", own, getattr(fast.support, name)
    for name in fast.support.flow.dtype.names:
        assert hasattr(support, name), f"tests/reference/government.py: Support lacks the flow {name}"
        yield f"flow.{name}", [getattr(support, name)], fast.support.flow[name]
    for name in fast.stocks.level.dtype.names:
        yield f"level.{name}", [getattr(stocks, name)], fast.stocks.level[name]
    yield "stocks.common", stocks.common, fast.stocks.common
    yield "stocks.training", stocks.training, fast.stocks.training


def differing_indicators(economy: Any, run: Any) -> list[str]:
    """Names of the indicators in which the finished twin and a finished run of the fast model differ."""
    path, own = series(economy), summarise(economy)
    lacking = sorted({*run.series} - {*path} | {*run.own_summary} - {*own})
    assert not lacking, f"tests/reference/ (indicators, distributions, summary) lacks {lacking}"
    found = [name for name, values in run.series.items() if differ(path[name], values)]
    for name, value in run.own_summary.items():
        if name.startswith(("gain_small", "gain_large")) and sizes_tie(economy):
            continue
        values = [v for v in path.get(name.removesuffix("_at_withdrawal"), []) if math.isfinite(v)]
        scale = max(map(abs, values), default=1.0)
        if differ([own[name], scale], [value, scale]):
            found.append(f"summary {name}")
    return found


def sizes_tie(economy: Any) -> bool:
    """Whether rounding decides which of two users is the larger one."""
    return any(math.isclose(a, b) for a, b in pairwise(sorted(user.size for user in economy.users)))


def run_both(parameters: Parameters, policy: Policy, seed: int) -> tuple[ReferenceEconomy, Any]:
    """Run both models side by side; raises AssertionError at the first quarter in which they differ."""
    economy, simulation = ReferenceEconomy(parameters, policy, seed), Simulation(parameters, policy, seed)
    check("at the start", differences(economy, simulation))
    for t in range(parameters.horizon):
        economy.step()
        simulation.advance(t + 1)
        check(f"in quarter {t}", differences(economy, simulation))
    run = finish(simulation, [])
    check("at the end", differing_indicators(economy, run))
    return economy, run


def check(when: str, found: list[str]) -> None:
    """Raise AssertionError that says what differs."""
    assert not found, f"differ {when}: {', '.join(found)}"
