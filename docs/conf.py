"""Settings of Sphinx.

`python -m sphinx -W docs docs/_build/html` builds the documentation. A warning is an error.
"""

import os
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

project = "NQPF lab"
author = "The NQPF lab founders"
project_copyright = "2026, the NQPF lab founders"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_nb"]
exclude_patterns = ["_build", "generated"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 900  # the first cell on a new machine compiles the model
nb_merge_streams = True
suppress_warnings = ["misc.highlighting_failure"]  # Pygments does not know a shell line that goes on after a backslash

html_theme = "furo"
html_title = f"NQPF lab {release}"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_show_sourcelink = False
html_copy_source = False


def _before_reading(app: Any) -> None:
    """Write the generated parts, and compile the model once for all tutorials."""
    from docs.generate import write_all
    from model.simulation import warm_up

    write_all(Path(__file__).parent / "generated")
    warm_up()


def setup(app: Any) -> None:
    """Connect the steps that Sphinx runs before it reads the pages."""
    app.connect("builder-inited", _before_reading)
