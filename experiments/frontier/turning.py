"""The question where two policies of a comparison change places over two factors, asked live, and its recipe."""

import shlex
from collections.abc import Mapping

from experiments.frontier.search import REPLICATES, RUNS, check_adaptive
from experiments.frontier.square import Square
from experiments.study.factors import Factor
from experiments.study.study import Study
from experiments.study.written import study_text

FILE_NAME = "turn.yaml"


def turning_study(study: Study, factors: Mapping[str, Factor], indicator: str, runs: int = RUNS) -> Study:
    """Return the search between the first two policies of a comparison: the second less the first.

    Raises BadInput for factors that are no axes.
    """
    first, second = study.policies[:2]
    asked = Study(
        name="turn",
        parameters=study.parameters,
        policies=(second, first),
        reference=first.name,
        uncertain=factors,
        design={"kind": "adaptive", "runs": runs, "replicates": REPLICATES},
        outcomes=(indicator,),
    )
    check_adaptive(asked)
    Square.of(asked.uncertain)
    return asked


def turning_command(study: Study) -> str:
    """Return the commands of a shell that write a search as a study file and run it."""
    between = ",".join(policy.name for policy in study.policies)
    command = shlex.join(["nqpf", "frontier", FILE_NAME, "--between", between])
    return f"cat > {FILE_NAME} <<'END'\n{study_text(study)}END\n{command}"


def turning_python(study: Study) -> str:
    """Return the Python that reads the study file and runs the search."""
    return (
        "from pathlib import Path\n\n"
        "from experiments import frontier_study\n"
        "from experiments.frontier.words import frontier_sentences\n"
        "from experiments.study.file import read_study\n\n"
        f'found = frontier_study(read_study(Path("{FILE_NAME}")))\n'
        'print(*frontier_sentences(found), sep="\\n")'
    )
