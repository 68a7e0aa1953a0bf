"""The shipped ensemble after a change of sources that changes no result, such as a comment.

`python -m docs.ensemble` measures the facts of the first two sets again. Where they are those of the file to the last
bit, it writes the hash of today's sources into the file. Otherwise the ensemble must be made again.
"""

import json
import sys
from dataclasses import replace

import pyarrow.parquet as pq

from agents.kernel.decorators import source_hash
from experiments.validation.ensemble import KEY, SHIPPED_ENSEMBLE, Acceptance, write_ensemble
from experiments.validation.target import FACT
from experiments.validation.validate import validate
from model import Parameters

SETS = 2


def main() -> int:
    """Measure, compare and write. Return 1 where a fact differs."""
    stored = pq.read_table(SHIPPED_ENSEMBLE)
    table, record = stored.to_pandas(ignore_metadata=True), Acceptance(**json.loads(stored.schema.metadata[KEY]))
    facts = [name for name in table if name.startswith(FACT)]
    searched = [name for name in table if name not in ("set", "distance", *facts)]
    for row in table.head(SETS).to_dict("records"):
        own = Parameters(**record.fixed).replace(**{name: row[name] for name in searched})
        measured = validate([name.removeprefix(FACT) for name in facts], own, record.fresh).set_index("fact")["value"]
        if differ := [name for name in facts if measured[name.removeprefix(FACT)] != row[name]]:
            print(f"set {row['set']}: {', '.join(differ)} changed; make it again by: {record.command}", file=sys.stderr)
            return 1
    write_ensemble(SHIPPED_ENSEMBLE, table, replace(record, model=source_hash()))
    print(f"{SETS} of {len(table)} sets have the facts of the file: it is of the sources {source_hash()} now")
    return 0


if __name__ == "__main__":
    sys.exit(main())
