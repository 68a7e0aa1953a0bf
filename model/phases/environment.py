"""Environment: needs drift, and the quarter's luck of users is drawn."""

from agents.industry import drifted, need
from agents.kernel.arithmetic import total
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Key
from agents.user import Users, report_chance
from model.randomness import Stream, fine_uniform, normals, uniform, words_in_loop
from model.records import ParameterRecord
from model.state.workspace import PhaseWorkspace

_DRIFT, _QUARTER = int(Stream.DRIFT), int(Stream.QUARTER)


@phase
def drift_needs(
    t: int, p: ParameterRecord, seed: Key, latent: Floats, needs: Floats, workspace: PhaseWorkspace
) -> None:
    """Latent needs (J, D) take a keyed random step in quarter t; needs (D, J) follow.

    All needs in a row, and some of nobody's at its end that make it a whole number of vector instructions.
    """
    industries, domains = latent.shape
    industry, domain = workspace.need_industry, workspace.need_domain
    moved, shock = workspace.need_moved, workspace.need_shock
    drift, before = p.needs_drift, latent.ravel()
    for n in range(moved.shape[0]):
        w0, w1, _, _ = words_in_loop(seed, _DRIFT, t, industry[n], domain[n])
        moved[n] = fine_uniform(w0, w1)
    normals(moved, shock, moved.shape[0])
    for n in range(before.shape[0]):
        moved[n] = before[n]
    for n in range(moved.shape[0]):
        moved[n] = drifted(moved[n], drift, shock[n])
    for j in range(industries):
        fresh = moved[j * domains : (j + 1) * domains]
        size = total(fresh)
        for c in range(domains):
            latent[j, c] = fresh[c] / size
            needs[c, j] = need(latent[j, c], domains)


@phase
def draw_users_luck(t: int, p: ParameterRecord, seed: Key, users: Users, first: int, last: int) -> None:
    """One keyed block per user and quarter: who reconsiders, meets a problem, meets an innovator."""
    reconsiders, has_problem = users.reconsiders[first:last], users.has_problem[first:last]
    meets_firm, lead = users.meets_firm[first:last], users.lead[first:last]
    reconsider, meet = p.reconsider, p.meet
    usual, leading = report_chance(p.report, False, p.omega), report_chance(p.report, True, p.omega)
    for k in range(last - first):
        w0, w1, w2, _ = words_in_loop(seed, _QUARTER, t, first + k, 0)
        reconsiders[k] = uniform(w0) < reconsider
        has_problem[k] = uniform(w1) < (leading if lead[k] else usual)
        meets_firm[k] = uniform(w2) < meet
