"""The guard before the lab's server: it lets in pages of the lab itself, where need be with a token, and nobody else.

A page of another site can open a websocket to this machine. It can also give its own name this machine's address (DNS
rebinding). The browser then says so in Origin or Host, and the guard refuses both.
"""

import ipaddress
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from html import escape
from pathlib import Path
from secrets import compare_digest
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
"""Headers of every answer: a page of the lab loads nothing from elsewhere, and no other page may frame it."""

TOKEN = "token"
"""The name of the token in an address."""

NO_TOKEN = "This lab opens at the whole address, with its token, that nqpf view has printed."
LAB_IS_FULL = "The lab is full. Close a page of it that you do not need, or try again in a few minutes."
_ONLY_SAFE = b"cross-origin-opener-policy"
"""A header that browsers complain about where a page comes from another machine without encryption."""

_HTML = b"text/html; charset=utf-8"
_ASSETS = "/_solara/cdn/"
_KERNELS = "/jupyter/api/kernels/"
_CLOSED = ("/resourcez", "/_solara/api/evict")
_MOST_COOKIES = 8192  # characters


class Guard:
    """An ASGI application around another one, that answers 403 or 404 to what the lab's own pages never ask.

    `assets` is the folder of files below /_solara/cdn. Where one is missing, Solara would try to fetch it for seconds.
    `names` are what this machine is called, beside localhost and its loopback addresses. With a `token`, a visitor must
    have it: once in the address, and then in a cookie. `has_room` tells if one more page, of a kernel's id or of none
    yet, may be opened.
    """

    def __init__(
        self,
        site: Any,
        assets: Path,
        names: Collection[str] = (),
        token: str = "",
        has_room: Callable[[str], bool] = lambda kernel: True,
    ) -> None:
        self.site, self.assets, self.token, self.has_room = site, assets.resolve(), token, has_room
        self.names = {"localhost", *(name.lower() for name in names)}
        self.headers = tuple(header for header in HEADERS if not token or header[0] != _ONLY_SAFE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):  # the start and end of the server itself
            await self.site(scope, receive, send)
        elif refused := self._refusal(scope):
            await self._answer(scope, send, *refused)
        elif self.token and not self._has_cookie(scope):
            await self._ask_for_token(scope, send)
        elif self._asks_for_more(scope):
            await self._answer(scope, send, 503, LAB_IS_FULL)
        else:
            await self.site(scope, receive, self._with_headers(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status with which a request is refused, and a line, or None."""
        hosts, origins = _headers(scope, b"host"), _headers(scope, b"origin")
        own = len(hosts) == 1 and self._is_this_machine(hosts[0], scope)
        needed = origins or scope["type"] == "websocket"  # which every browser opens with an Origin
        same = not needed or origins == [b"http://" + host for host in hosts]
        if not own or not same or scope["path"].startswith(_CLOSED):
            return 403, ""
        return (404, "") if scope["path"].startswith(_ASSETS) and not self._has(scope["path"]) else None

    def _is_this_machine(self, host: bytes, scope: Scope) -> bool:
        """Tell if a Host header names this machine, with any port: a tunnel may have another one.

        Where others may visit, it may also be the address at which this connection has come in.
        """
        try:
            name = urlsplit("//" + host.decode("ascii")).hostname or ""
            if name in self.names:
                return True
            return _address(name).is_loopback or (bool(self.token) and _address(name) == _address(_server(scope)[0]))
        except ValueError:
            return False

    def _has(self, path: str) -> bool:
        """Tell if an asset is on this machine. One named without a folder is the main file of a folder."""
        name = path.removeprefix(_ASSETS)
        wanted = (self.assets / (name if "/" in name else f"{name}/__main.js")).resolve()
        return wanted.is_relative_to(self.assets) and wanted.is_file()

    # -- the token
    def _has_cookie(self, scope: Scope) -> bool:
        whole = b";".join(_headers(scope, b"cookie"))[:_MOST_COOKIES]
        given = [value for name, _, value in (one.strip().partition(b"=") for one in whole.split(b";"))
                 if name == _cookie_name(scope)]  # fmt: skip
        return any(self._is_token(value) for value in given)

    def _is_token(self, given: bytes) -> bool:
        return compare_digest(given, self.token.encode())  # in a time that tells nothing of where they differ

    async def _ask_for_token(self, scope: Scope, send: Send) -> None:
        """Answer an address that has the token with the cookie and the way to the page, and any other with 403.

        The way is a page and no redirect: after a link from another site, a browser sends a strict cookie only to
        where a page of this site leads.
        """
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        given = [value for name, value in query if name == TOKEN]
        is_page = scope["type"] == "http" and scope.get("method") == "GET"
        if not is_page or len(given) != 1 or not self._is_token(given[0].encode()):
            await self._answer(scope, send, 403, NO_TOKEN)
            return
        rest = urlencode([(name, value) for name, value in query if name != TOKEN])
        path = "/" + scope["path"].lstrip("/")  # two slashes would lead to another machine
        target = _escaped(f"{path}{f'?{rest}' if rest else ''}")
        cookie = _cookie_name(scope) + f"={self.token}; Path=/; HttpOnly; SameSite=Strict".encode()
        page = (
            f'<!doctype html><html lang="en"><meta http-equiv="refresh" content="0; url={target}">'
            '<link rel="icon" href="data:,"><title>nqpf</title>'
        )
        await self._answer(scope, send, 200, page, ((b"set-cookie", cookie), (b"cache-control", b"no-store")), _HTML)

    # -- the number of pages
    def _asks_for_more(self, scope: Scope) -> bool:
        """Tell if a request would open one page more than there may be."""
        if scope["type"] == "websocket" and scope["path"].startswith(_KERNELS):
            return not self.has_room(scope["path"].removeprefix(_KERNELS).partition("/")[0])
        return any(b"text/html" in value for value in _headers(scope, b"accept")) and not self.has_room("")

    # -- answers
    def _with_headers(self, send: Send) -> Send:
        """Return `send` with the headers in the first message of an answer."""

        async def forward(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self.headers]
            await send(message)

        return forward

    async def _answer(
        self,
        scope: Scope,
        send: Send,
        status: int,
        text: str,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        kind: bytes = b"text/plain; charset=utf-8",
    ) -> None:
        """Answer with a status and a line. A websocket that is closed before it opens is answered with 403."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        body = text.encode()
        own = ((b"content-length", str(len(body)).encode()), (b"content-type", kind))
        await send({"type": "http.response.start", "status": status, "headers": [*own, *headers, *self.headers]})
        await send({"type": "http.response.body", "body": body})


def _headers(scope: Scope, wanted: bytes) -> list[bytes]:
    return [value for name, value in scope["headers"] if name == wanted]


def _server(scope: Scope) -> tuple[str, int]:
    """Return the address and port of this machine at which a connection has come in."""
    host, port = scope.get("server") or ("", 0)
    return str(host), int(port or 0)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return an address, one of IPv4 also where it is written as one of IPv6."""
    found = ipaddress.ip_address(text)
    return getattr(found, "ipv4_mapped", None) or found


def _cookie_name(scope: Scope) -> bytes:
    """Return the name of the cookie. Browsers share cookies between ports, and a machine may have several labs."""
    return f"nqpf-{_server(scope)[1]}".encode()


def _escaped(address: str) -> str:
    """Return an address of this site as it stands in an attribute of a page."""
    return escape(quote(address, safe="/?&=%+{}:,;-_.~"))
