"""Working space of phases and threads. Nothing in it survives the phase, or the step of a block, that needs it."""

from typing import Annotated, NamedTuple

import numpy as np

from agents.kernel.fields import DRAWN, Field


class ThreadWorkspace(NamedTuple):
    """Working space for a block of users. Every thread has its own. D domains, M contacts, offers = block * (M + 1)."""

    # fmt: off
    marked: Annotated[np.ndarray, Field("block", "", "users picked out", bool, first=False)]
    listed: Annotated[np.ndarray, Field("block", "", "users that reconsider, report or meet somebody", np.int64)]
    who: Annotated[np.ndarray, Field("offers", "", "users to whom something is offered, M + 1 times each, or who lost a contact", np.int64)]
    option: Annotated[np.ndarray, Field("offers", "", "slot of the offer, MOST_SLOTS for the old technology, or position of the contact", np.int64)]
    utility: Annotated[np.ndarray, Field("offers", "money", "utility of the offer")]
    taste: Annotated[np.ndarray, Field("offers", "money", "noise of the utility")]
    risk_felt: Annotated[np.ndarray, Field("block", "money", "risk seen in leaving the old technology")]
    staying: Annotated[np.ndarray, Field("block", "money", "utility of the old technology")]
    fresh_mastery: Annotated[np.ndarray, Field("block", "share", "mastery of a new product")]
    chosen: Annotated[np.ndarray, Field("block", "", "best offer so far", np.int64)]
    best: Annotated[np.ndarray, Field("block", "money", "its utility")]
    useful: Annotated[np.ndarray, Field("block", "quality", "useful quality of what a user works with")]
    paid: Annotated[np.ndarray, Field("block", "money", "its price before subsidy")]
    productivity: Annotated[np.ndarray, Field("block", "money", "productivity now, then its change")]
    stray_draw: Annotated[np.ndarray, Field("block", "", "uniform of a report: its domain is random")]
    domain_draw: Annotated[np.ndarray, Field("block", "", "uniform of a report: its domain")]
    heard_draw: Annotated[np.ndarray, Field("block", "", "uniform of a report: it is heard")]
    solution_draw: Annotated[np.ndarray, Field("block", "", "uniform of a report: it brings a solution")]
    heard: Annotated[np.ndarray, Field("block", "", "numbers of the reports that are heard", np.int64)]
    report_firm: Annotated[np.ndarray, Field("block", "", "firm of a heard report", np.int64)]
    report_industry: Annotated[np.ndarray, Field("block", "", "industry of a heard report", np.int64)]
    report_domain: Annotated[np.ndarray, Field("block", "", "domain of a heard report", np.int64)]
    worth: Annotated[np.ndarray, Field("D, block", "", "worth of capability in a domain to who reports")]
    worth_parts: Annotated[np.ndarray, Field("4, block", "", "parts of its sum over domains")]
    position_draw: Annotated[np.ndarray, Field("block", "", "uniform of a meeting: the contact that gives way")]
    mouth_draw: Annotated[np.ndarray, Field("block", "", "uniform of a meeting: word of mouth or not")]
    peer_draw: Annotated[np.ndarray, Field("block", "", "uniform of a meeting: the peer that speaks")]
    luck: Annotated[np.ndarray, Field("offers", "", "random word of a search for a partner", np.uint64)]
    home: Annotated[np.ndarray, Field("N", "", "region of a slot's living firm, -2 without one", np.int64)]
    draw: Annotated[np.ndarray, Field("N", "", "random word of a slot for a user, above the number of the slot", np.int64)]
    stale: Annotated[np.ndarray, Field("offers", "", "contacts that are gone", bool, first=False)]
    # fmt: on


class PhaseWorkspace(NamedTuple):
    """Working space of the phases. N slots, D domains, J industries, S suppliers, pairs = N * D."""

    # fmt: off
    eligible: Annotated[np.ndarray, Field("N", "", "living domestic firms", bool, first=False)]
    level: Annotated[np.ndarray, Field("N", "capability", "mean capability over domains")]
    generations: Annotated[np.ndarray, Field("G", "", "living firms per generation")]
    generation_units: Annotated[np.ndarray, Field("G", "units", "units sold per generation, or beyond it")]
    average: Annotated[np.ndarray, Field("D", "capability", "mean capability of living firms")]
    # environment and government
    need_industry: Annotated[np.ndarray, Field("needs", "", "industries of the needs in a row, whatever the quarter", np.int64, first=DRAWN)]
    need_domain: Annotated[np.ndarray, Field("needs", "", "their domains", np.int64, first=DRAWN)]
    need_moved: Annotated[np.ndarray, Field("needs", "", "latent needs after their step")]
    need_shock: Annotated[np.ndarray, Field("needs", "", "standard normal shocks of needs")]
    shifted_latent: Annotated[np.ndarray, Field("J, D", "share", "latent needs moved to other domains or ahead in time")]
    future_needs: Annotated[np.ndarray, Field("D, J", "share", "needs ahead in time")]
    order: Annotated[np.ndarray, Field("D", "", "domains in another order", np.int64)]
    guess: Annotated[np.ndarray, Field("D", "", "random weights of a plan")]
    user_worth: Annotated[np.ndarray, Field("N, J", "money", "worth of a unit of quality to a firm's users", order="F")]
    # research
    research_at_home: Annotated[np.ndarray, Field("N", "money", "R&D money spent on engineers of the market")]
    research_abroad: Annotated[np.ndarray, Field("N", "money", "R&D money spent on engineers abroad")]
    pressure: Annotated[np.ndarray, Field("N", "share", "pressure of open problems")]
    saturation: Annotated[np.ndarray, Field("N", "share", "mean capability over the ceiling")]
    belief_total: Annotated[np.ndarray, Field("N", "", "sum of a firm's belief over domains")]
    planned: Annotated[np.ndarray, Field("N", "share", "R&D money tied to the plan")]
    chance: Annotated[np.ndarray, Field("N", "", "probability of finding the next generation")]
    ahead: Annotated[np.ndarray, Field("N", "units", "units that later generations sold")]
    searching: Annotated[np.ndarray, Field("N", "", "(hours of exploration / h_ref)^lambda")]
    discovery_draw: Annotated[np.ndarray, Field("N", "", "uniform of finding it")]
    pressing: Annotated[np.ndarray, Field("N, D", "share", "pressure of open problems in a domain", order="F")]
    expected: Annotated[np.ndarray, Field("N, D", "problems", "mean number of solutions", order="F")]
    count_draw: Annotated[np.ndarray, Field("N, D", "", "uniform of the number of solutions", order="F")]
    size_draw: Annotated[np.ndarray, Field("N, D", "", "uniform of the size of the first", order="F")]
    solver: Annotated[np.ndarray, Field("pairs", "", "firms of the (firm, domain) pairs that may have a solution", np.int64)]
    solved_domain: Annotated[np.ndarray, Field("pairs", "", "their domains", np.int64)]
    solutions: Annotated[np.ndarray, Field("pairs", "", "their number of solutions", np.int64)]
    repeated: Annotated[np.ndarray, Field("pairs", "", "positions of those with more than one", np.int64)]
    pair_mean: Annotated[np.ndarray, Field("pairs", "", "their mean number of solutions")]
    pair_none: Annotated[np.ndarray, Field("pairs", "", "probability of none")]
    pair_draw: Annotated[np.ndarray, Field("pairs", "", "uniform of the number")]
    pair_size: Annotated[np.ndarray, Field("pairs", "", "uniform of the size of the first")]
    first_size: Annotated[np.ndarray, Field("pairs", "capability", "size of the first solution")]
    second_size: Annotated[np.ndarray, Field("pairs", "capability", "size of the second")]
    second_draw: Annotated[np.ndarray, Field("pairs", "", "uniform of the size of the second, by repetition")]
    second_shock: Annotated[np.ndarray, Field("pairs", "", "standard normal of the same")]
    # spillovers
    own_ceiling: Annotated[np.ndarray, Field("N", "capability", "ceiling of the firm's generation")]
    served_share: Annotated[np.ndarray, Field("N", "share", "users served")]
    visible: Annotated[np.ndarray, Field("N", "capability", "capability that rivals see in a domain")]
    best: Annotated[np.ndarray, Field("D", "capability", "best capability seen")]
    # product and prices
    idiosyncratic_draw: Annotated[np.ndarray, Field("N", "", "uniform of a firm's good or bad quarter")]
    idiosyncratic_shock: Annotated[np.ndarray, Field("N", "", "standard normal of the same")]
    supplied: Annotated[np.ndarray, Field("S", "", "suppliers' capability, transformed")]
    supplied_here: Annotated[np.ndarray, Field("N, D", "", "the same, of a firm's own suppliers", order="F")]
    combined: Annotated[np.ndarray, Field("N, D", "", "log of own and suppliers' capability combined", order="F")]
    quality_term: Annotated[np.ndarray, Field("N, D", "", "term of a domain in quality", order="F")]
    fresh_quality: Annotated[np.ndarray, Field("N", "quality", "quality in an industry")]
    knowledge: Annotated[np.ndarray, Field("N", "capability", "mean capability over domains")]
    congestion: Annotated[np.ndarray, Field("N", "", "sum of the cost factors of a firm's suppliers")]
    price_paid: Annotated[np.ndarray, Field("N", "share of price", "paid by all price subsidies")]
    net_price: Annotated[np.ndarray, Field("N", "money", "price that users pay themselves")]
    price_seen: Annotated[np.ndarray, Field("N", "money", "its mean over users' horizon, as they expect it")]
    # reports
    reports_heard: Annotated[np.ndarray, Field("N, J", "reports", "heard in the quarter", order="F")]
    user_gains: Annotated[np.ndarray, Field("N, D", "capability", "gain by users' solutions", order="F")]
    # accounts
    fixed: Annotated[np.ndarray, Field("N", "money", "fixed cost")]
    production: Annotated[np.ndarray, Field("N", "money", "cost of production")]
    own_payments: Annotated[np.ndarray, Field("N", "money", "users' own payments")]
    fixed_at_home: Annotated[np.ndarray, Field("N", "money", "fixed cost of domestic firms")]
    production_at_home: Annotated[np.ndarray, Field("N", "money", "cost of production of domestic firms")]
    costs_abroad: Annotated[np.ndarray, Field("N", "money", "foreign firms' costs, less what they earn in other markets")]
    surplus: Annotated[np.ndarray, Field("N", "money", "dividends")]
    repaid: Annotated[np.ndarray, Field("N", "money", "equity bought back out of dividends")]
    # record
    per_length: Annotated[np.ndarray, Field("N", "", "one over the length of a firm's R&D direction")]
    working: Annotated[np.ndarray, Field("N", "hours", "hours of living firms")]
    weighed: Annotated[np.ndarray, Field("N", "", "direction in a domain, weighed")]
    delivered_share: Annotated[np.ndarray, Field("N", "share", "share of quality units delivered")]
    new_productivity: Annotated[np.ndarray, Field("N", "", "quality units delivered per real resource")]
    serves: Annotated[np.ndarray, Field("J, N + 2", "", "an industry is served by the firm two slots before", bool, first=False)]
    # fmt: on
