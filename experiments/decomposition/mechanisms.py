"""The mechanisms of the economy, each with its limit case. Ranges and meanings are declared in model/parameters.py."""

from collections.abc import Iterable

from experiments.decomposition.mechanism import Mechanism
from model.declaration.errors import unknown
from model.parameters import Parameters


def one_quarter(parameters: Parameters) -> dict[str, float]:
    """Return a payback of one quarter, with the one-off costs and the noise of choice scaled to it.

    Utility is T times a quarter's gain less one-off costs (ODD, step 10). Scaling both leaves the weight of the costs.
    """
    scaled = ("integration", "risk", "choice_noise")
    return {"payback": 1.0, **{name: getattr(parameters, name) / parameters.payback for name in scaled}}


_ALL = (
    # -- what users do for R&D
    Mechanism("reports", "users report problems, which steer and help R&D", "no user meets a problem", {"report": 0.0}),
    Mechanism(
        "need_of_problems", "labs achieve less on problems that they set themselves",
        "labs achieve as much without reports", {"own_problems": 1.0},
    ),
    Mechanism(
        "lead_users", "some users feel less risk and bring solutions", "there are no lead users", {"lead_users": 0.0}
    ),
    # -- research and development
    Mechanism("imitation", "firms catch up with rivals whom they see", "nobody imitates", {"imitation": 0.0}),
    Mechanism(
        "exploration", "firms look for the next generation", "no hour goes to exploration",
        {"explore_max": 0.0, "policy.explore": 0.0, "policy.mission_explore": 0.0},
    ),
    Mechanism(
        "following", "later generations in use are easier to find", "what is on the market helps nobody's search",
        {"follow": 0.0},
    ),
    Mechanism(
        "diminishing_returns", "a firm's R&D has diminishing returns", "a firm's R&D has constant returns",
        {"concentration": 1.0},
    ),
    Mechanism(
        "displacement", "public R&D money displaces own R&D", "public R&D money is all added", {"displacement": 0.0}
    ),
    Mechanism(
        "supply_of_engineers", "higher pay brings more engineers", "the number of engineers is fixed",
        {"supply_elasticity": 0.0},
    ),
    Mechanism(
        "wages", "more R&D raises the pay of engineers", "pay rises as little as the range allows",
        {"supply_elasticity": 3.0}, weakened=True,
    ),
    # -- cost and quality
    Mechanism(
        "learning_by_doing", "unit cost falls with units sold", "unit cost does not fall with sales",
        {"learning_by_doing": 0.0},
    ),
    Mechanism(
        "learning_spillover", "what others sold counts as experience", "own sales alone count as experience",
        {"learning_spillover": 0.0},
    ),
    Mechanism(
        "learning_by_research", "unit cost falls with capability", "unit cost does not fall with capability",
        {"learning_by_research": 0.0},
    ),
    Mechanism(
        "suppliers_learning", "suppliers learn from orders and solutions", "suppliers learn nothing",
        {"supplier_learning": 0.0},
    ),
    Mechanism("congestion", "full suppliers charge more", "suppliers' price never rises", {"congestion": 0.0}),
    Mechanism(
        "good_and_bad_years", "a firm has good and bad years", "quality has no random years", {"idiosyncratic_sd": 0.0}
    ),
    Mechanism("sailing_ship", "users improve the old technology", "the old technology stays", {"sailing_ship": 0.0}),
    # -- choice
    Mechanism("payback", "users weigh gains over a horizon", "users weigh one quarter's gain", one_quarter),
    Mechanism(
        "risk", "users fear to leave the old technology", "no user feels a risk", {"risk": 0.0}
    ),
    Mechanism("mastery", "users learn to use a product", "users master a product at once", {"mastery_start": 1.0}),
    Mechanism("word_of_mouth", "peers speak of the firms they buy from", "peers say nothing", {"word_of_mouth": 0.0}),
    Mechanism(
        "segmentation", "regions are apart", "distance between regions costs nothing",
        {"segmentation": 0.0, "friction": 0.0},
    ),
    Mechanism("drift", "needs of industries drift", "needs stay as they are", {"needs_drift": 0.0}),
    # -- firms
    Mechanism("entry", "new firms enter", "no firm enters", {"entry": 0.0, "entry_profit": 0.0}),
    Mechanism(
        "newest_entrants", "entrants bring the newest generation in use", "entrants bring the most common generation",
        {"entrant_newest": 0.0},
    ),
    Mechanism(
        "standards", "later generations raise fixed cost", "fixed cost stays as it is", {"standard_growth": 1.0}
    ),
    Mechanism(
        "refinancing", "investors refinance some poor firms", "nobody is refinanced",
        {"refinance": 0.0, "refinance_prototype": 0.0, "refinance_growth": 0.0},
    ),
    Mechanism(
        "foreigners", "some firms and suppliers are foreign", "all firms and suppliers are domestic",
        {"foreign_suppliers": 0.0, "foreign_founders": 0.0, "foreign_entrants": 0.0},
    ),
    # -- government
    Mechanism(
        "incidence", "sellers keep part of a price subsidy", "buyers get all of a price subsidy", {"incidence": 0.0}
    ),
    Mechanism(
        "subsidy_belief", "users count on a subsidy for several quarters", "users count on it for one quarter",
        {"subsidy_belief": 0.0},
    ),
    Mechanism(
        "persistence", "the same firms are supported again and again",
        "government plans and chooses anew each quarter, and keeps only who has just made progress",
        {"policy.patience": 1, "policy.plan_period": 1},
    ),
    Mechanism(
        "few_champions", "few firms are chosen", "every domestic firm is chosen", {"policy.champions": 0}
    ),
    Mechanism("foresight", "government sees something of prospects", "government is blind", {"policy.foresight": 0.0}),
    Mechanism(
        "compliance", "grants are tied to the plan's domains", "grants are free of the plan",
        {"policy.compliance": 0.0},
    ),
    Mechanism(
        "waste", "part of the money leaks or is spent on administration", "all money reaches its takers",
        {"policy.leakage": 0.0, "policy.administration": 0.0},
    ),
    Mechanism("cost_of_funds", "taxes cost more than they raise", "taxes cost what they raise", {"funds_cost": 0.0}),
)  # fmt: skip

MECHANISMS: dict[str, Mechanism] = {entry.name: entry for entry in _ALL}
"""Every mechanism by name."""


def find_mechanisms(names: Iterable[str] | None = None) -> tuple[Mechanism, ...]:
    """Return mechanisms by name, all of them where none is named. Raises BadInput with the nearest name."""
    wanted = list(MECHANISMS if names is None else names)
    for name in wanted:
        if name not in MECHANISMS:
            raise unknown("mechanism", name, MECHANISMS)
    return tuple(MECHANISMS[name] for name in dict.fromkeys(wanted))
