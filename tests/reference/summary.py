"""The summary of a run: model/ODD.md, section 9."""

import math
from typing import Any

from model.indicators.series import INDICATORS
from tests.reference.distributions import measure_users, ratio
from tests.reference.indicators import WATCHED

WATCH = 8


def series(economy: Any) -> dict[str, list[float]]:
    """Every indicator that has a value per quarter, by name."""
    return {name: [row[name] for row in economy.record.rows] for name in economy.record.rows[0]}


def summarise(economy: Any) -> dict[str, float]:
    """Every indicator of a run that can be told without another run."""
    path, horizon = series(economy), len(economy.record.rows)
    ended = min(economy.policy.end, horizon)
    at_end, at_withdrawal = measure_users(economy), economy.record.at_withdrawal
    return {
        **at_end,
        **totals(path, horizon),
        **measure_run(economy, path),
        **hazards(economy, path),
        **{name + "_at_withdrawal": at_withdrawal.get(name, math.nan) for name in at_end},
        **{name + "_at_withdrawal": value for name, value in totals(path, ended).items()},
    }


def totals(path: dict[str, list[float]], quarters: int) -> dict[str, float]:
    """A level's last value and a flow's sum over the first quarters; no level without a quarter."""
    found = {}
    for name, values in path.items():
        if name in INDICATORS and INDICATORS[name].kind == "flow":
            found[name] = math.fsum(values[:quarters])
        elif name in INDICATORS:
            found[name] = values[quarters - 1] if quarters > 0 else math.nan
    return found


def measure_run(economy: Any, path: dict[str, list[float]]) -> dict[str, float]:
    """What only a whole run shows."""
    net, adoption = path["_net_output"], path["adoption"]
    return {
        "tfp_growth": yearly_growth(net[0], net[-1], len(net) - 1),
        "learning_rate": learning_rate(path["unit_cost"], path["_units"]),
        "top_tenth_gains": share_of_best(economy.record.gains),
        "firms_peak": max(path["firms"]),
        "leader_turnover": leader_turnover(path["_leader"]),
        "time_to_10": first_quarter(adoption, 0.1),
        "time_to_50": first_quarter(adoption, 0.5),
        **recovery(economy, path["output"]),
        **research_by_phase(economy, path),
    }


def research_by_phase(economy: Any, path: dict[str, list[float]]) -> dict[str, float]:
    """Public R&D money, and private R&D as planned, before a tenth of users' size has adopted and from then on."""
    ledger = economy.ledger.moved
    planned = [
        quarter["RESEARCH"] - (1.0 - economy.p.displacement) * (quarter["GRANT"] + quarter["EQUITY"])
        for quarter in ledger
    ]
    found = {}
    for name, money in {"public_rd": path["public_rd"], "planned_rd": planned}.items():
        started = [max(path["adoption"][: t + 1]) >= 0.1 for t in range(len(money))]
        after = math.fsum(amount for amount, late in zip(money, started, strict=True) if late)
        found |= {f"{name}_before_takeoff": math.fsum(money) - after, f"{name}_after_takeoff": after}
    return found


def leader_turnover(leaders: list[float]) -> float:
    """Return 1 if another firm leads at the end than half way through; NaN if none led then."""
    half = leaders[len(leaders) // 2]
    return float(half != leaders[-1]) if half >= 0.0 else math.nan


def share_of_best(gains: list[list[float]]) -> float:
    """Share of all gains that the best tenth of solutions make, each counting with the mean of its class."""
    left, best = sum(map(len, gains)) / 10.0, 0.0
    for members in reversed(gains):
        if members:
            counted = min(left, len(members))
            best, left = best + counted * math.fsum(members) / len(members), left - counted
    return ratio(best, math.fsum(map(math.fsum, gains)))


def yearly_growth(first: float, last: float, quarters: int) -> float:
    """Growth in % a year; NaN where no time has passed or one of the two is not positive."""
    if quarters == 0 or min(first, last) <= 0.0:
        return math.nan
    return 100.0 * ((last / first) ** (4.0 / quarters) - 1.0)


def first_quarter(adoption: list[float], level: float) -> float:
    """The first quarter with at least this adoption; NaN if there is none."""
    return next((float(t) for t, share in enumerate(adoption) if share >= level), math.nan)


def learning_rate(cost: list[float], units: list[float]) -> float:
    """100 (1 - 2^b), b the slope of log mean unit cost on log cumulative units; NaN below three sales."""
    points, sold = [], 0.0
    for c, u in zip(cost, units, strict=True):
        sold += u
        if u > 0.0:
            points.append((math.log(sold), math.log(c)))
    if len(points) < 3:
        return math.nan
    x_mean = sum(x for x, _ in points) / len(points)
    y_mean = sum(y for _, y in points) / len(points)
    slope = sum((x - x_mean) * (y - y_mean) for x, y in points) / sum((x - x_mean) ** 2 for x, _ in points)
    return 100.0 * (1.0 - 2.0**slope)


def recovery(economy: Any, output: list[float]) -> dict[str, float]:
    """How deep output falls after the first shock, and when it is back for good."""
    x = min(economy.p.shocks.values(), default=-1)
    if not 0 < x < len(output):
        return {"shock_loss": math.nan, "recovery_time": math.nan}
    before, after = output[x - 1], output[x:]
    below = [k for k, value in enumerate(after) if value < before]
    back = below[-1] + 1 if below else 0
    return {
        "shock_loss": 100.0 * max(0.0, 1.0 - min(after) / before),
        "recovery_time": float(back) if back < len(after) else math.nan,
    }


def hazards(economy: Any, path: dict[str, list[float]]) -> dict[str, float]:
    """Exits within eight quarters of the end of policy, per firm: of supported firms, of those that sold or did not."""
    end, watched = economy.policy.end, economy.record.watched
    found = {}
    for gone, kinds in WATCHED.items():
        exits, firms = sum(path[gone][end : end + WATCH]), sum(one in kinds for one in watched)
        found[gone.replace("_gone", "") + "_hazard"] = exits / firms if firms else math.nan
    supported = watched.count(3) + watched.count(7)
    return found | {"_supported_selling": watched.count(7) / supported if supported else math.nan}


def hazard_of_firms_alike(selling: float, other: dict[str, float]) -> float:
    """Exits per firm without policy, among as many firms that sell as the supported ones had."""
    if selling == 1.0:
        return other["_selling_hazard"]
    if selling == 0.0:
        return other["_idle_hazard"]
    return selling * other["_selling_hazard"] + (1.0 - selling) * other["_idle_hazard"]


def compared(own: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    """What a run's summary shows beside that of the same seed without policy."""
    rates = ("0", "0_5", "1", "2", "4", "8")
    return {
        **{f"welfare_gain_pv_{rate}": own[f"welfare_pv_{rate}"] - other[f"welfare_pv_{rate}"] for rate in rates},
        "welfare_per_unit": ratio(own["welfare"] - other["welfare"], own["budget_placed"]),
        "bonsai_exit_excess": own["_supported_hazard"] - hazard_of_firms_alike(own["_supported_selling"], other),
    }
