"""Drawings of a page as files of their own: with their colours, on white, for download without a script."""

import base64
import re

from viz.figures.styles import STYLES

_RULES = (
    "svg{background:#fff;color:#1c2126}text{font:11px sans-serif;fill:#59626b}.name{fill:currentColor;font-weight:600}"
    ".rule{stroke:#d5d8da;stroke-width:.7}.axis{stroke:#59626b}.withdrawal{stroke:#59626b;stroke-dasharray:2 2}"
    ".ground{fill:currentColor;opacity:.045}.own{color:#1c2126}.clear{fill:currentColor}.unclear{fill:#fff}"
    ".target{fill:#1f5d73;opacity:.24}.seeds{fill:#59626b}"
)
"""What report.css gives to drawings, in the colours of a light page."""


def standalone(svg: str) -> str:
    """Return a drawing of viz.figures.charts as the text of an SVG file."""
    used = sorted(set(map(int, re.findall(r'class="s(\d+)', svg))))
    colours = "".join(f".s{slot}{{color:{STYLES[slot].light}}}" for slot in used)
    width, height = re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0]
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * int(width)}" height="{2 * int(height)}"'
    return f"{svg.replace('<svg', opening, 1).replace('>', f'><style>{_RULES}{colours}</style>', 1)}\n"


def download_link(svg: str) -> str:
    """Return a drawing's file as the target of a link, so that the page itself holds it."""
    return f"data:image/svg+xml;base64,{base64.b64encode(standalone(svg).encode()).decode()}"
