"""Public research: science, suppliers' laboratories and common technology open to all."""

from agents.innovator import MEAN_SHOCK, Innovators, improved, research_effort, solution_size, solutions_mean
from agents.kernel.arithmetic import exp, total
from agents.kernel.decorators import phase
from agents.kernel.types import Floats
from model.records import ParameterRecord
from model.state.state import LAST_GENERATION, State


@phase
def do_public_research(p: ParameterRecord, s: State) -> None:
    """Science, common technology and suppliers' laboratories, at the mean rate of a firm's.

    Common technology works on problems reported by users of all firms and learns from the average firm;
    suppliers set themselves their problems.
    """
    support, level, wage_now = s.support, s.stocks.level[0], s.market[0].wage
    level.science = 1.0 + (1.0 - p.science_decay) * (level.science - 1.0)
    level.science += p.science_efficacy * support.flow[0].science / wage_now / (p.engineers * p.market_size)
    for k in range(support.upstream.shape[0]):
        if support.upstream[k] > 0.0:
            effort = research_effort(support.upstream[k] / wage_now, p.engineers, p.concentration)
            s.suppliers.solved[k] += solutions_mean(p.solution_rate, effort, 1.0, p.own_problems, 0.0)
    if support.flow[0].common > 0.0:
        effort = research_effort(support.flow[0].common / wage_now, p.engineers, p.concentration)
        _advance_common_technology(p, s, p.common_efficacy * effort)


@phase
def _advance_common_technology(p: ParameterRecord, s: State, effort: float) -> None:
    """Expected gain of solutions of mean size per domain, within the ceiling of the frontier.

    First it learns what the average firm knows: a share 1 - exp(-effort) of what it lacks.
    """
    common, reported, average = s.stocks.common, s.government.reported, s.phase_workspace.average
    mean_capability(s.innovators, average)
    ceiling = s.ceiling[min(int(s.market[0].frontier), LAST_GENERATION)]
    reports, learning = total(reported), 1.0 - exp(-effort)
    for c in range(p.domains):
        share = reported[c] / reports if reports > 0.0 else 1.0 / p.domains
        solutions = solutions_mean(p.solution_rate, effort, share, 1.0, 1.0)
        gain = solutions * solution_size(p.solution_step, MEAN_SHOCK)
        caught_up = common[c] + learning * max(0.0, average[c] - common[c])
        common[c] = improved(min(caught_up, ceiling), gain, ceiling)


@phase
def mean_capability(innovators: Innovators, average: Floats) -> None:
    """Mean capability per domain of living firms, into `average`, shape (D,)."""
    alive, capability, living = innovators.alive, innovators.capability, 0
    average[:] = 0.0
    for i in range(alive.shape[0]):
        if alive[i]:
            living += 1
            for c in range(average.shape[0]):
                average[c] += capability[i, c]
    for c in range(average.shape[0]):
        average[c] /= max(living, 1)
