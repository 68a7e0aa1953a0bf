"""The economy and its schedule: section 3 of model/ODD.md."""

from types import SimpleNamespace

import mesa

from model.parameters import Parameters
from model.policy.policy import Policy
from tests.reference.accounts import Ledger, close_firms, open_accounts, refinance_firms, settle_accounts
from tests.reference.agents import Innovator
from tests.reference.choice import choose_providers
from tests.reference.choosing import renew_plan_and_choice
from tests.reference.draws import Draws
from tests.reference.entry import admit_entrants
from tests.reference.environment import draw_users_luck, drift_needs
from tests.reference.government import (
    Government,
    Stocks,
    Support,
    build_stocks,
    give_support,
    raise_budget,
    settle_purses,
    withdrawn,
)
from tests.reference.indicators import FACTS, Record, record_quarter
from tests.reference.product import imitate, make_products, serve_orders, vary_quality
from tests.reference.public_research import do_public_research
from tests.reference.research import do_research, hire_engineers, improve_old_technology, plan_research
from tests.reference.setup import set_up
from tests.reference.shocks import strike_shocks
from tests.reference.ties import make_first_contacts, renew_ties
from tests.reference.use import produce, report_problems


class ReferenceEconomy(mesa.Model):
    """An economy under one policy and seed; `t` is the quarter that runs next, or is running."""

    def __init__(self, parameters: Parameters, policy: Policy, seed: int) -> None:
        super().__init__(seed=seed)
        self.p, self.policy, self.seed = parameters, withdrawn(policy, parameters.withdrawal), seed
        self.t = 0
        self.draws = Draws(seed)
        self.ledger = Ledger(parameters.slots, parameters.horizon)
        set_up(self)
        open_accounts(self)
        self.government, self.support, self.stocks = Government(self), Support(self), Stocks(self)
        make_first_contacts(self)
        make_products(self)
        self.record = Record(self)

    @property
    def living(self) -> list[Innovator]:
        """Living firms, in the order of slots."""
        return [firm for firm in self.innovators if firm.alive]

    def step(self) -> None:
        """One quarter. Within a step all agents read what the previous step left."""
        self.quarter = SimpleNamespace(**dict.fromkeys(FACTS, 0.0))
        self.ledger.open_quarter(self.t)  # 0a
        draw_users_luck(self)  # 0b
        strike_shocks(self)  # 1a
        drift_needs(self)  # 1b
        plan_research(self)  # 2a
        raise_budget(self)  # 2b
        renew_plan_and_choice(self)  # 2c
        give_support(self)  # 2d
        build_stocks(self)  # 2e
        hire_engineers(self)  # 3, 4
        improve_old_technology(self)  # 5
        do_research(self)  # 6a
        do_public_research(self)  # 6b
        serve_orders(self)  # 7
        imitate(self)  # 8
        vary_quality(self)  # 9
        make_products(self)  # 9
        choose_providers(self)  # 10
        produce(self)  # 11a
        report_problems(self)  # 11b
        settle_accounts(self)  # 12a
        refinance_firms(self)  # 12b
        close_firms(self)  # 12c
        admit_entrants(self)  # 13a
        settle_purses(self)  # 13b
        renew_ties(self)  # 14
        record_quarter(self)  # 15
        self.t += 1
