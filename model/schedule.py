"""The schedule of a quarter: a table of contents. Within a step all agents read what the previous step left.

Numbers are the steps of section 3 of model/ODD.md. `t` is the quarter, `p` the record of parameters, `policy` the
regime's traits, `outlays` what it budgets per quarter and instrument, `seed` the key of all random draws, and `s` the
state. `shares` are the first and last (not included) of the shares of users in question.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from agents.kernel.decorators import kernel, phase
from agents.kernel.types import Floats, Integer, Integers, Key
from model.phases.accounts import close_firms, refinance_firms, settle_accounts
from model.phases.adoption import choose_providers, pay_for_change, show_offers
from model.phases.engineers import hire_engineers, improve_old_technology, plan_research
from model.phases.entry import admit_entrants
from model.phases.environment import draw_users_luck, drift_needs
from model.phases.government import build_stocks, give_support, raise_budget, settle_purses
from model.phases.product import make_products, vary_quality
from model.phases.public_research import do_public_research
from model.phases.record import record_quarter
from model.phases.reports import report_problems
from model.phases.research import do_research
from model.phases.selection import renew_plan_and_choice
from model.phases.spillovers import imitate
from model.phases.supply import serve_orders
from model.phases.ties import renew_ties
from model.phases.use import book_sales, produce
from model.records import ParameterRecord, PolicyRecord
from model.shocks import strike_shocks
from model.state.ledger import open_quarter
from model.state.references import at_address
from model.state.state import State, number_of_shares, share_of_users

_Span = tuple[Integer, Integer]  # first and last (not included)


@kernel
def govern(t: int, p: ParameterRecord, policy: PolicyRecord, outlays: Floats, seed: Key, s: State) -> None:
    """Let shocks strike and needs drift, then let government raise money and give support."""
    open_quarter(s.ledger)

    strike_shocks(t, p, seed, s)  # 1. environment
    drift_needs(t, p, seed, s.industries.latent, s.industries.needs, s.phase_workspace)

    plan_research(p, s)  # 2. government
    raise_budget(t, policy, outlays, s)
    renew_plan_and_choice(t, p, policy, seed, s)
    give_support(t, p, policy, s)
    build_stocks(t, p, s)


@kernel
def innovate(t: int, p: ParameterRecord, policy: PolicyRecord, outlays: Floats, seed: Key, s: State) -> None:
    """Turn money for R&D into engineers, solutions, suppliers' progress and products."""
    hire_engineers(t, p, s)  # 3. R&D budgets, 4. engineers
    improve_old_technology(p, s)  # 5. old technology

    do_research(t, p, seed, s)  # 6. exploit and explore
    do_public_research(p, s)
    serve_orders(t, p, s)  # 7. suppliers
    imitate(p, s)  # 8. spillovers

    vary_quality(t, p, seed, s)  # 9. product
    make_products(p, s)
    show_offers(t, p, policy, s)


@kernel
def use(t: int, p: ParameterRecord, policy: PolicyRecord, outlays: Floats, seed: Key, s: State, shares: _Span) -> None:
    """Let users of some shares choose and use products. No user reads another user's choice of the same quarter."""
    for k in range(shares[0], shares[1]):
        first, last = share_of_users(k, p.users)
        draw_users_luck(t, p, seed, s.users, first, last)
        choose_providers(t, p, seed, s, first, last, k)  # 10. choice
        produce(p, s, first, last, k)  # 11. use


@kernel
def settle(t: int, p: ParameterRecord, policy: PolicyRecord, outlays: Floats, seed: Key, s: State) -> None:
    """Book sales, report problems, settle accounts, close firms and admit entrants."""
    pay_for_change(t, p.incidence, s)
    book_sales(t, p, s)
    report_problems(t, p, seed, s)

    settle_accounts(t, p, policy, s)  # 12. accounts
    refinance_firms(t, p, seed, s)
    close_firms(t, p, policy, s)
    admit_entrants(t, p, seed, s)  # 13. entry
    settle_purses(t, p, policy, s)


@kernel
def meet(t: int, p: ParameterRecord, policy: PolicyRecord, outlays: Floats, seed: Key, s: State, shares: _Span) -> None:
    """Let users of some shares lose contacts and meet other firms."""
    for k in range(shares[0], shares[1]):
        first, last = share_of_users(k, p.users)
        renew_ties(t, p, seed, s, first, last)  # 14. ties


@kernel
def record(t: int, p: ParameterRecord, policy: PolicyRecord, outlays: Floats, seed: Key, s: State) -> None:
    """Record the quarter."""
    record_quarter(t, p, policy, s)  # 15. record


QUARTER: tuple[Any, ...] = (govern, innovate, use, settle, meet, record)
SHARED: tuple[Any, ...] = (use, meet)  # what shares of users can do side by side


@phase
def run_quarters(
    first: int, last: int, p: ParameterRecord, policy: PolicyRecord, outlays: Floats, seed: Key, s: State
) -> None:
    """Run quarters first ... last - 1 of an economy."""
    shares = (np.int64(0), s.shares.units.shape[0])  # a number known beforehand would be a version of its own
    for t in range(first, last):
        govern(t, p, policy, outlays, seed, s)
        innovate(t, p, policy, outlays, seed, s)
        use(t, p, policy, outlays, seed, s, shares)
        settle(t, p, policy, outlays, seed, s)
        meet(t, p, policy, outlays, seed, s, shares)
        record(t, p, policy, outlays, seed, s)


@kernel
def run_cases(first: Integers, last: Integers, cases: Any, one: Any) -> None:
    """Run quarters first[k] ... last[k] - 1 of each case, one after the other, without the interpreter lock.

    `cases` are the addresses of references; `one`, any of these, tells their type.
    """
    for k in range(first.shape[0]):
        c = at_address(cases[k], one)
        seed = (c.seed[0], c.seed[1])
        run_quarters(first[k], last[k], c.parameters[0], c.policy[0], c.outlays, seed, c.state)


def run_quarters_together(
    first: int, last: int, p: ParameterRecord, policy: PolicyRecord, outlays: Floats, seed: Key, states: list[Any]
) -> None:
    """Run as `run_quarters` does, to the last bit, with a thread per state.

    The states share all arrays but their threads' workspaces.

    Users are dealt out by whole shares, whose sums are added in the order of shares.
    """
    shares, threads = number_of_shares(p.users), len(states)
    dealt = [(shares * k // threads, shares * (k + 1) // threads) for k in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        for t in range(first, last):
            for part in QUARTER:
                if part in SHARED:
                    list(pool.map(partial(part, t, p, policy, outlays, seed), states, dealt))
                else:
                    part(t, p, policy, outlays, seed, states[0])
