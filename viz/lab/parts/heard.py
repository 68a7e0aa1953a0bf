"""Answers to the messages of a component in the browser, which sends the next one only then (mailbox.js)."""

from collections.abc import Callable
from typing import Any

import solara

Act = Callable[[Any], None]


def use_heard() -> tuple[int, Callable[[Act], Act]]:
    """Return the number of the last message that was answered, and what makes a handler of numbered messages."""
    heard, hear = solara.use_state(0)

    def numbered(act: Act) -> Act:
        def answer(message: Any) -> None:
            try:
                act(message["given"])
            finally:  # an error must not keep the next message waiting
                hear(message["number"])

        return answer

    return heard, numbered
