"""Environment: needs drift, and the quarter's luck of users is drawn."""

from agents.compiled import phase
from agents.elementary import total
from agents.industry import drifted, need
from agents.user import report_chance
from model.randomness import Purpose, fine_uniform, normals, uniform, words_in_loop

_DRIFT, _QUARTER = int(Purpose.DRIFT), int(Purpose.QUARTER)


@phase
def drift_needs(t, p, seed, latent, needs, shocks):
    """Latent needs (J, D) take a keyed random step in quarter t; needs (D, J) follow. `shocks` (2, W) is scratch.

    W >= D is a whole number of vector instructions: luck is drawn for domains beyond the last, and has no effect.
    """
    industries, domains = latent.shape
    drift, shock, moved = p.needs_drift, shocks[0], shocks[1]
    for j in range(industries):
        _draw_shocks(t, seed, j, moved, shock)
        for c in range(domains):
            moved[c] = latent[j, c]
        for c in range(moved.shape[0]):
            moved[c] = drifted(moved[c], drift, shock[c])
        size = total(moved[:domains])
        for c in range(domains):
            latent[j, c] = moved[c] / size
            needs[c, j] = need(latent[j, c], domains)


@phase
def _draw_shocks(t, seed, j, luck, shocks):
    """Standard normal shocks of one industry's needs. `luck` is scratch."""
    for c in range(shocks.shape[0]):
        w0, w1, _, _ = words_in_loop(seed, _DRIFT, t, j, c)
        luck[c] = fine_uniform(w0, w1)
    normals(luck, shocks, shocks.shape[0])


@phase
def draw_users_luck(t, p, seed, users, first, last):
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
