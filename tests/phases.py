"""Single phases of the schedule as kernels, for tests that set up a state and let one phase act on it."""

from agents.compiled import kernel
from model.foresight import standardise
from model.phases.accounts import refinance_firms
from model.phases.choice import choose_providers
from model.phases.choosing import renew_plan_and_choice
from model.phases.public_research import do_public_research
from model.phases.spillovers import imitate


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
def score_apart(value, s):
    """z-scores of firms' values, in place."""
    standardise(s.innovators, value)


@kernel
def choose(t, p, seed, s):
    """Users' choice of providers."""
    choose_providers(t, p, seed, s)
