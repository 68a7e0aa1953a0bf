"""A study from a YAML file: the study validates itself, and an error gets the file and the line of its key."""

from pathlib import Path

from experiments.study.policy_file import read_mapping
from experiments.study.study import Study
from model.declaration.errors import BadInput, unknown


def shipped_studies() -> dict[str, Path]:
    """Return the studies that come with the laboratory, by name."""
    return {path.stem: path for path in sorted((Path(__file__).parent / "shipped").glob("*.yaml"))}


def read_study(path: Path) -> Study:
    """Return the study declared in a YAML file, or a shipped one by its name. Raises BadInput with file and line."""
    if not path.exists():
        shipped = shipped_studies()
        if str(path) not in shipped and not path.suffix:
            raise unknown("file or study", path, shipped)
        path = shipped.get(str(path), path)
    text = read_mapping(path)
    try:
        return Study.from_content({"name": path.stem, **text.content}, path.parent)
    except BadInput as error:
        error.at(path, text.line_of(error.key))
        raise
