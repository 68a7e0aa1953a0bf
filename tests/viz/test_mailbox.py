"""A page has one message unanswered at a time, however fast a visitor is, and the newest is answered in the end."""

import re
import signal
from typing import Any

import pytest

from tests.economies import TINY_SIZES
from tests.viz.conftest import serving_process
from tests.viz.visitor import Visitor

pytestmark = pytest.mark.slow
BURSTS, MOVES = 6, 10
SMALL = "&".join(f"{name}={value}" for name, value in TINY_SIZES.items())
_SENT = re.compile(r'"event":"(?:event_)?(?:moved|released|change)","data":\{"number":(\d+)')
_HEARD = re.compile(r'"heard": (\d+)')


class Listener:
    """What goes between a page and the server: numbers of messages that are sent, and that are answered, in order."""

    def __init__(self, page: Any) -> None:
        self.noted: list[tuple[str, int]] = []
        page.on("websocket", self._listen)

    def _listen(self, socket: Any) -> None:
        socket.on("framesent", lambda text: self._note("sent", _SENT, text))
        socket.on("framereceived", lambda text: self._note("heard", _HEARD, text))

    def _note(self, what: str, pattern: re.Pattern[str], text: str | bytes) -> None:
        if isinstance(text, str):
            self.noted += [(what, int(number)) for number in pattern.findall(text) if int(number)]

    def sent(self) -> list[int]:
        """Return the numbers of the messages that were sent."""
        return [number for what, number in self.noted if what == "sent"]


def shake(slider: Any, moves: int) -> None:
    """Move a slider and let it go, many times and without a pause, to its end."""
    slider.evaluate(
        """(slider, moves) => {
            for (let k = 1; k <= moves; k += 1) {
                slider.value = slider.max * k / moves;
                for (const event of ["input", "change"]) slider.dispatchEvent(new Event(event));
            }
        }""",
        moves,
    )


def one_at_a_time(noted: list[tuple[str, int]]) -> bool:
    """Tell if every message but the first was sent after the answer to the one before."""
    places = {what: place for place, what in reversed([*enumerate(noted)])}
    later = [number for what, number in noted if what == "sent"][1:]
    return all(places.get(("heard", number - 1), len(noted)) < places["sent", number] for number in later)


@pytest.mark.parametrize(
    ("path", "label", "asked", "shown"),
    [
        ("compare", "budget", "policy.budget=0.05", ".compare .recipe"),
        ("", "own_problems, slider", "own_problems=1", ".tiles dd"),
    ],
)
def test_a_slider_is_moved_faster_than_the_server_answers(
    browser: Any, path: str, label: str, asked: str, shown: str
) -> None:
    """While the server stands still, as on an overloaded machine, one message is sent. Then the newest is answered."""
    with serving_process() as (address, server):
        visitor = Visitor(browser, f"{address}/model")
        listener = Listener(visitor.page)
        visitor.page.goto(f"{address}/{path}?{SMALL}")
        visitor.page.wait_for_selector(shown)
        if not path:
            visitor.page.get_by_text("Parameters and random draws").click()
        slider = visitor.page.get_by_label(label, exact=True)
        server.send_signal(signal.SIGSTOP)
        try:
            for _ in range(BURSTS):
                shake(slider, MOVES)
                visitor.page.wait_for_timeout(350)  # the page waits a little less for one more key
                while not listener.sent():
                    visitor.page.wait_for_timeout(50)
            assert len(listener.sent()) == 1
        finally:
            server.send_signal(signal.SIGCONT)
        visitor.page.wait_for_url(f"**{asked}**")
        visitor.page.wait_for_selector(shown)
        visitor.page.locator("pre", has_text=f"--set {asked}").first.wait_for(state="attached")
        assert one_at_a_time(listener.noted) and len(listener.sent()) <= 3
        visitor.leave()


def test_messages_that_overtake_answers_are_seen() -> None:
    assert one_at_a_time([("sent", 1), ("heard", 1), ("sent", 2)])
    assert not one_at_a_time([("sent", 1), ("sent", 2), ("heard", 1), ("heard", 2)])
