"""What a validation found, as a file: HTML to read and to print, CSV to work through, JSON for programs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader

from ledger.exports import to_csv
from ledger.faults import Fault
from ledger.validation import Result

_PAGE = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True).get_template(
    "report.html"
)
COLUMNS = ("file", "table", "row", "column", "value", "expected", "meant")


def as_table(faults: Iterable[Fault]) -> pd.DataFrame:
    """Faults as a table: file, table, row, column, value, what was expected, what was perhaps meant."""
    rows = [asdict(fault) for fault in faults]
    types = {name: "Int64" if name == "row" else "str" for name in COLUMNS}
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(types)


def as_csv(result: Result) -> bytes:
    """The faults as CSV that is safe for spreadsheets."""
    return to_csv(as_table(result.faults))


def as_json(result: Result) -> bytes:
    """What was checked and every fault, as a JSON object; docs/validate.md says what is in it."""
    about = {
        "place": result.place,
        "valid": not result.faults,
        "rows": dict(result.rows),
        "notes": result.notes,
        "faults_in_all": len(result.faults) + result.more,
        "faults": [{name: asdict(fault)[name] for name in COLUMNS} for fault in result.faults],
    }
    return json.dumps(about, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def as_html(result: Result) -> bytes:
    """The same as a page that stands for itself."""
    by_file: dict[str, list[Fault]] = {}
    for fault in result.faults:
        by_file.setdefault(fault.file or fault.table or "datapackage.json", []).append(fault)
    return _PAGE.render(result=result, by_file=by_file, rows=sum(result.rows.values())).encode("utf-8", "replace")


FORMS = {".html": as_html, ".json": as_json, ".csv": as_csv}


def write_report(result: Result, file: Path) -> None:
    """Write a report in the form that the end of the file's name says; the file is there whole or not at all."""
    content = FORMS[file.suffix.lower()](result)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as begun:
        begun.write(content)
    made = Path(begun.name)
    made.chmod(0o644)
    made.replace(file)
