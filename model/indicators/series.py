"""Indicators: each is one entry with name, unit and definition, read from the record of a run after its last phase.

A level or flow is a formula over the columns of tallies (model/state/tallies.py) and of money moved by entry
(model/state/ledger.py), vectorised over quarters. A `time` is a quarter, NaN when never reached. A `run` indicator
needs the whole run. An `end` indicator reads the state itself (model/indicators/distributions.py).
"""

from collections.abc import Callable, Mapping

import numpy as np

import model.indicators.distributions
import model.indicators.present_values
import model.indicators.takeoff
import model.indicators.welfare
from agents.industry import LAYERS
from model.indicators.indicator import INDICATORS, Record, column, indicator, money_moved, ratio, share_of_size
from model.policy.catalogue import INSTRUMENTS
from model.state.ledger import PLACED, Entry

# -- technology
share_of_size("adoption", LAYERS, "size of users of the new technology over all users'")
for _layer in LAYERS:
    share_of_size(f"adoption_{_layer}", (_layer,), f"the same within {_layer} industries")
indicator(
    "useful_technology",
    "quality",
    "level",
    "sum of size * quality * mastery as used over all users' size; technology not used counts nothing",
    "higher",
)(lambda r: r.tallies["useful"] / r.size)
column("lab_technology", "capability", "level", "lab", "mean capability over domains of the frontier lab", "higher")
indicator("usefulness_ratio", "ratio", "level", "useful technology over lab technology", "higher")(
    lambda r: ratio(r.tallies["useful"] / r.size, r.tallies["lab"])
)
column("generation", "generation", "level", "generation", "generation of products in use, weighted by units", "higher")
column(
    "generation_frontier", "generation", "level", "frontier_generation", "most advanced generation on offer", "higher"
)
column("problems_met", "problems", "flow", "problems_met", "problems met by users in their own time")
column("problems_heard", "problems", "flow", "problems_heard", "of these heard by their innovators", "higher")
indicator("problems_solved", "problems", "flow", "problems solved by labs and by lead users", "higher")(
    lambda r: r.tallies["lab_solutions"] + r.tallies["user_solutions"]
)
column("problems_solved_by_users", "problems", "flow", "user_solutions", "solutions made by lead users")
indicator(
    "research_productivity",
    "capability per hour",
    "level",
    "improvement by solutions per engineer hour in R&D, hours lost to coordination included",
    "higher",
)(lambda r: ratio(r.tallies["gains"], r.tallies["research_hours"]))


@indicator(
    "top_tenth_gains",
    "share",
    "run",
    "share of all gains by domestic labs' solutions that the best tenth of them makes",
)
def top_tenth_gains(r: Record) -> float:
    """Solutions of a class (`agents.innovator.gain_class`) count with their mean."""
    number, gain = r.gains[:, ::-1]
    larger = np.cumsum(number) - number
    counted = np.clip(0.1 * number.sum() - larger, 0.0, number)
    return float(ratio((counted * gain / np.maximum(number, 1.0)).sum(), gain.sum()))


indicator("interaction_scope", "industries per firm", "level", "industries served by a selling firm, mean", "higher")(
    lambda r: ratio(r.tallies["industries_served"], r.tallies["selling_firms"])
)
indicator("users_per_firm", "size per firm", "level", "economic size served by a selling firm, mean")(
    lambda r: ratio(r.tallies["users_served"], r.tallies["selling_firms"])
)

# -- research and engineers
indicator(
    "private_rd",
    "money",
    "flow",
    "own R&D of domestic innovators, negative where public money displaces more",
)(model.indicators.welfare.private_rd)
money_moved("public_rd", (Entry.GRANT, Entry.EQUITY, Entry.LABORATORIES), "public R&D money")
indicator("exploration_share", "share of R&D money", "level", "R&D money spent on exploration")(
    lambda r: ratio(r.tallies["exploration_money"], r.money(Entry.RESEARCH))
)
column("exploration_hours", "hours", "flow", "exploration_hours", "engineer hours spent on exploration")
column("wage", "money per hour", "level", "wage", "engineers' wage")
column("engineer_hours", "hours per quarter", "level", "hours", "engineer hours supplied and used")

column("science", "ratio", "level", "science", "public science: multiplies the hazard of discovery, 1 without policy")
column("common_technology", "capability", "level", "common", "mean level of common technology over domains")
column("engineers_trained", "engineers", "level", "engineers", "engineers in the market that policy has trained")
column("infrastructure", "money", "level", "infrastructure", "stock of public infrastructure")
indicator(
    "infrastructure_usage",
    "share per quarter",
    "level",
    "money that users save on integration in a quarter over the stock of infrastructure",
    "higher",
)(lambda r: ratio(r.integration * r.tallies["integrated"] - r.money(Entry.INTEGRATION), r.tallies["infrastructure"]))

# -- products and firms
indicator("price", "money", "level", "price before subsidy, weighted by units", "lower")(
    lambda r: ratio(r.tallies["price"], r.tallies["units"])
)
indicator("unit_cost", "money", "level", "unit cost, weighted by units", "lower")(
    lambda r: ratio(r.tallies["unit_cost"], r.tallies["units"])
)
indicator("revenue_share", "share of output", "level", "new industry's sales at list prices over output")(
    lambda r: ratio(r.tallies["sales"], r.tallies["output"])
)


@indicator(
    "learning_rate",
    "% per doubling",
    "run",
    "fall of mean unit cost per doubling of cumulative units, by log-log regression",
)
def learning_rate(r: Record) -> float:
    cumulative = np.cumsum(r.tallies["units"])
    sold = r.tallies["units"] > 0.0
    if sold.sum() < 3:
        return np.nan
    x, y = np.log(cumulative[sold]), np.log(r.tallies["unit_cost"][sold] / r.tallies["units"][sold])
    spread = np.sum((x - x.mean()) ** 2)
    return float(100.0 * (1.0 - 2.0 ** (np.sum((x - x.mean()) * (y - y.mean())) / spread))) if spread > 0.0 else np.nan


indicator("entrant_share", "share of units", "level", "units of firms born after t = 0 over all units")(
    lambda r: ratio(r.tallies["entrant_units"], r.tallies["units"])
)


@indicator(
    "leader_turnover",
    "0 or 1",
    "run",
    "1 if another firm sells most at the end than half way through, 0 if it is the same; NaN without sales then",
)
def leader_turnover(r: Record) -> float:
    half, end = r.tallies["leader"][[len(r.moved) // 2, -1]]
    return float(half != end) if half >= 0 else np.nan


column("profits", "money", "flow", "profits", "domestic innovators' revenue less production, own R&D and fixed costs")
column("firms", "firms", "level", "firms", "living innovators")
indicator("firms_peak", "firms", "run", "largest number of living innovators")(
    lambda r: float(r.tallies["firms"].max())
)
column("entries", "firms", "flow", "entries", "firms that entered")
column("exits", "firms", "flow", "exits", "firms that left")
indicator("hhi", "index", "level", "Herfindahl-Hirschman index of units sold by living firms", "lower")(
    lambda r: ratio(r.tallies["share_squares"], r.tallies["units"] > 0.0)
)
column("duplication", "cosine", "level", "similarity", "mean pairwise cosine of firms' R&D directions", "lower")
indicator(
    "diversity",
    "domains",
    "level",
    "effective number of domains in all R&D: exp of the entropy of hours (Hill, 1973)",
    "higher",
)(lambda r: np.exp(r.tallies["direction_entropy"]))
indicator("domestic_share", "share of units", "level", "units of domestic innovators over all units")(
    lambda r: ratio(r.tallies["domestic_units"], r.tallies["units"])
)
indicator(
    "domestic_component_share", "share of components", "level", "components from domestic suppliers over all components"
)(lambda r: ratio(r.tallies["domestic_components"], r.tallies["components"]))

column("imports", "money", "flow", "imports", "revenue of foreign innovators")

# -- old industries, and who gains
column(
    "old_industry_output",
    "money per quarter",
    "level",
    "output_traditional",
    "output of traditional industries",
    "higher",
)
indicator("old_technology_quality", "quality", "level", "size-weighted quality of users' old technology", "higher")(
    lambda r: r.tallies["old_quality"] / r.size
)


# -- times
def _time_to(share: float) -> Callable[[Record], float]:
    def measure(r: Record) -> float:
        reached = np.flatnonzero(INDICATORS["adoption"].measure(r) >= share)
        return float(reached[0]) if reached.size else np.nan

    return measure


indicator("time_to_10", "quarter", "time", "first quarter with adoption of 10 %", "lower")(_time_to(0.1))
indicator("time_to_50", "quarter", "time", "first quarter with adoption of 50 %", "lower")(_time_to(0.5))


# -- shocks
@indicator(
    "shock_loss", "%", "run", "largest fall of output below its level in the quarter before the first shock", "lower"
)
def shock_loss(r: Record) -> float:
    if not 0 < r.shock < len(r.moved):
        return np.nan
    output = r.tallies["output"]
    return float(100.0 * max(0.0, 1.0 - output[r.shock :].min() / output[r.shock - 1]))


@indicator(
    "recovery_time",
    "quarters",
    "run",
    "quarters from the first shock until output is at its level before it for good; NaN if it never is",
    "lower",
)
def recovery_time(r: Record) -> float:
    if not 0 < r.shock < len(r.moved):
        return np.nan
    below = np.flatnonzero(r.tallies["output"][r.shock :] < r.tallies["output"][r.shock - 1])
    recovered = int(below[-1]) + 1 if below.size else 0
    return float(recovered) if r.shock + recovered < len(r.moved) else np.nan


# -- bonsai
indicator(
    "bonsai_dependence",
    "share",
    "level",
    "recent public money of living firms over it plus users' own payments",
    "lower",
)(lambda r: ratio(r.tallies["public_recent"], r.tallies["public_recent"] + r.tallies["payments_recent"]))
indicator(
    "bonsai_dependent_share",
    "share of firms",
    "level",
    "living firms with more than a third of recent income from public money",
    "lower",
)(lambda r: ratio(r.tallies["dependent_firms"], r.tallies["firms"]))


@indicator(
    "bonsai_exit_excess",
    "share of firms",
    "run",
    "exits of supported firms within 8 quarters of withdrawal, per firm, less the same seed's laissez-faire hazard of "
    "firms alike: of those that sell, and of those that do not",
    "lower",
)
def bonsai_exit_excess(summary: Mapping[str, float], baseline: Mapping[str, float]) -> float:
    # Price subsidies support firms that sell, which seldom leave; one hazard for all would credit that to the subsidy.
    selling = summary["_supported_selling"]
    alike = ((selling, baseline["_selling_hazard"]), (1.0 - selling, baseline["_idle_hazard"]))
    return summary["_supported_hazard"] - sum(share * hazard for share, hazard in alike if share > 0.0)


# -- public money
money_moved("budget_raised", (Entry.TAX,), "taxes raised for policy; the sum of the next four")
indicator("budget_placed", "money", "flow", "public money that reached its purpose, less equity recovered")(
    lambda r: sum(r.money(purpose) for purpose in PLACED) - r.money(Entry.REPAID)
)
money_moved("budget_leaked", (Entry.LEAKAGE,), "public money lost to fraud", "lower")
money_moved("budget_administration", (Entry.ADMINISTRATION,), "cost of administration", "lower")
money_moved("budget_returned", (Entry.RETURNED,), "public money never placed and handed back when policy ends", "lower")

money_moved("equity_recovered", (Entry.REPAID,), "equity of guidance funds that firms have repaid", "higher")
for _number, _instrument in enumerate(INSTRUMENTS):
    indicator(f"placed_{_instrument}", "money", "flow", f"public money placed by {_instrument}")(
        lambda r, number=_number: r.placed[:, number]
    )
