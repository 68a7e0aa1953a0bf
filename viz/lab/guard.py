"""The guard before the lab's server, which has no log-in: it lets in pages of the lab itself and nobody else.

A page of another site can open a websocket to this machine. It can also give its own name this machine's address (DNS
rebinding). The browser then says so in Origin or Host, and the guard refuses both.
"""

import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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

_ASSETS = "/_solara/cdn/"
_CLOSED = ("/resourcez", "/_solara/api/evict")


class Guard:
    """An ASGI application around another one, that answers 403 or 404 to what the lab's own pages never ask.

    `assets` is the folder of files below /_solara/cdn. Where one is missing, Solara would try to fetch it for seconds.
    `name` is what the user calls this machine, beside localhost and its loopback addresses.
    """

    def __init__(self, site: Any, assets: Path, name: str = "localhost") -> None:
        self.site, self.assets, self.name = site, assets.resolve(), name.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):  # the start and end of the server itself
            await self.site(scope, receive, send)
        elif status := self._refusal(scope):
            await _refuse(scope, send, status)
        else:
            await self.site(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> int:
        """Return the status with which a request is refused, or 0."""
        hosts, origins = ([value for key, value in scope["headers"] if key == name] for name in (b"host", b"origin"))
        own = len(hosts) == 1 and self._is_this_machine(hosts[0])
        needed = origins or scope["type"] == "websocket"  # which every browser opens with an Origin
        same = not needed or origins == [b"http://" + host for host in hosts]
        if not own or not same or scope["path"].startswith(_CLOSED):
            return 403
        return 404 if scope["path"].startswith(_ASSETS) and not self._has(scope["path"]) else 0

    def _is_this_machine(self, host: bytes) -> bool:
        """Tell if a Host header names this machine, with any port: a tunnel may have another one."""
        try:
            name = urlsplit("//" + host.decode("ascii")).hostname or ""
            return name in ("localhost", self.name) or ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False

    def _has(self, path: str) -> bool:
        """Tell if an asset is on this machine. One named without a folder is the main file of a folder."""
        name = path.removeprefix(_ASSETS)
        wanted = (self.assets / (name if "/" in name else f"{name}/__main.js")).resolve()
        return wanted.is_relative_to(self.assets) and wanted.is_file()


def _with_headers(send: Send) -> Send:
    """Return `send` with HEADERS in the first message of an answer."""

    async def forward(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *HEADERS]
        await send(message)

    return forward


async def _refuse(scope: Scope, send: Send, status: int) -> None:
    """Answer with a status and no content. A websocket that is closed before it opens is answered with 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *HEADERS]})
    await send({"type": "http.response.body", "body": b""})
