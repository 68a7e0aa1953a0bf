"""Watch: one economy, recorded on the server and played in the browser."""

from typing import Any

import solara
from solara import v

from model.declaration.errors import BadInput
from viz.lab.address import explained, run_in, values_in

WATCH_NAMES = ("policy", "seed")
"""Names in the address beside the settings."""


@solara.component
def WatchPage() -> Any:
    """The page of one visitor. Its address says all that it shows."""
    search = solara.use_router().search
    try:
        run = run_in(values_in(search, WATCH_NAMES), "application")
    except BadInput as error:
        return v.Html(tag="p", class_="refused", attributes={"role": "alert"}, children=[explained(error)])
    return v.Html(tag="p", children=[f"{run.policy.name}, seed {run.seed}"])
