"""A fact in words: its value in its unit, and where it lies to its range. Plain ASCII, as the answer of `compare`."""

import math
import re

BARE = ("R2", "cosine", "excess kurtosis", "exponent", "index", "log growth", "money", "ratio", "skewness")
"""Units that a sentence leaves out."""

MOST_DIGITS = 6
_NEVER = "more quarters than the run has"


def unit_scale(unit: str) -> float:
    """Return the number by which a value is multiplied to be shown: shares are shown as percentages."""
    return 100.0 if unit.startswith("share") or unit == "ratio - 1" else 1.0


def shown_unit(unit: str) -> str:
    """Return the unit as it stands behind a number, empty where a sentence leaves it out."""
    if unit_scale(unit) != 1.0:
        return "%"
    return "" if unit in BARE else unit


def range_in_words(low: float, high: float, unit: str) -> str:
    """Return a range in its unit, as "20 to 60 %", or as "above 0" where one end is infinite."""
    if math.isinf(high) or math.isinf(low):
        side, end = ("above", low) if math.isinf(high) else ("below", high)
        return f"{side} {unit_scale(unit) * end:.6g}"
    ends = [f"{unit_scale(unit) * end:.6g}" for end in (low, high)]
    return _with_unit(ends[0] if low == high else " to ".join(ends), unit)


def value_in_words(value: float, low: float, high: float, unit: str) -> str:
    """Return a value in its unit, with two digits or as many as keep it on its side of both ends of a range."""
    if math.isinf(value):
        return _NEVER if unit == "quarters" else "no finite number"
    scale, text = unit_scale(unit), ""
    for digits in range(2, MOST_DIGITS + 1):
        text = _rounded(scale * value, digits)
        shown = float(text.replace(",", "")) / scale
        if (shown < low, shown > high) == (value < low, value > high):
            break
    return _with_unit(text, unit)


def cited(source: str) -> str:
    """Return a source as it stands within parentheses: "Evans (1987)" becomes "Evans 1987"."""
    return re.sub(r" \((\d{4})\)", r" \1", source)


def fact_sentence(says: str, value: float, low: float, high: float, unit: str, source: str) -> str:
    """Return a fact as a sentence: its value, where that lies to the range, and the source of the range.

    `says` holds {} where the value stands. A value that is NaN was measured in no seed.
    """
    ends = range_in_words(low, high, unit)
    if math.isnan(value):
        return f"No seed gives a value. The range is {ends} ({cited(source)})."
    words = says.format(value_in_words(value, low, high, unit))
    within = "as the source has it" if low == high else f"within {ends}"
    side = f"below {ends}" if value < low else f"above {ends}" if value > high else within
    return f"{words}, {side} ({cited(source)})."


def _rounded(value: float, digits: int) -> str:
    """Return a number with so many digits, or all those before its point."""
    if value == 0.0:
        return "0"
    return f"{value:z,.{max(digits - 1 - math.floor(math.log10(abs(value))), 0)}f}"


def _with_unit(text: str, unit: str) -> str:
    return f"{text} {shown_unit(unit)}".rstrip()
