"""A visitor without a browser: the messages of a page's websocket, as many pages at once as a test wants."""

import json
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from tests.viz.visitor import PATIENCE


class Session:
    """A page at an address below the lab's, opened as a browser opens it. `widgets` is all that it shows, by name."""

    def __init__(self, lab: str, path: str) -> None:
        from websockets.sync.client import connect
        from websockets.typing import Origin

        self._name = str(uuid4())
        self.widgets: dict[str, dict[str, Any]] = {}
        self.ran = False
        self._leaving = ExitStack()
        opening = connect(
            f"ws://{urlsplit(lab).netloc}/jupyter/api/kernels/{uuid4()}/channels?session_id={uuid4()}",
            origin=Origin(lab),
            additional_headers={"Cookie": f"solara-session-id={uuid4()}"},
            max_size=None,
            max_queue=None,  # a full queue would leave the server's pings without an answer
            open_timeout=PATIENCE / 1000,
            ping_timeout=None,
        )
        self._socket = self._leaving.enter_context(opening)
        self._send("comm_open", target_name="solara.control", data={})
        self._send("comm_msg", data={"method": "run", "args": {"path": path, "appName": "__default__"}})

    def wait_for(self, words: str) -> None:
        """Read messages until the page shows some words."""
        while not (self.ran and words in self.text()):
            self._read()

    def text(self) -> str:
        """Return the texts of all widgets."""
        return json.dumps(self.widgets, default=str, ensure_ascii=False)

    def recording(self) -> bytes:
        """Return the recording that a page of Watch plays."""
        return bytes(next(state["recording"] for state in self.widgets.values() if state.get("recording")))

    def leave(self) -> None:
        """Lose the connection, as a browser does that is closed."""
        self._leaving.close()

    def _send(self, kind: str, **content: Any) -> None:
        header = {"msg_id": str(uuid4()), "msg_type": kind, "username": "", "session": "", "version": "5.3"}
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {},
                   "content": {"comm_id": self._name, **content}}  # fmt: skip
        self._socket.send(json.dumps(message))

    def _read(self) -> None:
        message, buffers = _parts(self._socket.recv(timeout=PATIENCE / 1000))
        content = message["content"]
        data, kind = content.get("data", {}), message["header"]["msg_type"]
        if kind == "comm_close":
            self.widgets.pop(content["comm_id"], None)
        elif data.get("method") == "finished":
            self.ran = True
        elif "state" in data:
            state = data["state"]
            for (name, *_), buffer in zip(data.get("buffer_paths", ()), buffers, strict=False):
                state[name] = buffer
            self.widgets.setdefault(content["comm_id"], {}).update(state)


@contextmanager
def sessions(lab: str, paths: list[str]) -> Iterator[list[Session]]:
    """Open pages at once, one per path, and lose them all at the end."""
    with ExitStack() as leaving:
        opened = []
        for path in paths:
            opened.append(Session(lab, path))
            leaving.callback(opened[-1].leave)
        yield opened


def _parts(message: str | bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return a message and the bytes that it carries."""
    if isinstance(message, str):
        return json.loads(message), []
    (count,) = struct.unpack("!I", message[:4])
    ends = [*struct.unpack(f"!{count}I", message[4 : 4 * (count + 1)]), len(message)]
    first, *rest = [message[begin:end] for begin, end in pairwise(ends)]
    return json.loads(first), rest
