"""Indicators of output, welfare and productivity. Each is one entry, as in model/indicators/series.py."""

from collections.abc import Mapping

import numpy as np

from model.indicators.indicator import Record, column, indicator
from model.state.ledger import RESOURCE_COSTS, Entry

column(
    "output",
    "money per quarter",
    "level",
    "output",
    "users' output: sum of size * [1 + v * val * (useful quality - 1)]",
    "higher",
)


def costs(r: Record) -> np.ndarray:
    """Resource costs per quarter but for engineers, and imports."""
    return np.asarray(sum(r.money(purpose) for purpose in RESOURCE_COSTS) + r.tallies["imports"])


def net_output(r: Record) -> np.ndarray:
    """Output less resource costs and payments for engineers, money per quarter."""
    return r.tallies["output"] - costs(r) - r.tallies["wage"] * r.tallies["hours"]


@indicator(
    "welfare",
    "money",
    "flow",
    "output - resource costs - imports - eps/(1+eps) * w * H - chi * taxes - half of leakage, undiscounted",
    "higher",
)
def welfare(r: Record) -> np.ndarray:
    opportunity = r.supply_elasticity / (1.0 + r.supply_elasticity) * r.tallies["wage"] * r.tallies["hours"]
    public = r.funds_cost * r.money(Entry.TAX) + 0.5 * r.money(Entry.LEAKAGE)
    return np.asarray(r.tallies["output"] - costs(r) - opportunity - public)


@indicator(
    "welfare_risk",
    "money",
    "flow",
    "welfare if perceived risk and friction are costs: less size * risk felt on leaving the old technology, less "
    "friction * size of users whose provider is in another region",
    "higher",
)
def welfare_risk(r: Record) -> np.ndarray:
    return np.asarray(welfare(r) - r.tallies["risked"] - r.friction * r.tallies["across"])


@indicator(
    "net_before_rd",
    "money",
    "flow",
    "output less all costs that welfare counts but those of private R&D: what more of it brings",
    "higher",
)
def net_before_rd(r: Record) -> np.ndarray:
    return np.asarray(welfare(r) + r.supply_elasticity / (1.0 + r.supply_elasticity) * private_rd(r))


def private_rd(r: Record) -> np.ndarray:
    """Own R&D of domestic innovators per quarter, money."""
    return np.asarray(r.money(Entry.RESEARCH) - r.money(Entry.GRANT) - r.money(Entry.EQUITY))


@indicator(
    "welfare_per_unit",
    "money per money",
    "run",
    "welfare above the same seed's laissez-faire, per unit of public money placed",
    "higher",
)
def welfare_per_unit(summary: Mapping[str, float], baseline: Mapping[str, float]) -> float:
    placed = summary["budget_placed"]
    return (summary["welfare"] - baseline["welfare"]) / placed if placed > 0.0 else np.nan


@indicator(
    "tfp_growth",
    "% a year",
    "run",
    "growth of net output over size from the first quarter to the last (model/ODD.md)",
    "higher",
)
def tfp_growth(r: Record) -> float:
    first, last = net_output(r)[[0, -1]]
    years = (len(r.moved) - 1) / 4.0
    return (
        float(100.0 * ((last / first) ** (1.0 / years) - 1.0)) if years > 0 and first > 0.0 and last > 0.0 else np.nan
    )


@indicator(
    "tfp_users",
    "money per size",
    "level",
    "users' output less technology at unsubsidised prices, per unit of size",
    "higher",
)
def tfp_users(r: Record) -> np.ndarray:
    return np.asarray((r.tallies["output"] - r.tallies["sales"] - r.money(Entry.OLD_TECHNOLOGY)) / r.size)


column(
    "tfp_innovators",
    "quality units per money",
    "level",
    "productivity",
    "quality delivered per real resource, weighted by quality delivered",
    "higher",
)
column(
    "tfp_innovators_frontier",
    "quality units per money",
    "level",
    "productivity_frontier",
    "the same of the best innovator with sales",
    "higher",
)
for _part in ("within", "between", "entry", "exit"):
    column(
        f"tfp_innovators_{_part}",
        "quality units per money",
        "flow",
        f"productivity_{_part}",
        f"{_part} part of its change (Foster, Haltiwanger & Krizan, 2001)",
    )

for _part, _who in (
    ("within", "users that kept their technology and provider"),
    ("between", "users that changed provider"),
    ("entry", "users that took up the new technology"),
    ("exit", "users that went back to the old technology"),
):
    column(
        f"tfp_users_{_part}",
        "money per size",
        "flow",
        f"user_productivity_{_part}",
        f"{_part} part of the change of tfp_users: {_who}",
    )
