"""Tables of industries for `industries_file`, made from an input-output table.

`python -m docs.industries` makes the shipped tables again from `docs/data`. `python -m docs.industries FOLDER/NAME`
prints the table of NAME_industries.csv, NAME_purchases.csv and NAME_choices.csv, as of another country.
"""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path

from model.inputs.shipped_industries import SHIPPED_TABLES

DATA = Path(__file__).with_name("data")
DECIMALS = 6
ROUNDING = 1e-6
"""Relative difference that rounded sums of a column may have."""

Row = Mapping[str, str]


def table(stem: Path) -> str:
    """Return the table of industries of three files as CSV text with comments that name the sources.

    share_j = output_j / sum of output. need_dj = purchases of j from d / output_j, for each industry d that the choices
    call a domain. Layers are those of the choices. Raises SystemExit where the files do not fit each other.
    """
    industries, purchases, choices = (_read(stem, part) for part in ("industries", "purchases", "choices"))
    names = [row["industry"] for row in industries]
    if [row["industry"] for row in choices] != names or not _known(purchases, names):
        raise SystemExit(f"{stem}: the three files must name the same industries, choices in the order of industries")
    output = {row["industry"]: _number(row, "gross_output") for row in industries}
    bought = {(row["from_industry"], row["to_industry"]): _number(row, "purchases") for row in purchases}
    _check_balance(stem, industries, output, bought)
    domains = [row["industry"] for row in choices if row["domain"] == "yes"]
    total = sum(output.values())
    text = StringIO()
    for line in _comments(stem, industries):
        text.write(f"# {line}\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "share", "layer", *(f"need_{_word(name)}" for name in domains)])
    for choice in choices:
        name = choice["industry"]
        needs = [bought.get((domain, name), 0.0) / output[name] for domain in domains]
        writer.writerow([name, _rounded(output[name] / total), choice["layer"], *map(_rounded, needs)])
    return text.getvalue()


def shipped_stems() -> dict[str, Path]:
    """Return the files of `docs/data` by the name of the table made from them: `data/china_2020` as china-2020."""
    stems = [path.name.removesuffix("_choices.csv") for path in sorted(DATA.glob("*_choices.csv"))]
    return {stem.replace("_", "-"): DATA / stem for stem in stems}


def main(stems: list[str]) -> None:
    """Print the tables of the stems given, or write the shipped tables."""
    for stem in stems:
        print(table(Path(stem)), end="")
    if not stems:
        for name, path in shipped_stems().items():
            (SHIPPED_TABLES / f"{name}.csv").write_text(table(path), encoding="utf-8", newline="\n")


def _read(stem: Path, part: str) -> list[Row]:
    with stem.with_name(f"{stem.name}_{part}.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _known(purchases: Iterable[Row], names: list[str]) -> bool:
    return {row[end] for row in purchases for end in ("from_industry", "to_industry")} <= set(names)


def _number(row: Row, beginning: str) -> float:
    """Return the number in the column whose name begins so. Its end is the unit."""
    return float(next(value for column, value in row.items() if column.startswith(beginning)))


def _check_balance(
    stem: Path, industries: Iterable[Row], output: Mapping[str, float], bought: Mapping[tuple[str, str], float]
) -> None:
    """Raise SystemExit unless output is purchases and value added, as in every input-output table."""
    for row in industries:
        name = row["industry"]
        spent = sum(value for (_, buyer), value in bought.items() if buyer == name)
        if abs((spent + _number(row, "value_added")) / output[name] - 1.0) > ROUNDING:
            raise SystemExit(f"{stem}: purchases and value added of {name} must sum to its output")


def _comments(stem: Path, industries: Iterable[Row]) -> Iterator[str]:
    yield f"made by python -m docs.industries from {stem.name}_*.csv"
    for source in dict.fromkeys(row["sources"] for row in industries):
        yield f"share and need_: {source}"
    yield "layer and the choice of need_ columns: a judgement of this project and not of the source"


def _rounded(value: float) -> str:
    return f"{value:.{DECIMALS}f}"


def _word(name: str) -> str:
    """Return a name as the end of a column's name: lower case, `rnd` for R&D."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower().replace("r&d", "rnd"))


if __name__ == "__main__":
    main(sys.argv[1:])
