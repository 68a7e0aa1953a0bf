"""Plain data as JSON."""

import json
import math
from typing import Any


def to_json(content: Any) -> str:
    """Plain data as JSON text."""
    return json.dumps(_finite(content), indent=1, allow_nan=False)


def _finite(value: Any) -> Any:
    """Plain data that JSON can hold: NumPy numbers as Python's, NaN (never reached, not compared) as null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
