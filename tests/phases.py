"""Single phases of the schedule, for tests that set up a state and let one phase act on it.

Each kernel here is compiled once more, the choice of firms for fifteen seconds. `govern_now` takes the schedule's own.
"""

from agents.kernel.decorators import kernel
from model.phases.accounts import close_firms, refinance_firms
from model.phases.adoption import choose_providers, pay_for_change, show_offers
from model.phases.foresight import standardise
from model.phases.public_research import do_public_research
from model.phases.selection import renew_plan_and_choice
from model.phases.spillovers import imitate
from model.schedule import govern
from model.simulation import Simulation
from model.state.state import share_of_users


def govern_now(under_way: Simulation) -> None:
    """Let government take its step of the quarter under way, without the steps that follow."""
    govern(under_way.period, *under_way.case.given)


@kernel
def research_in_public(p, s):
    """Public science, common technology and suppliers' laboratories."""
    do_public_research(p, s)


@kernel
def spill_over(p, s):
    """Imitation."""
    imitate(p, s)


@kernel
def choose_firms(t, p, policy, seed, s):
    """Plan, roadmap, champions and backed firms."""
    renew_plan_and_choice(t, p, policy, seed, s)


@kernel
def refinance(t, p, seed, s):
    """Private investors."""
    refinance_firms(t, p, seed, s)


@kernel
def close(t, p, policy, s):
    """Firms without cash leave."""
    close_firms(t, p, policy, s)


@kernel
def score_apart(value, s):
    """z-scores of firms' values, in place."""
    standardise(s.innovators, value)


@kernel
def choose(t, p, policy, seed, s):
    """Users' choice of providers."""
    show_offers(t, p, policy, s)
    for k in range(s.shares.units.shape[0]):
        first, last = share_of_users(k, p.users)
        choose_providers(t, p, seed, s, first, last, k)
    pay_for_change(t, p.incidence, s)
