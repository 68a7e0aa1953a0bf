"""The verdict of a live comparison in sentences, in the words and figures of the command line's answer."""

from typing import TYPE_CHECKING

import numpy as np

from experiments.analysis.equal_money import MONEY_MARGIN
from experiments.analysis.sentences import listed, plain, size
from experiments.analysis.verdicts import NO_DATA, OPEN_READING, WEAKLY
from experiments.pairs.answer import LiveAnswer
from experiments.pairs.batches import NARROW
from experiments.statistics import Interval
from model.indicators.summary import declaration

if TYPE_CHECKING:
    import pandas as pd

CANNOT_TELL = "Cannot tell yet"
"""The first words of a verdict where the interval includes zero."""


def verdict(answer: LiveAnswer, indicator: str) -> list[str]:
    """Return a sentence on each policy against the reference. One pair alone never gives a verdict."""
    return [_against(answer, policy, indicator) for policy in answer.others]


def conditions(answer: LiveAnswer, indicator: str) -> list[str]:
    """Return sentences on what the verdict rests on: pairs, money, and efficacies that nobody knows."""
    found = (_rests_on(answer, indicator), _money(answer), _failed(answer), _assumed(answer))
    return [sentence for sentence in found if sentence]


def _against(answer: LiveAnswer, policy: str, indicator: str) -> str:
    """Return the sentence on a policy and the reference."""
    row, reference = answer.row(policy, indicator), answer.study.reference
    name, gap = plain(indicator), Interval(row["difference"], row["low"], row["high"])
    level = answer.row(reference, indicator)["mean"]
    if row["reading"] == NO_DATA or not np.isfinite(gap.mean):
        return f"No verdict: {name} has no value to compare in any pair of {policy} and {reference}."
    if not np.isfinite(gap.low):
        return f"{CANNOT_TELL}: {name} has a value in a single pair of {policy} and {reference}."
    by = f"{size(gap, level)}{f' of {reference}' if level else ''}"
    if gap.mean == gap.low == gap.high == 0.0:
        return f"No difference at all: {name} is the same under {policy} and {reference} in each of {row['n']} pairs."
    if unequal := [arm for arm in (reference, policy) if answer.standing[arm] == "unequal"]:
        return (
            f"No verdict: the money of {listed(unequal)} is not shown to be equal. As it is, {name} under {policy} "
            f"differs from {reference} by {by}."
        )
    if row["reading"] == OPEN_READING:
        return (
            f"{CANNOT_TELL} whether {name} differs between {policy} and {reference}: {by}, 95 % interval in brackets."
        )
    word = "higher" if gap.mean > 0.0 else "lower"
    return (
        f"{name[0].upper()}{name[1:]} is {word} under {policy} than under {reference}: {by}, "
        f"95 % interval in brackets{_share(row, answer)}.{_weakly(row)}"
    )


def _share(row: "pd.Series", answer: LiveAnswer) -> str:
    """Return in how many pairs the policy is better. A time that is never reached counts as later than any."""
    if not np.isfinite(row["share_better"]):
        return ""
    counted = answer.whole_pairs if declaration(row["indicator"]).kind == "time" else int(row["n"])
    return f", better in {round(row['share_better'] * counted)} of {counted} pairs"


def _rests_on(answer: LiveAnswer, indicator: str) -> str:
    """Return the number of pairs, why there are no more, and how many of them have a value."""
    if not answer.final:
        pairs = f"So far {answer.pairs} of at most {answer.most} pairs."
    elif answer.narrow and answer.pairs < answer.most:
        share = f"{100.0 * NARROW:g} %"
        pairs = f"It rests on {answer.pairs} pairs. Its interval is narrow: at most {share} of the mean to either side."
    else:
        pairs = f"It rests on {answer.pairs} pairs."
    fewest = min(int(answer.row(policy, indicator)["n"]) for policy in answer.others)
    return pairs if fewest == answer.pairs else f"{pairs} Both have a value in {fewest} of them."


def _money(answer: LiveAnswer) -> str:
    """Return the money that each policy placed, and whether it was equal."""
    placed = answer.table.drop_duplicates("policy").set_index("policy")["money_placed"]
    standing = answer.standing
    paid = [name for name in standing if standing[name] in ("equal", "unequal")]
    free = [name for name in standing if standing[name] == "none"]
    parts = [f"Money placed per run: {listed([f'{placed[name]:,.1f} under {name}' for name in paid])}"] * bool(paid)
    if free:
        parts.append(f"{listed(free)} {'raise' if len(free) > 1 else 'raises'} none")
    unequal = [name for name in paid if standing[name] == "unequal"]
    if unequal:
        parts.append(f"not shown to be equal within {100.0 * MONEY_MARGIN:g} %")
    elif len(paid) > 1:
        parts.append(f"equal within {100.0 * MONEY_MARGIN:g} %")
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _failed(answer: LiveAnswer) -> str:
    return f"{answer.failed} runs failed and are left out." if answer.failed else ""


def _assumed(answer: LiveAnswer) -> str:
    if not answer.assumed:
        return ""
    rest = "rest" if len(answer.assumed) > 1 else "rests"
    return f"{listed(answer.assumed)} {rest} on efficacies that nobody knows."


def _weakly(row: "pd.Series") -> str:
    return " Holm's test over the table leaves it open." if row["reading"].startswith(WEAKLY) else ""
