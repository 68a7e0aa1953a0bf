"""Mesa's own page still shows an Economy, as the documentation says."""

import re
import warnings
from pathlib import Path
from typing import Any

import solara

from model import Economy
from tests.economies import WATCHED

DOCUMENTED = Path(__file__).parents[2] / "docs" / "watch.md"


def words_of(widget: Any) -> str:
    """Return all text below a widget."""
    children = [*getattr(widget, "children", ()), *getattr(widget, "items", ())]
    return " ".join(child if isinstance(child, str) else words_of(child) for child in children)


def test_the_documented_page_is_rendered() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENTED.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Mesa 3.3 calls a hook after an early return
        exec(
            code.replace("users=300", "users=60, horizon=3").replace('"users": 300', '"users": 60, "horizon": 3'), names
        )
        box, context = solara.render(names["page"], handle_error=False)
    assert "Quarter 0: adoption" in words_of(box)
    context.close()


def test_mesa_can_step_what_it_shows() -> None:
    economy = Economy("application", **WATCHED)
    for _ in range(3):
        economy.step()
    frame = economy.datacollector.get_model_vars_dataframe()
    assert len(frame) == 3 and {"adoption", "hhi"} <= set(frame)
