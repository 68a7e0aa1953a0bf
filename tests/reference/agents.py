"""The agents and their state: section 2 of model/ODD.md, where every attribute is explained under the same name."""

import math
from typing import Any

import mesa

ABROAD = -1  # the region of a foreign firm
NEVER = -1_000_000  # a quarter long before the first
OLD = "old technology"  # the provider of a user on its own old technology
ORPHANED = "orphaned"  # the provider of a user whose provider is gone


class Industry:
    """An industry of users, with its share of economic size and its needs by domain."""

    def __init__(self, index: int, layer: int, share: float, latent: list[float]) -> None:
        self.index, self.layer, self.share = index, layer, share
        self.latent = latent
        self.needs: list[float] = []
        self.users: list[User] = []


class User(mesa.Agent):
    """A user of technology: its own old one, or a provider's."""

    def __init__(self, economy: Any, index: int, industry: Industry, old_quality: float) -> None:
        super().__init__(economy)
        self.index, self.industry, self.old_quality = index, industry, old_quality
        self.region = 0
        self.size = self.valuation = 0.0
        self.lead = False
        self.mastery = economy.p.mastery_start
        self.provider: Any = OLD
        self.contacts: list[Innovator | None] = [None] * economy.p.contacts
        self.peers: list[User] = []
        self.output = self.productivity = self.spending = self.quality_used = 0.0
        self.technology: Innovator | None = None
        self.reconsiders = self.has_problem = self.meets_firm = self.adopted = False

    @property
    def adopts(self) -> bool:
        """Whether it uses a firm's product."""
        return isinstance(self.provider, Innovator)

    @property
    def adopting_peers(self) -> int:
        """Number of its peers that used one when users last chose."""
        return sum(peer.adopted for peer in self.peers)


class Innovator(mesa.Agent):
    """A slot for a firm, and the firm that lives in it."""

    def __init__(self, economy: Any, index: int) -> None:
        super().__init__(economy)
        self.index, self.alive, self.death = index, False, NEVER
        self.supplier: list[Supplier] = []
        self.start_afresh(birth=-1, foreign=False, region=0, capability=[], belief=[], idiosyncratic=0.0)
        self.plan_research = self.fixed_real = self.effort = self.exploring = self.score = 0.0
        self.solved = 0

    def start_afresh(
        self,
        birth: int,
        foreign: bool,
        region: int,
        capability: list[float],
        belief: list[float],
        idiosyncratic: float,
    ) -> None:
        """A new firm in the slot: the columns "t = 0" and "entry" of section 2."""
        p = self.model.p
        self.birth, self.foreign, self.region = birth, foreign, region
        self.capability, self.belief, self.idiosyncratic = capability, belief, idiosyncratic
        self.income_abroad = p.foreign_income if foreign else 0.0
        self.generation, self.prototype, self.progress = 0, False, max(birth, 0)
        self.backlog = [0.0] * p.domains
        self.heard = [0.0] * p.industries
        self.own_research = self.public_research = self.hours = self.absorption = 0.0
        self.direction = [0.0] * p.domains
        self.effective, self.marginal = [0.0] * p.domains, [0.0] * p.domains
        self.quality = [0.0] * p.industries
        self.unit_cost = self.price = self.subsidy = 0.0
        self.markup = p.markup_start
        self.units = self.sales = self.revenue = self.subsidised = self.aid_kept = self.delivered = 0.0
        self.share = self.experience = self.usual_units = self.useful_mark = 0.0
        self.public_recent = self.payments_recent = self.public_total = self.equity = 0.0
        self.endowment = p.seed_cash
        self.watched, self.productivity, self.weight = 0, 0.0, 0.0
        self.chosen, self.since, self.backed, self.backed_since = False, NEVER, False, NEVER

    @property
    def idiosyncratic_factor(self) -> float:
        """Return what good and bad quarters multiply quality by, 1 in the mean."""
        return math.exp(self.idiosyncratic - self.model.p.idiosyncratic_sd**2 / 2.0)

    @property
    def belief_shares(self) -> list[float]:
        """belief_c / sum belief."""
        total = sum(self.belief)
        return [count / total for count in self.belief]


class Supplier(mesa.Agent):
    """A supplier of components for one domain."""

    def __init__(self, economy: Any, index: int, foreign: bool, region: int, capability: float) -> None:
        super().__init__(economy)
        self.index, self.domain = index, index % economy.p.domains
        self.foreign, self.region, self.capability = foreign, region, capability
        self.capacity = economy.market.smallest_capacity
        self.experience = self.orders = self.solved = 0.0
        self.cost_factor = 1.0
