"""`nqpf view`: the server of the lab, for pages of its own, and for other machines only with a token."""

import errno
import ipaddress
import os
import secrets
import socket
import sys
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import solara

from model.declaration.errors import BadInput
from viz.lab.guard import Guard
from viz.lab.parts.frame import BROWSER
from viz.lab.sessions import has_room

_NOWHERE = "http://127.0.0.1:9/"  # Solara's server would fetch what solara-assets lacks from a public network
LEFT_BEHIND = "5m"
"""The time after which the economy of a closed browser ends."""

OPEN_TO_OTHERS = (
    "Everybody who has this address can run models on this machine. Nothing is encrypted, so that whoever reads along "
    "on the network has the address too."
)
"""A line on what it means to listen on an address that other machines reach."""


class Door(NamedTuple):
    """The socket that listens, the address for visitors, the names of this machine there, and the token if any."""

    listener: socket.socket
    address: str
    names: tuple[str, ...]
    token: str


def serve(host: str = "127.0.0.1", port: int = 8765, folder: Path | None = None) -> None:
    """Serve the lab until interrupted. It opens no file that a visitor names outside `folder`, or this folder.

    On an address that other machines reach, visitors need the token of the printed address.
    Raises BadInput for an address that is not this machine's, for a port in use, and for a folder that is none.
    """
    if folder is not None:
        _enter(folder)
    door = _door(host, port)
    import uvicorn
    from solara.server import app, settings

    from model.simulation import warm_up

    settings.telemetry.mixpanel_enable = False
    settings.kernel.cull_timeout = LEFT_BEHIND
    solara.settings.assets.cdn = _NOWHERE
    settings.main.mode = "production"
    settings.theme.title = "nqpf"
    settings.theme.show_banner = False
    from solara.server.starlette import app as site

    warnings.filterwarnings("ignore", message="Cookies with samesite", category=UserWarning)
    warm_up()
    app.apps["__default__"] = app.AppScript("viz.lab.site")
    site.routes.insert(0, _scripts())
    print(f"watch an economy at {door.address} (Ctrl-C ends it)", file=sys.stderr, flush=True)
    if door.token:
        print(OPEN_TO_OTHERS, file=sys.stderr, flush=True)
    guarded = Guard(site, settings.assets.proxy_cache_dir, door.names, door.token, has_room)
    config = uvicorn.Config(guarded, log_level="critical", loop="asyncio", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[door.listener])


def _enter(folder: Path) -> None:
    try:
        os.chdir(folder)
    except OSError as error:
        raise BadInput((error.strerror or "cannot be opened").lower(), place=str(folder)) from None


def _scripts() -> Any:
    """Return the route of the scripts that pages import: below /lab, and asked for anew when they change."""
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    class Scripts(StaticFiles):
        def file_response(self, *given: Any, **named: Any) -> Any:
            response = super().file_response(*given, **named)
            response.headers["cache-control"] = "no-cache"
            return response

    return Mount("/lab", Scripts(directory=BROWSER))


def _door(host: str, port: int) -> Door:
    """Return where to listen. On an address that other machines reach there is a token."""
    listener = _listen(host, port)
    bound, number = listener.getsockname()[:2]
    place = ipaddress.ip_address(bound)
    if place.is_loopback:
        return Door(listener, _written(host, number), (host,), "")
    token, own = secrets.token_urlsafe(24), (socket.gethostname(),)
    if place.is_unspecified:  # all addresses of this machine, which is no name of it
        return Door(listener, f"{_written(_outward_address(), number)}/?token={token}", own, token)
    return Door(listener, f"{_written(host, number)}/?token={token}", (host, *own), token)


def _written(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _outward_address() -> str:
    """Return the address with which this machine speaks to others, or its name where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that nobody has: nothing is sent
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address of this machine."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise BadInput("is not an address of this machine, use 127.0.0.1", "host", host) from None
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise BadInput("is not an address of this machine, use 127.0.0.1", "host", host) from None
        raise BadInput(f"{(error.strerror or str(error)).lower()}, choose another with --port", "port", port) from None
    return listener
