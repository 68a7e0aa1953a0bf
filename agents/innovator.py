"""Innovators: firms that turn engineers, reports and rivals' examples into products."""

import math
from typing import Annotated, Any, NamedTuple

import numpy as np

from agents.government import NEVER
from agents.kernel.arithmetic import exp, power
from agents.kernel.decorators import inlined_rule, rule
from agents.kernel.fields import DRAWN, KEPT, Field
from agents.kernel.types import MOST_SLOTS, Flags

ABROAD = -1  # a foreign firm's region: no user's own
SUPPORTED, SELLING = 2, 4  # what `watched` adds to 1
MARKUP_LOWEST, MARKUP_HIGHEST = 0.05, 0.6
GAIN_CLASSES = 96
_LEAST_GAIN = (1023 - 20) << 2  # 2^-20 in the first twelve bits and two more of a number of 64
VISIBLE_HALF = 0.001  # share of all users at which half of what use can show is shown


class Innovators(NamedTuple):
    """State of N slots. D domains, J industries."""

    # fmt: off
    alive: Annotated[np.ndarray, Field("N", "", "a firm lives in the slot", bool, first=DRAWN, entrant=True)]
    foreign: Annotated[np.ndarray, Field("N", "", "foreign flag", bool, first=DRAWN, entrant=DRAWN)]
    region: Annotated[np.ndarray, Field("N", "", "region index, ABROAD for a foreign firm", np.int64, first=DRAWN, entrant=DRAWN)]
    income_abroad: Annotated[np.ndarray, Field("N", "money per quarter", "a foreign firm's from other markets, net of production", first=DRAWN, entrant=DRAWN)]
    birth: Annotated[np.ndarray, Field("N", "quarter", "quarter of entry, -1 for founders", np.int64, first=-1, entrant=DRAWN)]
    death: Annotated[np.ndarray, Field("N", "quarter", "quarter in which the slot was last vacated. It rests until the next", np.int64, first=NEVER, entrant=KEPT)]
    capability: Annotated[np.ndarray, Field("N, D", "capability", "x", order="F", first=DRAWN, entrant=DRAWN)]
    generation: Annotated[np.ndarray, Field("N", "", "generation of the product", np.int64, first=0, entrant=DRAWN)]
    prototype: Annotated[np.ndarray, Field("N", "", "the next generation has been found and waits", bool, first=False, entrant=False)]
    belief: Annotated[np.ndarray, Field("N, D", "", "Dirichlet counts of where problems come from", order="F", first=DRAWN, entrant=DRAWN)]
    backlog: Annotated[np.ndarray, Field("N, D", "problems", "open problems", order="F", entrant=0.0)]
    heard: Annotated[np.ndarray, Field("N, J", "reports", "S, reports already received per industry", order="F", entrant=0.0)]
    supplier: Annotated[np.ndarray, Field("N, D", "", "supplier per domain", np.int64, order="F", first=DRAWN, entrant=KEPT)]
    plan_research: Annotated[np.ndarray, Field("N", "money", "own R&D before public money displaces some", entrant=KEPT)]
    own_research: Annotated[np.ndarray, Field("N", "money per quarter", "own R&D. Negative where public money displaces more than the plan", entrant=0.0)]
    fixed_real: Annotated[np.ndarray, Field("N", "money per quarter", "fixed cost at w_0", entrant=KEPT)]
    public_research: Annotated[np.ndarray, Field("N", "money per quarter", "public R&D money", entrant=0.0)]
    hours: Annotated[np.ndarray, Field("N", "hours", "h, engineer hours", entrant=0.0)]
    exploring: Annotated[np.ndarray, Field("N", "hours", "engineer hours of exploration", entrant=0.0)]
    effort: Annotated[np.ndarray, Field("N", "", "(exploitation hours / h_ref)^lambda", entrant=KEPT)]
    absorption: Annotated[np.ndarray, Field("N", "share", "a, absorptive capacity", entrant=0.0)]
    direction: Annotated[np.ndarray, Field("N, D", "share", "shares of exploitation hours, sum to 1", order="F", entrant=0.0)]
    solved: Annotated[np.ndarray, Field("N", "problems", "problems solved in the quarter", entrant=KEPT)]
    effective: Annotated[np.ndarray, Field("N, D", "capability", "e, capability combined with suppliers'", order="F", entrant=0.0)]
    marginal: Annotated[np.ndarray, Field("N, D", "", "e^(rho - 1), weight of a domain's problems before needs", order="F", first=1.0, entrant=0.0)]
    idiosyncratic: Annotated[np.ndarray, Field("N", "", "a, good and bad quarters of the firm, as a log", first=DRAWN, entrant=DRAWN)]
    idiosyncratic_factor: Annotated[np.ndarray, Field("N", "", "multiplies quality in all industries, mean 1", first=DRAWN, entrant=DRAWN)]
    quality: Annotated[np.ndarray, Field("N, J", "quality", "quality in each industry. Nothing to show before the first product", order="F", entrant=0.0)]
    unit_cost: Annotated[np.ndarray, Field("N", "money", "cost of a unit", entrant=0.0)]
    markup: Annotated[np.ndarray, Field("N", "share of cost", "mark-up", first="markup_start", entrant="markup_start")]
    price: Annotated[np.ndarray, Field("N", "money", "price before subsidy", entrant=0.0)]
    subsidy: Annotated[np.ndarray, Field("N", "share of price", "paid by government", entrant=0.0)]
    units: Annotated[np.ndarray, Field("N", "units", "sold in the quarter just past", entrant=0.0)]
    sales: Annotated[np.ndarray, Field("N", "money", "units * list price", entrant=0.0)]
    revenue: Annotated[np.ndarray, Field("N", "money", "received for sales: from users, and from government", entrant=0.0)]
    subsidised: Annotated[np.ndarray, Field("N", "money", "part of revenue paid by government", entrant=0.0)]
    aid_kept: Annotated[np.ndarray, Field("N", "money", "part of that out of aid to adopters of the firm's product", entrant=0.0)]
    delivered: Annotated[np.ndarray, Field("N", "", "sum of size * quality * mastery over own users", entrant=0.0)]
    share: Annotated[np.ndarray, Field("N", "share", "share of units sold", entrant=0.0)]
    experience: Annotated[np.ndarray, Field("N", "units", "cumulative units sold", entrant=0.0)]
    public_recent: Annotated[np.ndarray, Field("N", "money", "public money, fading by a quarter each quarter", entrant=0.0)]
    payments_recent: Annotated[np.ndarray, Field("N", "money", "users' own payments, fading likewise", entrant=0.0)]
    public_total: Annotated[np.ndarray, Field("N", "money", "all public money received", entrant=0.0)]
    equity: Annotated[np.ndarray, Field("N", "money", "equity of the guidance fund not yet repaid", entrant=0.0)]
    usual_units: Annotated[np.ndarray, Field("N", "units per quarter", "sold in the past, each quarter counting 0.75 times the next", entrant=0.0)]
    endowment: Annotated[np.ndarray, Field("N", "money", "seed cash with the addition that policy made to it", first="seed_cash", entrant="seed_cash")]
    useful_mark: Annotated[np.ndarray, Field("N", "quality", "useful quality at the last progress", entrant=0.0)]
    progress: Annotated[np.ndarray, Field("N", "quarter", "quarter of the last progress", np.int64, first=0, entrant=DRAWN)]
    watched: Annotated[np.ndarray, Field("N", "", "when policy ended: 1 alive, 2 more if supported, 4 more if selling", np.int64, first=0, entrant=0)]
    productivity: Annotated[np.ndarray, Field("N", "", "quality units delivered per real resource", entrant=0.0)]
    weight: Annotated[np.ndarray, Field("N", "share", "share of quality units delivered", entrant=0.0)]
    # fmt: on


@inlined_rule
def occupied(alive: Flags) -> int:
    """Return the number of slots to look at: up to the highest in use, and on to a whole number of vector instructions.

    Entrants take the lowest free slots.
    """
    slots = alive.shape[0]
    while slots > 0 and not alive[slots - 1]:
        slots -= 1
    return min((slots + 15) // 16 * 16, alive.shape[0])


@inlined_rule
def research_budget(
    multiple: float, intensity: float, revenue: float, burn: float, cash: float, seed_cash: float
) -> float:
    """Return own R&D = multiple * [intensity * revenue + burn * min(cash, seed cash)], limited by cash."""
    wanted = multiple * (intensity * revenue + burn * min(cash, seed_cash))
    return max(0.0, min(wanted, cash))


@inlined_rule
def displaced(plan: float, displacement: float, grant: float) -> float:
    """Return own R&D after public money has displaced some: plan - displacement * grant, of either sign."""
    return plan - displacement * grant


@inlined_rule
def half_saturated(amount: float, half: float) -> float:
    """Return amount / (amount + half)."""
    return amount / (amount + half)


@inlined_rule
def exploration_share(largest: float, own_problems: float, pressure: float, saturation: float, ahead: float) -> float:
    """Return e = e_max * [1 - (kappa + (1 - kappa) * pressure) * (1 - saturation^2)+ * (1 - ahead)].

    `ahead` is the share of units that later generations sell (Cyert & March, 1963; March, 1991; Greve, 1998).
    """
    exploiting = (own_problems + (1.0 - own_problems) * pressure) * max(0.0, 1.0 - saturation * saturation)
    return largest * (1.0 - exploiting * (1.0 - ahead))


@inlined_rule
def research_effort(hours: float, engineers: float, concentration: float) -> float:
    """Return (hours / h_ref)^lambda with h_ref = H_0 / (40 * market size)."""
    return power(hours / (engineers / 40.0), concentration)


@inlined_rule
def solutions_mean(rate: float, effort: float, direction: float, own_problems: float, pressure: float) -> float:
    """Return gamma * effort * share * [kappa + (1 - kappa) * B / (B + B_half)].

    `effort` is (hours / h_ref)^lambda and `pressure` the last fraction.
    """
    return rate * effort * direction * (own_problems + (1.0 - own_problems) * pressure)


MEAN_SHOCK = 0.5  # solution_size(step, MEAN_SHOCK) is the mean of a log-normal size with log-sd 1


@inlined_rule
def solution_size(step: float, shock: float) -> float:
    """Return the log-normal size of a solution: step * exp(shock), shock standard normal."""
    return step * exp(shock)


@inlined_rule
def improved(capability: float, size: float, ceiling: float) -> float:
    """Return x + size * (1 - x / ceiling)+ after a solution, never above the ceiling."""
    room = max(0.0, 1.0 - capability / ceiling)
    return max(capability, min(ceiling, capability + size * room))


@inlined_rule
def gain_class(gain: float) -> int:
    """Return the class of a solution by what it gains: four of equal width in every doubling from 2^-20 to 2^4.

    What gains less is in the first, what gains more in the last.
    """
    return min(max(int(np.float64(gain).view(np.int64) >> 50) - _LEAST_GAIN, 0), GAIN_CLASSES - 1)


@inlined_rule
def discovery_chance(
    discovery: float, decay: float, generation: float, effort: float, science: float, follow: float, seen: float
) -> float:
    """Return 1 - exp(-effort * (zeta * decay^generation * science + follow * seen)).

    `effort` is (hours of exploration / h_ref)^lambda, `seen` rises from 0 to 1 with the units that later generations
    sell (Mansfield, Schwartz & Wagner, 1981).
    """
    return 1.0 - exp(-effort * (discovery * power(decay, generation) * science + follow * seen))


@inlined_rule
def switches(saturation: float, threshold: float, sold: bool, behind: bool) -> bool:
    """Return whether a firm takes up its prototype: when saturated, or behind others and without sales."""
    return saturation >= threshold or (behind and not sold)


@inlined_rule
def visible_level(capability: float, disclosure: float, share: float) -> float:
    """Return the level that rivals see: x * [delta + (1 - delta) * share / (share + 0.001)]."""
    return capability * (disclosure + (1.0 - disclosure) * half_saturated(share, VISIBLE_HALF))


@inlined_rule
def imitated(capability: float, speed: float, absorption: float, best: float, ceiling: float) -> float:
    """Return x moved towards the best visible rival (within the own ceiling) by speed * absorptive capacity."""
    return capability + speed * absorption * max(0.0, min(best, ceiling) - capability)


@inlined_rule
def idiosyncratic_step(a: float, memory: float, deviation: float, shock: float) -> float:
    """Return a' = m * a + sd * sqrt(1 - m^2) * shock, shock standard normal: its deviation stays sd."""
    return memory * a + deviation * math.sqrt(1.0 - memory * memory) * shock


@inlined_rule
def idiosyncratic_factor(a: float, deviation: float) -> float:
    """Return exp(a - sd^2 / 2), the factor on quality, of mean 1 (Foster, Haltiwanger & Syverson, 2008)."""
    return exp(a - 0.5 * deviation * deviation)


@inlined_rule
def experience_counted(own: float, everybody: float, spillover: float) -> float:
    """Return own + s * (everybody's - own), units sold so far (Irwin & Klenow, 1994)."""
    return own + spillover * (everybody - own)


@inlined_rule
def buyers_price(price: float, subsidy: float, incidence: float) -> float:
    """Return price * [1 - (1 - incidence) * subsidy]: of a subsidy sellers keep the share `incidence`."""
    return price * (1.0 - (1.0 - incidence) * subsidy)


@inlined_rule
def sellers_price(price: float, subsidy: float, incidence: float) -> float:
    """Return price * (1 + incidence * subsidy): what buyers and government pay together."""
    return price * (1.0 + incidence * subsidy)


@inlined_rule
def unit_cost(
    floor: float,
    first: float,
    experience: float,
    doing: float,
    knowledge: float,
    research: float,
    input_share: float,
    input_factor: float,
) -> float:
    """Return [floor + (c0 - floor) * experience^(-b_doing) * knowledge^(-b_research)] * (1 + share * (factor - 1)).

    experience = 1 + 0.1 * units that count / market size; knowledge = mean capability / initial; factor is the
    mean congestion of the firm's suppliers and share the part of cost bought from them.
    """
    base = floor + (first - floor) * power(experience, -doing) * power(knowledge, -research)
    return base * (1.0 + input_share * (input_factor - 1.0))


@inlined_rule
def next_markup(markup: float, response: float, share: float, last_share: float) -> float:
    """Mark-up follows the growth of market share within 0.05-0.6 (Dosi, Fagiolo & Roventini, 2010)."""
    if last_share <= 0.0 or share <= 0.0:
        return markup
    growth = max(-1.0, min(1.0, share / last_share - 1.0))
    return max(MARKUP_LOWEST, min(MARKUP_HIGHEST, markup * (1.0 + response * growth)))


@inlined_rule
def fixed_cost(base: float, growth: float, generation: float, frontier: float, standard: float) -> float:
    """Return the fixed cost at w_0 = base * growth^[(1 - standard) * generation + standard * frontier's generation].

    It rises with w / w_0.
    """
    return base * power(growth, (1.0 - standard) * generation + standard * frontier)


@inlined_rule
def progressed(useful: float, mark: float) -> bool:
    """Return whether a firm has made progress: useful quality rose by 2 % since the last progress."""
    return useful > 1.02 * mark


@inlined_rule
def refinancing_hazard(base: float, prototype: float, waits: bool, growth: float, grew: bool) -> float:
    """Return f_0 + f_1 * [a prototype waits] + f_2 * [sales grew], at most 1."""
    return min(1.0, base + (prototype if waits else 0.0) + (growth if grew else 0.0))


@inlined_rule
def dividends(cash: float, costs: float, quarters: float, seed_cash: float) -> float:
    """Return the cash to pay out: what exceeds some quarters' costs plus seed cash."""
    return max(0.0, cash - quarters * costs - seed_cash)


@inlined_rule
def entrants_mean(
    market_size: float,
    entry: float,
    entry_profit: float,
    profits: float,
    deterrence: float,
    frontier: float,
    entrant: float,
) -> float:
    """Return M * (entry + entry_profit * profits / M) * exp(-deterrence * (frontier / entrant - 1)), a mean."""
    return (market_size * entry + entry_profit * profits) * exp(-deterrence * (frontier / entrant - 1.0))


@inlined_rule
def entrant_capability(
    initial: float, inherit: float, average: float, spread: float, u: float, ceiling: float
) -> float:
    """Return max(initial, inherit * industry average) varied by +- spread, within the ceiling."""
    return min(ceiling, max(initial, inherit * average) * (1.0 + spread * (2.0 * u - 1.0)))


@rule
def firm_number(slot: Any, birth: Any) -> Any:
    """Return a number that no two firms ever share: (quarter of birth + 1) * 4096 + slot. Founders are born at -1."""
    return (birth + 1) * MOST_SLOTS + slot
