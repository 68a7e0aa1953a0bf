"""The browser lab as a server of its own, to be measured from outside."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread, Timer

_SERVE = "from viz.lab import server; server.LEFT_BEHIND = {!r}; server.serve(port={})"

_MOST_SECONDS = 300
"""Seconds until a server must have begun, and must have ended."""


class Served:
    """A lab that is served. Pages whose browser has gone are closed after `left_behind`."""

    def __init__(self, left_behind: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-c", _SERVE.format(left_behind, port)]
        self._server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self._server.stderr is not None
        watch = Timer(_MOST_SECONDS, self._server.kill)  # its stderr ends then, and so does the wait for an address
        watch.daemon = True
        watch.start()
        self.address = next(found.group() for line in self._server.stderr if (found := re.search(r"http://\S+", line)))
        watch.cancel()
        self._told: list[str] = []
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def processor_seconds(self) -> float:
        """Return what the server has worked since it was started."""
        user, system = Path(f"/proc/{self._server.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def mebibytes(self) -> float:
        """Return the memory that the server holds."""
        lines = Path(f"/proc/{self._server.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024

    def end(self) -> list[str]:
        """End the server, and return the lines that it wrote on stderr while it served. One that hangs is killed."""
        self._server.send_signal(signal.SIGTERM)
        try:
            self._server.wait(_MOST_SECONDS)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._told.append(f"the server did not end within {_MOST_SECONDS} s")
        self._listener.join(_MOST_SECONDS)
        return self._told

    def _listen(self) -> None:
        assert self._server.stderr is not None
        self._told += [line.rstrip() for line in self._server.stderr]


@contextmanager
def served(left_behind: str = "5m") -> Iterator[Served]:
    """Serve the lab, and end it if that has not been done."""
    lab = Served(left_behind)
    try:
        yield lab
    finally:
        lab.end()
