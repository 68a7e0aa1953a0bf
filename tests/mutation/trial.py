"""`python -m tests.mutation.trial EXPECTED [TEST…]`: exit code 0 if the sources pass for the right ones.

First the tiny economies must be as EXPECTED, the output of `python -m tests.tiny`, says: every series, array, summary
and panel to the bit. Most faults end here, within a second; the rest are tried against the tests named.
"""

import json
import sys
from pathlib import Path

from tests.tiny import tiny_digests


def unchanged(expected: dict[str, str]) -> bool:
    """Whether the tiny economies give what they gave; the first that differs decides."""
    return all(found == expected[label] for label, found in tiny_digests())


if __name__ == "__main__":
    if not unchanged(json.loads(Path(sys.argv[1]).read_text())):
        sys.exit(1)
    if len(sys.argv) == 2:
        sys.exit(0)
    import pytest

    sys.exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *sys.argv[2:]]))
