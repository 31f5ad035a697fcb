"""Makes the worked example again: `python -m provenance.example`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from provenance import EXAMPLE
from provenance.report import Report, report_of, write_report
from provenance.simulate import simulate
from provenance.work import ROLES, Journal, plan, run

#: A merge of models that differ little: rounding bends alpha to 0.8 and does not mislead the verdict.
CASE, VALUES = "linear-0.3", 400_000


def example() -> Report:
    """The report of the case, made from checkpoints on the disk."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        # The report names places as they were given: short ones, the same on every machine.
        os.chdir(folder)
        try:
            found = simulate(CASE, Path("simulated"), VALUES)
            planned = plan(dict(zip(ROLES, map(str, found), strict=True)))
            journal = Journal(Path("example.work"), planned)
            run(planned, journal, workers=2)
            journal.close()
            return report_of([Path("example.work")])
        finally:
            os.chdir(before)


if __name__ == "__main__":
    write_report(example(), EXAMPLE)
