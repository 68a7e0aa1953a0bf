"""Tables of industries as spreadsheets write them: read as they are meant, or refused with file and line."""

from pathlib import Path

import pytest

from model import BadInput
from model.declaration.input_file import with_digest
from model.inputs.industries_file import industry_table

TABLE = "name;share;layer;old_quality;need_a\nA;0,75;traditional;0,9;1\nB;0,25;emerging;0,6;1,5\n"
POINTS = TABLE.replace(",", ".").replace(";", ",")
READ = {
    "semicolons and decimal commas": TABLE,
    "commas and points": POINTS,
    "semicolons and points": POINTS.replace(",", ";"),
    "tabs": TABLE.replace(";", "\t"),
    "bars": TABLE.replace(";", " | "),
    "Excel's first line": f"sep=;\r\n{TABLE}".replace("\n", "\r\n"),
    "Excel's first line for tabs": "sep=\t\n" + TABLE.replace(";", "\t"),
    "comments": "# from the office\n" + TABLE.replace("B;", "# the second\nB;"),
    "capitals": TABLE.replace("name;share;layer;old_quality", "Name;SHARE;Layer;Old Quality"),
    "commas at the ends": POINTS.replace("\n", ",\n"),
    "decimal commas in quotes": TABLE.replace("0,75", '"0,75"').replace("0,25", '"0,25"'),
    "old Mac": TABLE.replace("\n", "\r"),
    "names of rows": '"";' + TABLE.replace("\nA", '\n"1";A').replace("\nB", '\n"2";B'),
    "quotes": '"' + POINTS.replace(",", '","').replace("\n", '"\n"').removesuffix('"'),
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("case", READ)
def test_every_spreadsheet_says_the_same(case: str, encoding: str) -> None:
    Path("t.csv").write_bytes(READ[case].encode(encoding))
    table = industry_table(with_digest("t.csv"))
    assert table.names == ("A", "B")
    assert table.share.tolist() == [0.75, 0.25] and table.old_quality.tolist() == [0.9, 0.6]


REFUSED = {
    "decimal commas between commas": (TABLE.replace(";", ","), "t.csv:2: cells = 7"),
    "commas and points mixed": (TABLE.replace("0,9", "0.9"), "t.csv:2: share = '0,75': has a comma"),
    "thousands": (POINTS.replace(",", ";").replace("0.", "").replace("1.5", "1,500"), "t.csv:3: need_a = '1,500'"),
    "a comment or a name": (TABLE.replace("\nB", "\n#B"), "t.csv:3: is a comment or a row"),
    "underscores": (POINTS.replace("1.5", "1_5"), "t.csv:3: need_a = '1_5'"),
    "digits of another script": (POINTS.replace("1.5", "٣"), "t.csv:3: need_a"),
    "per cent": (TABLE.replace("0,75", "75 %"), "t.csv:2: share = '75 %'"),
    "white space": (TABLE.replace(";", " "), "t.csv:1: name: there is no such column"),
    "escape character": (TABLE.replace("\nA", "\n\x1bA"), "t.csv:2: character = 'U+001B'"),
    "null character": (TABLE.replace("\nA", "\n\0A"), "t.csv:2: character = 'U+0000'"),
    "line break in a name": (TABLE.replace("\nA", '\n"A\nA"'), "t.csv:2: is not a CSV table"),
    "a column twice in other letters": (TABLE.replace("layer", "layer;Share"), "t.csv:1: share: is there twice"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_may_mean_two_things_is_refused(case: str) -> None:
    text, words = REFUSED[case]
    if case == "a column twice in other letters":
        text = text.replace("traditional", "traditional;1").replace("emerging", "emerging;1")
    Path("t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as error:
        industry_table(with_digest("t.csv"))
    assert str(error.value).startswith(words)


def test_another_encoding_is_refused() -> None:
    Path("t.csv").write_bytes(TABLE.replace("B;", "Möbel;").encode("latin-1"))
    with pytest.raises(BadInput, match=r"^t\.csv:3: is not text in UTF-8"):
        industry_table(with_digest("t.csv"))
