"""The schedule of a quarter: a table of contents. Within a step all agents read what the previous step left.

Numbers are those of MODEL.md section 5. `t` is the quarter, `p` the record of parameters, `policy` the
regime's traits, `outlays` what it budgets per quarter and instrument, `seed` the key of all luck, `s` the state.
"""

from typing import Any

from agents.compiled import kernel
from model.ledger import open_quarter
from model.phases.accounts import close_firms, refinance_firms, settle_accounts
from model.phases.choice import choose_providers
from model.phases.choosing import renew_plan_and_choice
from model.phases.entry import admit_entrants
from model.phases.environment import draw_users_luck, drift_needs
from model.phases.government import build_stocks, give_support, raise_budget, settle_purses
from model.phases.product import make_products
from model.phases.public_research import do_public_research
from model.phases.record import record_quarter
from model.phases.reports import report_problems
from model.phases.research import do_research, hire_engineers, improve_old_technology, plan_research
from model.phases.spillovers import imitate
from model.phases.supply import serve_orders
from model.phases.ties import renew_ties
from model.phases.use import produce
from model.shocks import strike_shocks


@kernel
def govern(t, p, policy, outlays, seed, s):
    """What happens to the economy, and what government makes of it."""
    open_quarter(s.ledger)
    draw_users_luck(t, seed, s.users)

    strike_shocks(t, p, seed, s)  # 1. environment
    drift_needs(t, p, seed, s.industries.latent, s.industries.needs, s.scratch.shocks)

    plan_research(p, s)  # 2. government
    raise_budget(t, policy, outlays, s)
    renew_plan_and_choice(t, p, policy, seed, s)
    give_support(t, p, policy, s)
    build_stocks(t, p, s)


@kernel
def innovate(t, p, policy, outlays, seed, s):
    """From money for R&D to products."""
    hire_engineers(t, p, s)  # 3. R&D budgets, 4. engineers
    improve_old_technology(p, s)  # 5. old technology

    do_research(t, p, seed, s)  # 6. exploit and explore
    do_public_research(p, s)
    serve_orders(t, p, s)  # 7. suppliers
    imitate(p, s)  # 8. spillovers

    make_products(p, s)  # 9. product


@kernel
def trade(t, p, policy, outlays, seed, s):
    """Products in use, and what comes of it: problems, money, firms and ties."""
    choose_providers(t, p, seed, s)  # 10. choice
    produce(t, p, s)  # 11. use
    report_problems(t, p, seed, s)

    settle_accounts(t, p, policy, s)  # 12. accounts
    refinance_firms(t, p, seed, s)
    close_firms(t, p, policy, s)
    admit_entrants(t, p, seed, s)  # 13. entry
    settle_purses(t, p, policy, s)
    renew_ties(t, p, seed, s)  # 14. ties

    record_quarter(t, p, policy, s)  # 15. record


PARTS: dict[str, Any] = {"govern": govern, "innovate": innovate, "trade": trade}
"""Kernels of their own, so that a first compilation can make them side by side."""


@kernel
def run_quarters(first, last, p, policy, outlays, seed, s):
    """Quarters first ... last - 1 in compiled code, without the interpreter lock."""
    for t in range(first, last):
        govern(t, p, policy, outlays, seed, s)
        innovate(t, p, policy, outlays, seed, s)
        trade(t, p, policy, outlays, seed, s)
