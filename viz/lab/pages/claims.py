"""Claims and facts: what the essay says, what the model finds, and how far the model is to be believed."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import solara
from solara import v

from experiments.claims.stored import SHIPPED_CLAIMS, claims_command_of, stored_claims, verdicts_in_words
from experiments.claims.support_claims import UNTESTED
from experiments.evidence.policy_fact import AGREES, DISAGREES, NO_VALUE, NOT_JUDGED, OPEN
from experiments.evidence.policy_facts import NOT_BUILT
from experiments.evidence.stored import SHIPPED_POLICY_FACTS, stored_policy_facts
from experiments.fact_words import cited
from experiments.shipped import made_in_words
from experiments.validation.stored import SHIPPED_FACTS, stored_facts
from viz.lab.parts.claims import claims_shown
from viz.lab.parts.facts import MET, facts_shown, policy_facts_shown
from viz.lab.parts.frame import BROWSER, LabPage
from viz.lab.parts.reading import Reading
from viz.report.claims import VERDICT_RULE
from viz.report.wording import seed_ranges

SHIPPED = {"claims": SHIPPED_CLAIMS, "facts": SHIPPED_FACTS, "policy facts": SHIPPED_POLICY_FACTS}
"""Files that the page shows, by the name of their download."""


@solara.component_vue(str(BROWSER / "claims.vue"))
def ClaimsAndFacts(
    claims: dict[str, Any], facts: dict[str, Any], policy_facts: dict[str, Any], untested: list[dict[str, str]]
) -> None:
    """All claims and facts, with a search among them."""


@solara.component
def ClaimsPage() -> Any:
    """The page of one visitor, the same for all but for what is searched."""
    content = solara.use_memo(page_content, [])
    with Reading() as main:
        ClaimsAndFacts(**content)
        with v.Html(tag="section", class_="take", attributes={"aria-label": "Take away"}):
            v.Html(tag="h2", children=["Take away"])
            v.Html(tag="p", children=["The stored results as they are shown. The commands above make them again."])
            with v.Html(tag="div", class_="files"):
                for name, file in SHIPPED.items():
                    solara.FileDownload(file.read_bytes, file.name, f"{name.capitalize()} (JSON)")
    return main


def page_content() -> dict[str, Any]:
    """Return all that the page shows, as plain texts and drawings."""
    claims, facts, of_policy = stored_claims(), stored_facts(), stored_policy_facts()
    shown, effects = facts_shown(facts), policy_facts_shown(of_policy)
    return {
        "claims": {
            "says": f"{verdicts_in_words(claims['claims'])} {claims['says']}",
            "origin": f"{_size(claims)} {made_in_words(claims['made'])}",
            "command": claims_command_of(claims),
            "rule": VERDICT_RULE,
            "rows": claims_shown(claims),
        },
        "facts": {
            "says": f"{sum(fact['verdict'] == MET for fact in shown)} of {len(shown)} facts are met.",
            "origin": made_in_words(facts["made"]),
            "command": facts["command"],
            "rows": shown,
        },
        "policy_facts": {
            "says": _agreement([fact["verdict"] for fact in effects]),
            "origin": made_in_words(of_policy["made"]),
            "command": of_policy["command"],
            "rows": effects,
            "not_built": [f"{one.finding} ({cited(one.source)}). {one.reason}" for one in NOT_BUILT],
        },
        "untested": [{**one.passage._asdict(), "reason": one.reason} for one in UNTESTED],
    }


def _agreement(verdicts: Sequence[str]) -> str:
    """Return how often the model agrees with published effects, as sentences."""
    counts = Counter(verdicts)
    return (
        f"The model agrees with {counts[AGREES]} of {len(verdicts)} published effects, and does not agree with "
        f"{counts[DISAGREES]}. Open: {counts[OPEN]}. Not judged: {counts[NOT_JUDGED] + counts[NO_VALUE]}."
    )


def _size(stored: dict[str, Any]) -> str:
    ensemble = stored["ensemble"]
    sets = "the default parameters" if ensemble is None else f"{len(ensemble['sets'])} sets of {ensemble['file']}"
    return f"{stored['runs']:,} runs of {sets}, seeds {seed_ranges(stored['seeds'])}, {stored['failed']} failed."


CLAIMS_PAGE = LabPage(
    "claims",
    "Claims and facts",
    "What does the essay claim, what does the model find, and does the model look like the world?",
    ClaimsPage,
)
"""The page in the navigation."""
