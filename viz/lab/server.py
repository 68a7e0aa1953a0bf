"""`nqpf view`: the server of the lab, for browsers on this machine and for pages of its own only."""

import ipaddress
import os
import socket
import sys
import warnings
from pathlib import Path
from typing import Any

import solara

from model.declaration.errors import BadInput
from viz.lab.guard import Guard
from viz.lab.parts.frame import BROWSER

_NOWHERE = "http://127.0.0.1:9/"  # Solara's server would fetch what solara-assets lacks from a public network
_LEFT_BEHIND = "5m"
"""The time after which the economy of a closed browser ends."""


def serve(host: str = "127.0.0.1", port: int = 8765, folder: Path | None = None) -> None:
    """Serve the lab until interrupted. It opens no file that a visitor names outside `folder`, or this folder.

    Raises BadInput for an address that is not this machine's, for a port in use, and for a folder that is none.
    """
    if folder is not None:
        _enter(folder)
    listener = _listen(host, port)
    import uvicorn
    from solara.server import app, settings

    from model.simulation import warm_up

    settings.telemetry.mixpanel_enable = False
    settings.kernel.cull_timeout = _LEFT_BEHIND
    solara.settings.assets.cdn = _NOWHERE
    settings.main.mode = "production"
    settings.theme.title = "nqpf"
    settings.theme.show_banner = False
    from solara.server.starlette import app as site

    warnings.filterwarnings("ignore", message="Cookies with samesite", category=UserWarning)
    warm_up()
    app.apps["__default__"] = app.AppScript("viz.lab.site")
    site.routes.insert(0, _scripts())
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    print(f"watch an economy at {address} (Ctrl-C ends it)", file=sys.stderr, flush=True)
    guarded = Guard(site, settings.assets.proxy_cache_dir, host)
    config = uvicorn.Config(guarded, log_level="critical", loop="asyncio", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


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


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on this machine only, since the page has no log-in."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise BadInput("is not an address of this machine, use 127.0.0.1", "host", host) from None
    if not ipaddress.ip_address(address[0]).is_loopback:
        raise BadInput("must be a loopback address such as 127.0.0.1, since the page has no log-in", "host", host)
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise BadInput(f"{(error.strerror or str(error)).lower()}, choose another with --port", "port", port) from None
    return listener
