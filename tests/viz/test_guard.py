"""The guard of the lab's server: pages of the lab itself come in, and no other page of any site."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from viz.lab.guard import HEADERS, Guard

HOST = "127.0.0.1:8765"


async def site(scope: Any, receive: Any, send: Any) -> None:
    """Answer 200, or accept a websocket, without a look."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"in"})


@pytest.fixture
def guard(tmp_path: Path) -> Guard:
    """A guard of a folder of assets that holds two files. A third lies beside it."""
    for name in ("assets/vue@2.6.1/vue.js", "assets/require/__main.js", "secret/key.js"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("")
    return Guard(site, tmp_path / "assets")


def answers(guard: Guard, kind: str = "http", path: str = "/", **headers: str | list[str]) -> list[dict[str, Any]]:
    """Return the messages with which a request is answered."""
    raw = [
        (name.encode(), value.encode())
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    asyncio.run(guard({"type": kind, "path": path, "headers": raw}, None, send))  # type: ignore[arg-type]  # nothing is received
    return sent


def status(*request: Any, **headers: Any) -> int:
    """Return the status of an answer. A websocket is opened with 101, or closed with 403."""
    first = answers(*request, **headers)[0]
    return {"websocket.accept": 101, "websocket.close": 403}.get(first["type"]) or first["status"]


@pytest.mark.parametrize("host", [HOST, "localhost:8765", "LOCALHOST", "[::1]:80", "127.8.9.1:1"])
def test_own_pages_come_in(guard: Guard, host: str) -> None:
    """This machine by any of its names and ports, in a page and in the websocket that the page opens."""
    assert status(guard, host=host) == 200
    assert status(guard, host=host, origin=f"http://{host}") == 200
    assert status(guard, "websocket", "/jupyter/api/kernels/1/a", host=host, origin=f"http://{host}") == 101


@pytest.mark.parametrize(
    "origin",
    ["null", "http://evil.example", "https://127.0.0.1:8765", "http://127.0.0.1:9999", "http://127.0.0.1", "",
     "http://127.0.0.1:8765.evil.example", "http://localhost:8765", ["http://" + HOST, "http://evil.example"]],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_other_pages_are_refused(guard: Guard, kind: str, origin: str) -> None:
    """Another site, a page without one, and another server on this machine."""
    assert status(guard, kind, "/", host=HOST, origin=origin) == 403


def test_a_websocket_needs_an_origin(guard: Guard) -> None:
    """Every browser sends one."""
    assert status(guard, "websocket", "/", host=HOST) == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "192.0.2.1:8765", "", "::1",
     "127.0.0.1@evil.example", "localhost.evil.example", "0x7f.1", "\xff", [HOST, "evil.example"], []],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_other_names_are_refused(guard: Guard, kind: str, host: Any) -> None:
    """A foreign name with this machine's address is DNS rebinding, whatever Origin says."""
    assert status(guard, kind, "/", host=host, origin=f"http://{host}") == 403
    assert status(guard, kind, "/", host=host, origin=f"http://{HOST}") == 403


def test_the_name_that_the_user_gave_is_this_machine(tmp_path: Path) -> None:
    """`nqpf view --host NAME` is reached as NAME."""
    assert status(Guard(site, tmp_path, "Desk"), host="desk:8765") == 200
    assert status(Guard(site, tmp_path, "Desk"), host="shelf:8765") == 403


@pytest.mark.parametrize(
    ("path", "found"),
    [("/_solara/cdn/vue@2.6.1/vue.js", 200), ("/_solara/cdn/require", 200), ("/_solara/cdn/none@1.0.0/none.js", 404),
     ("/_solara/cdn/../secret/key.js", 404), ("/_solara/cdn/", 404), ("/_solara/cdn/vue@2.6.1", 404),
     ("/_solara/cdn//etc/passwd", 404), ("/resourcez", 403), ("/_solara/api/evict/1", 403)],
)  # fmt: skip
def test_what_no_page_asks_for_is_closed(guard: Guard, path: str, found: int) -> None:
    """Assets that are not on this machine, and what the server tells about itself."""
    assert status(guard, "http", path, host=HOST) == found


@pytest.mark.parametrize("path", ["/", "/resourcez", "/_solara/cdn/none"])
def test_every_answer_has_the_headers(guard: Guard, path: str) -> None:
    """Also a refusal. The answer keeps its own."""
    headers = answers(guard, "http", path, host=HOST)[0]["headers"]
    assert set(HEADERS) <= set(headers)
    assert path != "/" or (b"content-type", b"text/plain") in headers


def test_the_server_itself_starts_and_ends(guard: Guard) -> None:
    """Messages that belong to no request pass."""
    assert answers(guard, "lifespan")[0]["status"] == 200
