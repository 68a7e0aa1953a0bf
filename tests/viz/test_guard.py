"""The guard of the lab's server: pages of the lab itself come in, and no other page of any site."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from viz.lab.guard import HEADERS, LAB_IS_FULL, NO_TOKEN, Guard

HOST = "127.0.0.1:8765"
PLACE = ("198.51.100.7", 8765)
"""The address of this machine at which requests come in."""

TOKEN = "a-token-of-the-lab"
COOKIE = f"nqpf-8765={TOKEN}"


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


def answers(
    guard: Guard, kind: str = "http", path: str = "/", query: str = "", method: str = "GET", **headers: str | list[str]
) -> list[dict[str, Any]]:
    """Return the messages with which a request is answered. It has come in at PLACE."""
    raw = [
        (name.encode(), value.encode())
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {"type": kind, "path": path, "query_string": query.encode(), "headers": raw, "server": PLACE}
    if kind == "http":
        scope["method"] = method
    asyncio.run(guard(scope, None, send))  # type: ignore[arg-type]  # nothing is received
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
    assert status(Guard(site, tmp_path, ["Desk"]), host="desk:8765") == 200
    assert status(Guard(site, tmp_path, ["Desk"]), host="shelf:8765") == 403


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


# -- with a token
@pytest.fixture
def open_guard(tmp_path: Path) -> Guard:
    """A guard that other machines reach."""
    return Guard(site, tmp_path, ["desk"], TOKEN)


def cookie_of(answer: list[dict[str, Any]]) -> str:
    """Return the cookie that an answer sets, empty if none."""
    return dict(answer[0]["headers"]).get(b"set-cookie", b"").decode()


def test_the_token_of_the_address_becomes_a_cookie(open_guard: Guard) -> None:
    """The page leads on to the same address without the token, and the cookie opens that, and the websocket."""
    answer = answers(open_guard, "http", "/compare", f"policies=a,b&token={TOKEN}&users=40", host="198.51.100.7:8765")
    assert answer[0]["status"] == 200 and {*HEADERS} - {*answer[0]["headers"]} == {HEADERS[1]}
    assert 'content="0; url=/compare?policies=a%2Cb&amp;users=40"' in answer[1]["body"].decode()
    assert TOKEN not in answer[1]["body"].decode()
    assert cookie_of(answer) == f"{COOKIE}; Path=/; HttpOnly; SameSite=Strict"
    for host in ("198.51.100.7:8765", "desk:8765", HOST):
        assert status(open_guard, host=host, cookie=f"other=1; {COOKIE}") == 200
        assert status(open_guard, "websocket", host=host, origin=f"http://{host}", cookie=COOKIE) == 101


@pytest.mark.parametrize(
    "query", ["", "token=", "token=wrong", f"token={TOKEN}x", f"token={TOKEN}&token={TOKEN}", "token=é"]
)
@pytest.mark.parametrize("cookie", ["", "nqpf-8765=", "nqpf-8765=wrong", f"nqpf-8766={TOKEN}", f"nqpf-8765={TOKEN}x"])
def test_without_the_token_nothing_is_served(open_guard: Guard, query: str, cookie: str) -> None:
    """Neither pages nor scripts nor websockets, whatever is guessed."""
    for path in ("/", "/lab/network.js", "/static/main.js", "/jupyter/api/kernels/1/channels"):
        answer = answers(open_guard, "http", path, query, host="desk:8765", cookie=cookie)
        assert answer[0]["status"] == 403 and answer[1]["body"].decode() == NO_TOKEN and not cookie_of(answer)
        origin = "http://desk:8765"
        assert status(open_guard, "websocket", path, query, host="desk:8765", origin=origin, cookie=cookie) == 403


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("host", "origin"),
    [("evil.example", "http://evil.example"), ("198.51.100.8:8765", "http://198.51.100.8:8765"),
     ("desk:8765", "http://evil.example"), ("0.0.0.0:8765", "http://0.0.0.0:8765"), ("desk:8765", "null")],
)  # fmt: skip
def test_a_token_opens_no_page_to_another_site(open_guard: Guard, kind: str, host: str, origin: str) -> None:
    """Host and Origin are checked as without one: a cookie goes along with what another page asks for."""
    assert status(open_guard, kind, "/", host=host, origin=origin, cookie=COOKIE) == 403
    assert status(open_guard, kind, "/", f"token={TOKEN}", host=host, origin=origin) == 403


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", '/"><script>', "/a\r\nSet-Cookie: b"])
def test_the_page_with_the_cookie_leads_to_this_site_only(open_guard: Guard, path: str) -> None:
    answer = answers(open_guard, "http", path, f'token={TOKEN}&a="><b>', host="desk:8765")
    body = answer[1]["body"].decode()
    target = body.partition("url=")[2].partition('"')[0]
    assert target.startswith("/") and target[1] not in "/\\" and not set(target) & set("<>\r\n")
    assert body.count("<") == 6  # doctype, html, meta, link, title and its end: the address brings none


def test_only_a_page_takes_the_token_of_an_address(open_guard: Guard) -> None:
    """No form of another site can post it, and no websocket brings it."""
    assert status(open_guard, "http", "/", f"token={TOKEN}", "POST", host="desk:8765") == 403
    assert status(open_guard, "websocket", "/", f"token={TOKEN}", host="desk:8765", origin="http://desk:8765") == 403


def test_the_address_where_a_connection_came_in_counts_only_with_a_token(guard: Guard) -> None:
    assert status(guard, host="198.51.100.7:8765") == 403


# -- the number of pages
def test_a_full_lab_says_so(tmp_path: Path) -> None:
    """A new page gets a line, its websocket is refused, and the pages that are open go on."""
    lab = Guard(site, tmp_path, has_room=lambda kernel: kernel == "open")
    answer = answers(lab, host=HOST, accept="text/html,*/*;q=0.8")
    assert answer[0]["status"] == 503 and answer[1]["body"].decode() == LAB_IS_FULL
    channel = {"host": HOST, "origin": f"http://{HOST}"}
    assert status(lab, "websocket", "/jupyter/api/kernels/new/channels", **channel) == 403
    assert status(lab, "websocket", "/jupyter/api/kernels/open/channels", **channel) == 101
    assert status(lab, "http", "/lab/network.js", host=HOST, accept="*/*") == 200
