"""Every parameter of the economy, declared once: type, default, unit, range, meaning, source.

A period is a quarter. Money: 1 = the average user's quarterly output at t = 0. "Calibration"
as a source is the fit of docs/calibration.md: to the economy without policy only, never to a comparison
of policies. Instruments' settings are traits of a policy (model/policy/policy.py), not parameters.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal, Self

from pydantic import model_validator

from agents.kernel.types import MOST_SLOTS
from model.declaration.errors import BadInput
from model.declaration.input_file import InputFile
from model.declaration.settings import (
    Declared,
    declare,
    declare_choice,
    declare_efficacy,
    declare_shock,
    is_efficacy,
    is_shock,
    to_record,
)
from model.declaration.sources import FENG, GAN_LIU
from model.inputs.graphs_file import peer_rows, supplier_table
from model.inputs.industries_file import MOST_DOMAINS, MOST_INDUSTRIES, OLD_QUALITY, check_industries, industry_table
from model.inputs.shipped_industries import IndustriesFile, shipped_industries
from model.records import ParameterRecord

CALIBRATION = "calibration on the no-policy economy"
_SHARES_OF_OUTPUT = f"OECD figures in {FENG}: high-tech 'about 3%', with medium-high-tech '8%-9%'"
_NEW_PROBLEMS = f"{FENG}: 'new problems'; {CALIBRATION}"

PeerNetwork = Literal["community", "watts_strogatz", "stochastic_block", "barabasi_albert", "random_regular"]
SupplyNetwork = Literal["random", "watts_strogatz", "stochastic_block", "barabasi_albert", "random_regular"]

_SHIPPED = ", ".join(shipped_industries())
_AT_MOST = {
    "founders": "slots",
    "industries": "users",
    "floor_cost": "initial_cost",
    "supplier_low": "supplier_high",
}
"""Parameters that must not exceed another."""


class Parameters(Declared):
    """The parameters of the economy: frozen, validated, hashable. Unknown names are refused.

    Raises BadInput with one line that names the parameter and what is allowed.
    """

    # fmt: off
    # -- size and resolution
    horizon: int = declare(160, "quarters", 1, 2000, "length of a run")
    users: int = declare(1000, "agents", 1, 5_000_000, "number of users (resolution, not economic size)")
    slots: int = declare(128, "agents", 2, MOST_SLOTS, "places for living innovators. No result depends on it: a run that needs more gets more")
    suppliers: int = declare(60, "agents", 1, 4096, "number of suppliers, at least one per domain")
    industries: int = declare(20, "industries", 1, MOST_INDUSTRIES, "number of user industries at constant total demand")
    regions: int = declare(4, "regions", 1, 50, "number of regions")
    domains: int = declare(12, "domains", 1, MOST_DOMAINS, "number of problem domains")
    market_size: float = declare(1.0, "ratio", 0.01, 1000.0, "economic size: sizes of users sum to 1,000 times this; engineers 20 times this")

    # -- industries and users
    traditional_share: float = declare(0.88, "share of output", 0.0, 1.0, "output of traditional industries at t = 0", _SHARES_OF_OUTPUT)
    emerging_share: float = declare(0.09, "share of output", 0.0, 1.0, "output of emerging industries at t = 0; the rest is future industries", f"OECD figures in {FENG}")
    old_quality_traditional: float = declare(0.938, "quality", *OLD_QUALITY, "old technology in traditional industries", CALIBRATION)
    old_quality_emerging: float = declare(0.591, "quality", *OLD_QUALITY, "old technology in emerging industries", CALIBRATION)
    old_quality_future: float = declare(0.298, "quality", *OLD_QUALITY, "old technology in future industries", CALIBRATION)
    generality: float = declare(0.3, "share", 0.0, 1.0, "how general-purpose the technology is (weight of needs common to all industries)", "Bresnahan & Trajtenberg (1995)", symbol="eta")
    needs_concentration: float = declare(0.4, "Dirichlet parameter", 0.05, 10.0, "low: an industry needs few domains")
    needs_drift: float = declare(0.02, "log-sd per quarter", 0.0, 0.2, "random drift of industries' needs")
    size_dispersion: float = declare(0.8, "log-sd", 0.0, 2.0, "spread of users' sizes within an industry")
    value_of_quality: float = declare(0.365, "output per unit of quality", 0.01, 1.0, "what quality adds to output", CALIBRATION, symbol="v")
    valuation_dispersion: float = declare(0.613, "log-sd", 0.0, 1.5, "spread of users' valuation of quality", CALIBRATION)
    lead_users: float = declare(0.04, "share of users", 0.0, 1.0, "lead users", "von Hippel (1986)")
    lead_risk: float = declare(0.3, "share", 0.0, 1.0, "share of the perceived risk that a lead user feels", "von Hippel (1986)")
    lead_solution: float = declare(0.2, "probability", 0.0, 1.0, "a lead user's heard report brings a solution", "von Hippel (1986)")
    users_engineering: float = declare(0.01, "share of output", 0.0, 0.1, "spent on own engineers by users of the old technology")
    sailing_ship: float = declare(0.02, "quality per hour", 0.0, 1.0, "improvement of the old technology per engineer hour", "Gilfillan (1935)")
    old_price: float = declare(0.0321, "money", 0.0, 0.5, "price and resource cost of the old technology", CALIBRATION)

    # -- choice and use
    reconsider: float = declare(0.0623, "probability per quarter", 0.0, 1.0, "a user reviews its provider", CALIBRATION)
    choice_noise: float = declare(0.0523, "money", 0.0, 10.0, "scale of Gumbel taste noise", "McFadden (1974); " + CALIBRATION)
    integration: float = declare(0.316, "money", 0.0, 1.0, "cost of switching technology or provider, per unit of size", CALIBRATION)
    risk: float = declare(0.123, "money", 0.0, 1.0, "perceived risk of leaving the old technology among no adopting peers", CALIBRATION)
    payback: float = declare(8.52, "quarters", 1.0, 40.0, "horizon over which users weigh the gains of a change against its cost", "Anderson & Newell (2004); Woodruff et al. (1997); " + CALIBRATION)
    subsidy_belief: float = declare(0.5, "share", 0.0, 1.0, "part of the horizon for which users count on a price subsidy, one quarter at least")
    friction: float = declare(0.01, "money", 0.0, 0.5, "utility lost when the provider is in another region")
    mastery_start: float = declare(0.7, "share", 0.1, 1.0, "share of quality that a new user gets out of a product")
    mastery_learning: float = declare(0.13, "per quarter", 0.0, 1.0, "speed at which mastery approaches 1 with use")
    mastery_carried: float = declare(0.5, "share", 0.0, 1.0, "share of gained mastery that survives a switch of provider")
    report: float = declare(0.237, "probability per quarter", 0.0, 0.5, "a user in its own time meets a problem (lead users: twice)", CALIBRATION)
    report_noise: float = declare(0.2, "share", 0.0, 1.0, "reports whose domain is random")

    # -- ties
    contacts: int = declare(8, "innovators", 1, 64, "innovators a user knows", CALIBRATION)
    meet: float = declare(0.0324, "probability per quarter", 0.0, 1.0, "a user swaps one contact", CALIBRATION)
    word_of_mouth: float = declare(0.394, "share", 0.0, 1.0, "meetings in which a peer recommends the firm it buys from", "Ellison & Fudenberg (1995); " + CALIBRATION)
    segmentation: float = declare(0.25, "share", 0.0, 1.0, "cross-region meetings that do not happen", f"{GAN_LIU}: 'market segmentation'")
    peers: int = declare(8, "users", 1, 64, "other users whose adoption a user sees")
    peer_network: PeerNetwork = declare_choice("community", "who sees whom: vectorised default, or a NetworkX generator")
    supply_network: SupplyNetwork = declare_choice("random", "who supplies whom: random within a domain, or nearest in a NetworkX graph")
    rewiring: float = declare(0.1, "probability", 0.0, 1.0, "Watts-Strogatz rewiring; share of ties across blocks", "Watts & Strogatz (1998)")

    # -- research and development
    engineers: float = declare(20.0, "engineers per market size", 1.0, 200.0, "supply of engineers at the no-policy wage of t = 0", symbol="H_0")
    supply_elasticity: float = declare(1.5, "elasticity", 0.0, 3.0, "supply of engineers", "Goolsbee (1998)", symbol="eps")
    research_intensity: float = declare(0.242, "share of revenue", 0.0, 0.6, "own R&D out of revenue", CALIBRATION)
    burn: float = declare(0.012, "share of cash per quarter", 0.0, 0.3, "own R&D out of seed cash", CALIBRATION)
    research_multiple: float = declare(1.0, "ratio", 0.0, 2.0, "multiplies planned own R&D: 1.1 shows what a tenth more of it brings")
    displacement: float = declare(0.5, "share", 0.0, 1.0, "own R&D displaced per unit of public R&D money", "Boeing (2016); Chen et al. (2021)")
    solution_rate: float = declare(7.09, "problems per quarter", 0.0, 100.0, "productivity of exploitation", CALIBRATION, symbol="gamma")
    solution_step: float = declare(0.167, "capability", 0.0, 0.5, "median improvement of one solution (log-sd 1)", CALIBRATION)
    concentration: float = declare(0.479, "exponent", 0.3, 1.0, "returns to concentrating engineers in one firm", CALIBRATION, symbol="lambda")
    own_problems: float = declare(0.616, "share", 0.0, 1.0, "what a lab achieves on problems it sets itself; 1 switches Feng's mechanism off", _NEW_PROBLEMS, symbol="kappa")
    backlog_half: float = declare(3.09, "problems", 0.1, 100.0, "backlog at half effect", CALIBRATION, symbol="B_half")
    novelty_half: float = declare(27.8, "reports", 1.0, 100.0, "reports from one industry after which a further one counts half", CALIBRATION, symbol="S_half")
    novelty_decay: float = declare(0.05, "per quarter", 0.0, 1.0, "decay of the reports already heard")
    belief_memory: float = declare(0.848, "per quarter", 0.5, 1.0, "memory of where problems come from", CALIBRATION)
    ceiling: float = declare(2.2, "capability", 0.5, 10.0, "ceiling of the first generation", CALIBRATION)
    ceiling_growth: float = declare(0.412, "capability", 0.0, 5.0, "rise of the ceiling per generation", CALIBRATION)
    explore_max: float = declare(0.313, "share", 0.0, 1.0, "largest share of hours for exploration", CALIBRATION, symbol="e_max")
    discovery: float = declare(0.0176, "per quarter", 0.0, 5.0, "hazard of finding the next generation with h_ref hours of exploration", CALIBRATION, symbol="zeta")
    discovery_decay: float = declare(0.5, "ratio per generation", 0.05, 1.0, "zeta falls per generation: ideas get harder", "Bloom et al. (2020)")
    follow: float = declare(0.0578, "per quarter", 0.0, 5.0, "hazard added, with h_ref hours, where all can see later generations in use", "Mansfield, Schwartz & Wagner (1981); Mansfield (1985); " + CALIBRATION)
    carried: float = declare(0.79, "share", 0.0, 1.0, "capability carried over to a new generation", CALIBRATION, symbol="tau")
    switch_saturation: float = declare(0.656, "share of ceiling", 0.0, 1.0, "saturation at which a firm switches to its prototype", CALIBRATION)
    imitation: float = declare(0.123, "per quarter", 0.0, 1.0, "speed of catching up with the best visible rival", CALIBRATION)
    ip_protection: float = declare(0.0, "share", 0.0, 1.0, "reduction of imitation")
    disclosure: float = declare(0.741, "share", 0.0, 1.0, "what is visible of a rival without products in use", CALIBRATION, symbol="delta")
    absorption_half: float = declare(0.0733, "hours", 0.001, 5.0, "hours at half absorptive capacity", "Cohen & Levinthal (1989); " + CALIBRATION, symbol="h_half")

    # -- product, price and suppliers
    initial_capability: float = declare(0.213, "capability", 0.01, 2.0, "founders' mean capability", CALIBRATION)
    initial_spread: float = declare(0.4, "share", 0.0, 0.9, "founders' and entrants' capability varies by +- this", CALIBRATION)
    complementarity: float = declare(-0.5, "exponent", -40.0, 0.99, "CES over domains; lower is nearer to the weakest link", symbol="rho")
    supplier_weight: float = declare(0.3, "share", 0.0, 0.95, "weight of the supplier's capability", symbol="mu")
    supplier_exponent: float = declare(0.0, "exponent", -6.0, 0.0, "CES of own and supplier's capability; -6 is a bottleneck", symbol="sigma")
    supplier_low: float = declare(0.3, "capability", 0.01, 2.0, "lowest initial capability of suppliers")
    supplier_high: float = declare(0.7, "capability", 0.01, 2.0, "highest initial capability of suppliers")
    supplier_learning: float = declare(0.078, "capability per log experience", 0.0, 1.0, "suppliers' learning from orders and solutions", "Arrow (1962); " + CALIBRATION)
    supplier_capacity: float = declare(0.05, "share of demand", 0.001, 2.0, "total demand that a domain's suppliers serve at first at normal cost")
    capacity_adjustment: float = declare(0.1, "per quarter", 0.0, 1.0, "suppliers' capacity moves towards orders")
    congestion: float = declare(0.25, "exponent", 0.0, 1.0, "input cost when orders exceed capacity", symbol="psi")
    input_share: float = declare(0.3, "share", 0.0, 1.0, "share of unit cost that is bought from suppliers")
    initial_cost: float = declare(0.245, "money", 0.01, 1.0, "unit cost before experience", CALIBRATION, symbol="c0")
    floor_cost: float = declare(0.0382, "money", 0.0, 0.5, "floor of unit cost", CALIBRATION)
    learning_by_doing: float = declare(0.323, "exponent", 0.0, 1.0, "Wright's law in cumulative sales", "Wright (1936); " + CALIBRATION, symbol="b_doing")
    learning_spillover: float = declare(0.195, "share", 0.0, 1.0, "part of what other firms have sold that counts as own experience", "Irwin & Klenow (1994); " + CALIBRATION)
    learning_by_research: float = declare(0.146, "exponent", 0.0, 1.0, "cost falls with capability", CALIBRATION, symbol="b_research")
    idiosyncratic_sd: float = declare(0.133, "log-sd", 0.0, 1.0, "good and bad years of a firm: spread of the factor on its quality", "Foster, Haltiwanger & Syverson (2008); " + CALIBRATION)
    idiosyncratic_memory: float = declare(0.97, "per quarter", 0.0, 0.999, "persistence of that factor's log", "Foster, Haltiwanger & Syverson (2008)")
    incidence: float = declare(0.15, "share", 0.0, 1.0, "part of a price subsidy that sellers keep", "Sallee (2011); Pless & van Benthem (2019)")
    markup_start: float = declare(0.58, "share of cost", 0.05, 0.6, "mark-up of a new firm", CALIBRATION)
    markup_response: float = declare(0.031, "elasticity", 0.0, 1.0, "mark-up follows growth of market share within 0.05-0.6", "Dosi, Fagiolo & Roventini (2010)")

    # -- firms' money, entry and exit
    founders: int = declare(13, "agents", 1, MOST_SLOTS, "innovators founded at t = 0", CALIBRATION)
    seed_cash: float = declare(3.52, "money", 0.1, 50.0, "cash of a founder or entrant", CALIBRATION)
    fixed_cost: float = declare(0.0336, "money per quarter", 0.0, 1.0, "fixed cost at generation 0", CALIBRATION)
    standard_growth: float = declare(2.1, "ratio per generation", 1.0, 5.0, "fixed cost rises with generations", CALIBRATION)
    standard: float = declare(0.232, "weight", 0.0, 1.0, "weight of the frontier's generation in fixed cost", "Klepper (1996); " + CALIBRATION)
    dividend_quarters: float = declare(8.38, "quarters", 0.0, 40.0, "quarters of costs (plus seed cash) kept before dividends", CALIBRATION)
    entry: float = declare(1.41, "firms per quarter", 0.0, 20.0, "entry without profits, per market size", CALIBRATION)
    entry_profit: float = declare(0.118, "firms per money", 0.0, 10.0, "entry attracted by profits", "Nelson & Winter (1982); " + CALIBRATION)
    deterrence: float = declare(0.0, "exponent", 0.0, 5.0, "entry deterred by the lead of incumbents", "Klepper (1996)")
    entrant_newest: float = declare(1.0, "probability", 0.0, 1.0, "an entrant brings the newest generation in use, not the most common one", "Foster (1986); Christensen (1997)")
    inherit: float = declare(0.395, "share", 0.0, 1.0, "average capability that an entrant inherits (labour mobility)", CALIBRATION)

    refinance: float = declare(0.0, "per quarter", 0.0, 1.0, "hazard that private investors refinance a poor firm", symbol="f_0")
    refinance_prototype: float = declare(0.1, "per quarter", 0.0, 1.0, "added while a prototype waits", symbol="f_1")
    refinance_growth: float = declare(0.1, "per quarter", 0.0, 1.0, "added when sales grew", symbol="f_2")

    # -- foreigners
    foreign_suppliers: float = declare(0.2, "share", 0.0, 0.95, "suppliers that are foreign; every domain keeps a domestic one")
    foreign_founders: float = declare(0.1, "share", 0.0, 1.0, "founders that are foreign")
    foreign_entrants: float = declare(0.1, "share", 0.0, 1.0, "entrants that are foreign")
    foreign_lead: float = declare(0.33, "share", 0.0, 5.0, "lead of foreign founders, entrants and suppliers in initial capability")

    foreign_income: float = declare(0.15, "money per quarter", 0.0, 100.0, "income of a foreign firm from other markets, net of production")

    # -- what public money achieves
    platform_efficacy: float = declare_efficacy(20.0, "meetings per user and share of output", "platform: extra meetings of a user, per quarter, for spending of one quarter's initial output")
    roadmap_efficacy: float = declare_efficacy(200.0, "per share of output", "roadmap: a firm's directions follow it with weight 1 - exp(-efficacy * spending)")
    common_efficacy: float = declare_efficacy(1.0, "ratio", "common technology: productivity of a public laboratory, a firm's being 1")
    mission_efficacy: float = declare_efficacy(0.3, "per quarter", "mission: speed at which members take over the best of each other, for what it pays for")
    infrastructure_efficacy: float = declare_efficacy(3.0, "per share of output", "infrastructure: integration costs times exp(-efficacy * stock)")
    infrastructure_decay: float = declare(0.02, "per quarter", 0.0, 1.0, "depreciation of infrastructure")
    science_efficacy: float = declare_efficacy(0.1, "per hour over H_0", "basic research: science gained per quarter when all engineers do it")
    science_decay: float = declare(0.01, "per quarter", 0.0, 1.0, "depreciation of public science")
    talent_efficacy: float = declare_efficacy(0.06, "engineers per year-zero wage", "talent: engineers trained for the quarterly pay of one")
    talent_lag: int = declare(16, "quarters", 1, 200, "training before an engineer comes to the market")
    talent_decay: float = declare(0.00625, "per quarter", 0.0, 1.0, "retirement of trained engineers (after 40 years)")
    unification_efficacy: float = declare_efficacy(200.0, "per share of output", "market unification: segmentation times exp(-efficacy * spending)")
    observatory_efficacy: float = declare_efficacy(200.0, "per share of output", "observatory: foresight gains (1 - phi) * [1 - exp(-efficacy * spending)]")

    # -- shocks
    decoupling: int = declare_shock("foreign suppliers, rivals and what they show vanish")
    decoupling_share: float = declare(1.0, "share", 0.0, 1.0, "share of foreigners that vanish")
    withdrawal: int = declare_shock("policy ends at once, whatever its calendar")
    demand_shock: int = declare_shock("users' activity falls")
    demand_depth: float = declare(0.3, "share", 0.0, 1.0, "fall of users' activity")
    demand_duration: int = declare(8, "quarters", 1, 2000, "quarters that the fall lasts")
    cost_shock: int = declare_shock("unit costs of all new products rise")
    cost_rise: float = declare(0.5, "share", 0.0, 10.0, "rise of unit costs")
    cost_duration: int = declare(8, "quarters", 1, 2000, "quarters that the rise lasts")
    paradigm_break: int = declare_shock("the ceilings of coming generations jump, needs shift and old ties mislead")
    paradigm_jump: float = declare(1.0, "capability", 0.0, 10.0, "rise of the ceilings of coming generations")
    paradigm_shift: float = declare(0.5, "share", 0.0, 1.0, "weight of new needs in what users need")
    entry_surge: int = declare_shock("many firms enter at once")
    surge_size: int = declare(20, "firms", 0, MOST_SLOTS, "additional entrants of a surge")

    # -- users' own data (a file's value carries a digest of its content)
    industries_file: IndustriesFile = declare_choice("", f"CSV table of industries in place of drawn ones (none if empty), or a shipped one: {_SHIPPED}; sets `industries` and `domains`", "user's data", "file")
    peers_graph: InputFile = declare_choice("", "GraphML or edge list: who sees whom, in place of `peer_network` (none if empty)", "user's data", "file")
    supply_graph: InputFile = declare_choice("", "GraphML or edge list: who supplies whom, before `supply_network` (none if empty)", "user's data", "file")

    # -- welfare
    funds_cost: float = declare(0.2, "share", 0.0, 1.0, "marginal cost of public funds", "Ballard, Shoven & Whalley (1985)", symbol="chi")
    # fmt: on

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self._check_files()
        together = self.traditional_share + self.emerging_share
        if together > 1.0 + 1e-12:
            raise BadInput("must be at most 1", "traditional_share + emerging_share", together)
        for name, most in _AT_MOST.items():
            if getattr(self, name) > getattr(self, most):
                raise BadInput(f"must be at most {most} = {getattr(self, most):g}", name, getattr(self, name))
        if self.suppliers < self.domains:
            raise BadInput(f"must be at least domains = {self.domains}", "suppliers", self.suppliers)
        return self

    def _check_files(self) -> None:
        """Raise BadInput, with the parameter as key, for a file that does not fit the other parameters."""
        checks: dict[str, Callable[[str], object]] = {
            "industries_file": self._take_industries,  # first, since it sets the number of domains
            "peers_graph": lambda file: peer_rows(file, self.users),
            "supply_graph": lambda file: supplier_table(file, self.slots, self.suppliers, self.domains),
        }
        for name, check in checks.items():
            try:
                if file := getattr(self, name):
                    check(file)
            except BadInput as error:
                error.within(name)
                raise

    def _take_industries(self, file: str) -> None:
        """Set the numbers of industries and domains to a file's. Raises BadInput for numbers set to others."""
        default = {name: type(self).model_fields[name].default for name in ("industries", "domains")}
        asked = {name: None if getattr(self, name) == usual else getattr(self, name) for name, usual in default.items()}
        for name, number in zip(default, check_industries(file, **asked).needs.shape, strict=True):
            object.__setattr__(self, name, number)  # frozen; the file decides

    @property
    def industry_names(self) -> tuple[str, ...]:
        """Names of the industries, in order; none without a file of industries."""
        return industry_table(self.industries_file).names if self.industries_file else ()

    @property
    def record(self) -> "ParameterRecord":
        """The numbers as one flat NumPy record: what compiled phases read as `p.name`."""
        return _record(self)

    @property
    def identified(self) -> "Parameters":
        """These parameters with all efficacies of public money at their defaults: without policy nothing changes."""
        return _identified(self)

    @property
    def shocks(self) -> dict[str, int]:
        """The shocks that strike, by name, with their quarters."""
        quarters = {name: getattr(self, name) for name in SHOCKS}
        return {name: quarter for name, quarter in quarters.items() if quarter >= 0}

    @property
    def omega(self) -> float:
        """Units of economic size that one user stands for: 1,000 * market_size / users."""
        return 1000.0 * self.market_size / self.users


SHOCKS = tuple(name for name, field in Parameters.model_fields.items() if is_shock(field))
"""Parameters that say when a shock strikes."""


EFFICACIES = tuple(name for name, field in Parameters.model_fields.items() if is_efficacy(field))
"""Parameters that say what public money achieves where the no-policy economy cannot tell."""


def find_parameters(given: "Parameters | Mapping[str, Any] | None") -> Parameters:
    """Parameters from themselves or from values by name, the defaults of nothing; raises BadInput for anything else."""
    if isinstance(given, Parameters):
        return given
    if not isinstance(given, Mapping | None):
        raise BadInput("must be Parameters, or values by name", "parameters", given)
    return Parameters(**{str(name): value for name, value in (given or {}).items()})


@lru_cache(maxsize=64)
def _identified(parameters: Parameters) -> Parameters:
    return parameters.replace(**{name: Parameters.model_fields[name].default for name in EFFICACIES})


@lru_cache(maxsize=64)
def _record(parameters: Parameters) -> ParameterRecord:
    numbers: ParameterRecord = to_record(parameters, omega=parameters.omega)
    return numbers
