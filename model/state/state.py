"""The whole state of an economy: one struct of arrays per kind of agent, the ledger and the quarter's record."""

from typing import Any, NamedTuple

import numpy as np

from agents.government import GovernmentState
from agents.industry import Industries
from agents.innovator import Innovators
from agents.kernel.decorators import inlined_rule
from agents.supplier import Suppliers
from agents.user import Users
from model.state.ledger import Ledger
from model.state.references import declare_columns
from model.state.stocks import Stocks

LAST_GENERATION = 63  # later ones are counted with it; a run of 2,000 quarters stays far below
BLOCK = 2048  # users taken together, so that their working arrays stay in cache
SHARE = 16 * BLOCK  # users that a thread takes at a time; sums are kept by share, however many threads there are

MARKET: tuple[tuple[str, str], ...] = (
    ("initial_output", "Y_0: output at t = 0, money per quarter"),
    ("initial_wage", "w_0: no-policy wage at t = 0, money per hour"),
    ("initial_supply", "H_0: engineer hours per quarter at w_0"),
    ("smallest_capacity", "initial and smallest capacity of a supplier, units per quarter"),
    ("wage", "w, money per hour"),
    ("hours", "H: engineer hours supplied and used"),
    ("profits", "profits of domestic innovators that made any in the quarter just past, money"),
    ("frontier", "most advanced generation on offer"),
    ("gone", "firms that left in the current quarter"),
    ("entrants", "domestic firms that entered in the quarter just past"),
    ("demand", "users' activity as a share of normal"),
    ("cost", "multiplies unit costs"),
    ("segmentation", "share of cross-region meetings that do not happen"),
    ("integration", "cost of integration per unit of size, money"),
    ("adopting", "integration and risk of those who adopted a domestic product when last supported, money"),
    ("surge", "additional entrants of the quarter"),
)

TALLIES: tuple[tuple[str, str], ...] = (
    ("output", "users' output, money"),
    ("wage", "wage, money per hour"),
    ("hours", "engineer hours used"),
    ("research_hours", "hours of domestic innovators' engineers, those lost to coordination included"),
    ("exploration_hours", "of these for exploration"),
    ("exploration_money", "R&D money for exploration"),
    ("problems_met", "problems met by users, each user standing for omega"),
    ("problems_heard", "of these heard by innovators"),
    ("lab_solutions", "problems solved by innovators' engineers"),
    ("user_solutions", "solutions made by lead users"),
    ("gains", "improvement of capability by solutions, summed over firms and domains"),
    ("entries", "firms entered"),
    ("exits", "firms left"),
    ("firms", "living firms"),
    ("present", "firms alive when policy ended"),
    ("present_exits", "of these left within eight quarters"),
    ("supported", "firms with more than 1 % of recent income from public money when policy ended"),
    ("supported_exits", "of these left within eight quarters"),
    ("present_selling", "firms alive and selling when policy ended"),
    ("present_selling_exits", "of these left within eight quarters"),
    ("supported_selling", "supported firms that were selling"),
    ("supported_selling_exits", "of these left within eight quarters"),
    ("size_traditional", "economic size of the layer"),
    ("size_emerging", "economic size of the layer"),
    ("size_future", "economic size of the layer"),
    ("adopted_traditional", "economic size of adopting users of the layer"),
    ("adopted_emerging", "economic size of adopting users of the layer"),
    ("adopted_future", "economic size of adopting users of the layer"),
    ("output_traditional", "output of the layer, money"),
    ("useful", "sum of size * quality * mastery of adopters"),
    ("old_quality", "sum of size * quality of the old technology"),
    ("lab", "mean capability of the frontier lab"),
    ("generation", "generation in use, weighted by units"),
    ("frontier_generation", "most advanced generation on offer"),
    ("units", "units sold by living firms"),
    ("domestic_units", "of these by domestic firms"),
    ("price", "sum of units * price before subsidy"),
    ("unit_cost", "sum of units * unit cost"),
    ("share_squares", "sum of squared shares of units"),
    ("components", "units of components ordered"),
    ("domestic_components", "of these from domestic suppliers"),
    ("industries_served", "industries served, summed over selling firms"),
    ("users_served", "economic size served, summed over selling firms"),
    ("selling_firms", "firms with sales"),
    ("similarity", "mean pairwise cosine of firms' R&D directions"),
    ("direction_entropy", "entropy of the hours-weighted mean R&D direction"),
    ("public_recent", "recent public money of living firms"),
    ("payments_recent", "users' recent own payments to living firms"),
    ("dependent_firms", "living firms with more than a third of recent income from public money"),
    ("productivity", "innovators' productivity, weighted by quality units delivered"),
    ("productivity_frontier", "highest productivity of an innovator with sales"),
    ("productivity_within", "Foster-Haltiwanger-Krizan: within firms"),
    ("productivity_between", "between firms, cross term included"),
    ("productivity_entry", "firms that begin to sell"),
    ("productivity_exit", "firms that cease to sell"),
    ("crowding", "share of slots in use"),
    ("profits", "profits less losses of domestic innovators, money"),
    ("imports", "revenue of foreign innovators, money"),
    ("integrated", "economic size of users that changed technology or provider"),
    ("user_productivity_within", "change of users' mean productivity: users that kept their technology or provider"),
    ("user_productivity_between", "users that changed provider"),
    ("user_productivity_entry", "users that took up the new technology"),
    ("user_productivity_exit", "users that went back to the old technology"),
    ("science", "public science, the normal being 1"),
    ("common", "mean level of common technology, capability"),
    ("infrastructure", "stock of infrastructure, money"),
    ("engineers", "trained engineers in the market"),
)


def number_of_shares(users: int) -> int:
    """Shares that so many users are dealt out in, the last of them perhaps short."""
    return -(-users // SHARE)


@inlined_rule
def share_of_users(k: int, users: int) -> tuple[int, int]:
    """First and last (not included) user of share k."""
    return k * SHARE, min((k + 1) * SHARE, users)


def recorded(columns: tuple[tuple[str, str], ...], rows: int) -> Any:
    """An array of records with the declared columns as floats. Shape (rows,)."""
    layout = np.dtype((np.record, [(name, "f8") for name, _ in columns]))
    return np.zeros(rows, layout).view(np.recarray)


FLOWS: tuple[tuple[str, str], ...] = (
    ("refund", "money handed to users in proportion to size"),
    ("entrant", "money added to the seed cash of each domestic entrant"),
    ("meetings", "probability that a user meets one more innovator, from anywhere"),
    ("roadmap", "weight of the roadmap in firms' directions of R&D"),
    ("segmentation", "multiplies the share of cross-region meetings that do not happen"),
    ("foresight", "foresight of the coming quarter"),
    ("common", "money for public R&D on common technology"),
    ("science", "money for public science"),
    ("infrastructure", "money for infrastructure"),
    ("training", "money for training engineers"),
    ("services", "money for other public services"),
)


class Support(NamedTuple):
    """What policy gives in a quarter; phases alone apply it. I instruments, N slots, S suppliers, J industries."""

    research: np.ndarray  # (N,): public R&D money
    tied: np.ndarray  # (N,): of this tied to the plan's domains
    explore: np.ndarray  # (N,): of this earmarked for exploration
    lost: np.ndarray  # (N,): of this paying for hours lost to coordination
    equity: np.ndarray  # (N,): of this given for equity, to be repaid out of dividends
    shared: np.ndarray  # (N,): of this given to members of a mission, who share its results freely
    purchase: np.ndarray  # (price subsidies, N): share of the price paid
    waiver: np.ndarray  # (N,): share of the risk of buying from the firm that government takes over
    upstream: np.ndarray  # (S,): money for suppliers' R&D
    adoption: np.ndarray  # (J,): share of integration and risk paid to those who adopt a domestic product
    spread: np.ndarray  # (N,): R&D money that the instrument at work has just given
    spent: np.ndarray  # (I,): money that instruments paid later in the quarter, for what agents then did
    flow: Any  # (1,) record of FLOWS


SUMS: tuple[tuple[str, str], ...] = (
    ("switched", "economic size of users that changed technology or provider"),
    ("adopting", "integration and risk of those that were offered help to adopt, money"),
    ("aid", "of this paid by government, money"),
    ("within", "change of output per size, times size, of users that kept their technology or provider"),
    ("between", "of users that changed provider"),
    ("entry", "of users that took up the new technology"),
    ("exit", "of users that went back to the old technology"),
)


class Shares(NamedTuple):
    """What users buy and change, added up by each of the K shares of them on its own."""

    units: np.ndarray  # (K, N): units sold
    delivered: np.ndarray  # (K, N): size * quality * mastery
    sums: Any  # (K,) records of SUMS


class ThreadWorkspace(NamedTuple):
    """Working space for a block of users; every thread has its own."""

    marked: np.ndarray  # (block,): users picked out
    listed: np.ndarray  # (block,): users that reconsider, report or meet somebody
    worth: np.ndarray  # (D, block): what capability in a domain is worth to who reports
    sums: np.ndarray  # (4, block): parts of its sum over domains
    luck: np.ndarray  # (4, offers): uniforms of their reports or of their search for a contact
    who: np.ndarray  # (offers,): users to whom something is offered, contacts + 1 times each; who lost a contact
    option: np.ndarray  # (offers,): slot of the offer, N for the old technology; place of the contact
    utility: np.ndarray  # (offers,)
    taste: np.ndarray  # (offers,): its noise
    stale: np.ndarray  # (offers,): contacts that are gone
    chosen: np.ndarray  # (block,): best offer so far, reports that are heard
    best: np.ndarray  # (block,): its utility
    numbers: np.ndarray  # (3, block): a number per user in each row
    names: np.ndarray  # (3, block): a firm, industry, region or domain per user in each row


class PhaseWorkspace(NamedTuple):
    """Working space of the phases; nothing in it survives a phase that needs it."""

    net_price: np.ndarray  # (N,): what users pay themselves
    eligible: np.ndarray  # (N,): living domestic firms
    firms: np.ndarray  # (8, N): a number per firm in each row
    one: np.ndarray  # (N, D): a number per firm and domain
    two: np.ndarray  # same shape
    three: np.ndarray  # same shape
    four: np.ndarray  # same shape
    firm_industry: np.ndarray  # (N, J)
    served: np.ndarray  # (J, N + 2): whether an industry is served by the firm two slots before
    solver: np.ndarray  # (N * D,): firms of the (firm, domain) pairs that have a solution
    solved: np.ndarray  # (N * D,): their domains
    solutions: np.ndarray  # (N * D,): their number of solutions
    repeated: np.ndarray  # (N * D,): places of those with more than one
    pairs: np.ndarray  # (6, N * D): a number per pair in each row
    supplied: np.ndarray  # (S,): suppliers' capability, transformed
    domain: np.ndarray  # (D,)
    need_of: np.ndarray  # (2, J * D rounded up): industries, and domains, of the needs in a row; fixed
    shocks: np.ndarray  # (2, as many): a number per need
    order: np.ndarray  # (D,): domains in another order
    domain_industry: np.ndarray  # (D, J)
    industry_domain: np.ndarray  # (J, D)
    generations: np.ndarray  # (64,): living firms per generation


declare_columns(Innovators, *Innovators._fields)
declare_columns(PhaseWorkspace, "one", "two", "three", "four", "firm_industry")


class State(NamedTuple):
    """Everything that changes, and the fixed networks."""

    users: Users
    innovators: Innovators
    suppliers: Suppliers
    industries: Industries
    government: GovernmentState
    support: Support
    stocks: Stocks
    ceiling: np.ndarray  # (G,): ceiling of capability per generation
    ledger: Ledger
    market: Any  # (1,) record of MARKET
    tallies: Any  # (T,) records of TALLIES
    gains: np.ndarray  # (2, classes): number of domestic firms' solutions by their gain, and the sum of that
    shares: Shares
    desk: ThreadWorkspace
    scratch: PhaseWorkspace


class RunInputs(NamedTuple):
    """All that the quarters of an economy are made from."""

    parameters: Any  # (1,) record of Parameters
    policy: Any  # (1,) record of Policy
    outlays: np.ndarray  # (T, I): budget per quarter and instrument as a share of Y_0
    seed: np.ndarray  # (2,): its halves
    state: Any  # State, or the reference to one

    @property
    def given(self) -> tuple[Any, ...]:
        """What steps of the schedule take after the quarter."""
        return self.parameters[0], self.policy[0], self.outlays, (self.seed[0], self.seed[1]), self.state


def copy_state(state: State) -> State:
    """A deep copy: the same numbers in new arrays."""

    def copied(part: Any) -> Any:
        return part.copy(order="K") if isinstance(part, np.ndarray) else type(part)(*(copied(field) for field in part))

    duplicate: State = copied(state)
    return duplicate
