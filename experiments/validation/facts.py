"""Stylised facts of innovation and industry that the economy without policy should show, each with its target.

They judge the defaults. No comparison of policies enters here. Most stand in files of their own, by subject: here are
those that compare economies which should be alike.
"""

import experiments.validation.adoption_facts
import experiments.validation.firm_facts
import experiments.validation.research_facts
from experiments.validation.fact import FACTS, fact, indicator_fact

__all__ = ["FACTS"]
RESOLUTION = "resolution decides nothing"

_SIZES, _FOUNDERS = ("", "4,000 users"), ("10 founders", "20 founders", "40 founders")
indicator_fact(
    "time_to_50_by_users", "ratio - 1", 0.0, 0.1, "time to half adoption with 4,000 users and 1,000", RESOLUTION,
    "time_to_50", statistic="spread", settings=_SIZES,
    says="With 1,000 and with 4,000 users, time to half adoption differs by {}",
)  # fmt: skip
indicator_fact(
    "hhi_by_users", "ratio - 1", 0.0, 0.2, "concentration with 4,000 users and 1,000", RESOLUTION, "hhi",
    statistic="spread", settings=_SIZES,
    says="With 1,000 and with 4,000 users, concentration differs by {}",
)  # fmt: skip
for _name, _words in (("time_to_50", "time to half adoption"), ("hhi", "concentration")):
    indicator_fact(
        f"{_name}_by_founders", "ratio - 1", 0.0, 0.2, f"{_name} with 10, 20 and 40 founders",
        "founders do not decide", _name, statistic="spread", settings=_FOUNDERS,
        says=f"With 10, 20 and 40 founders, {_words} differs by {{}}",
    )  # fmt: skip
fact(
    "output_gain_by_founders", "ratio - 1", 0.0, 0.2, "rise of output with 10, 20 and 40 founders",
    "founders do not decide", statistic="spread", settings=_FOUNDERS,
    says="With 10, 20 and 40 founders, the rise of output differs by {}",
)(experiments.validation.adoption_facts.output_gain)  # fmt: skip
