"""The report of a check: JSON for programs, a page to read, a table for the terminal; all from the same figures."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from provenance import VERSION
from provenance.charts import Point, by_layer, legend
from provenance.faults import Unreadable
from provenance.results import FIGURES, Combined, Figures, TensorSums, combined, figures, grouped
from provenance.sums import Recipe
from provenance.verdict import CANNOT_TELL, judge

FORMAT = "weight-check-1"
_HERE = Path(__file__).parent
_PAGE = Environment(loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True)
#: Significant digits in a report.
_DIGITS = 9
#: Parts of a report that have a row for each of many.
_LONG = ("components", "layers", "cells", "rows", "frozen", "left_out")
Report = dict[str, Any]


def report_of(paths: Sequence[Path]) -> Report:
    """The report of what files of work hold together."""
    return _report(combined(paths))


def _report(found: Combined) -> Report:
    header, recipe = found.header, Recipe(**found.header["recipe"])
    complete = found.units_read == header["units"]
    live = [tensor for tensor in found.tensors if not tensor.is_frozen]
    frozen = [tensor for tensor in found.tensors if tensor.is_frozen]
    verdict = judge(found.tensors, recipe, complete=complete)
    return {
        "format": FORMAT,
        "tool": {"version": VERSION, "libraries": header["libraries"]},
        "models": {
            role: {
                "place": model["place"],
                "revision": model["revision"],
                "files": [{key: value for key, value in file.items() if key != "mark"} for file in model["files"]],
            }
            for role, model in header["models"].items()
        },
        "read": {
            "share": header["share"],
            "seed": header["seed"],
            "complete": complete,
            "units": header["units"],
            "units_read": found.units_read,
            "values": header["values"],
            "values_read": sum(tensor.sums.compared + tensor.sums.not_finite for tensor in found.tensors),
        },
        "recipe": header["recipe"] | {"t": recipe.t},
        "verdict": {
            "kind": verdict.kind,
            "t": verdict.t,
            "t_from": verdict.t_from,
            "t_to": verdict.t_to,
            "line": verdict.line,
            "sentence": verdict.sentence,
            "because": list(verdict.because),
            "cannot_tell": list(CANNOT_TELL),
        },
        "tensors": {"matched": header["tensors"], "read": len(found.tensors), "frozen": len(frozen)},
        "whole": _rounded(figures(live)),
        "components": _rows(live, "component", lambda tensor: tensor.component),
        "layers": _rows(live, "layer", lambda tensor: tensor.layer),
        "cells": [
            {"layer": None if key[0] < 0 else key[0], "component": key[1], "tensors": len(some)} | _rounded(row)
            for key, row, some in grouped(
                live, lambda tensor: (-1 if tensor.layer is None else tensor.layer, tensor.component)
            )
        ],
        "columns": ["name", "kind", "shape", *FIGURES],
        "rows": [
            [tensor.name, tensor.kind, "×".join(map(str, tensor.shape)), *_rounded(figures([tensor])).values()]
            for tensor in live
        ],
        "frozen": [{"name": tensor.name, "changed": tensor.sums.same_changed} for tensor in frozen],
        "left_out": header["left_out"],
    }


def _rows(tensors: Sequence[TensorSums], name: str, key: Any) -> list[dict[str, Any]]:
    return [{name: found, "tensors": len(some)} | _rounded(row) for found, row, some in grouped(tensors, key)]


def _rounded(row: Figures) -> Figures:
    return {key: float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value for key, value in row.items()}


def as_json(report: Report) -> bytes:
    """The report as JSON; the same work gives the same bytes, however it was split."""
    parts = (
        f"{json.dumps(key)}: {_lines(value)}" if key in _LONG else f"{json.dumps(key)}: {_dumped(value)}"
        for key, value in report.items()
    )
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode("utf-8", "replace")


def _lines(rows: Sequence[Any]) -> str:
    """A row a line."""
    return "[\n" + ",\n".join(map(_dumped, rows)) + "\n]" if rows else "[]"


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def as_html(report: Report) -> bytes:
    """The report as a page that stands for itself."""
    t = report["verdict"]["t"]
    cells = report["cells"]

    def chart(name: str, title: str, low: float, high: float, line: float | None = None) -> Any:
        points = [Point(cell["component"], cell["layer"], cell[name]) for cell in cells if cell[name] is not None]
        return by_layer(points, title, low, high, line) if points else ""

    charts = [
        (
            "Where does C lie between A and B?",
            "Alpha by clear numbers: 0 is A, 1 is B. The dashed line is the t of the verdict.",
            chart("alpha_clear", "Alpha by layer and component", 0, 1, t),
        ),
        (
            "How much of C does a blend meet exactly?",
            "Share of numbers with A ≠ B that one rounding meets at the best t.",
            chart("exact_once", "Exact share with one rounding by layer and component", 0, 1),
        ),
        (
            "How much, where every step is rounded?",
            "The same with every step rounded to the form in which the weights are stored.",
            chart("exact_step", "Exact share with rounding at every step by layer and component", 0, 1),
        ),
        (
            "Does C's change point to B?",
            "Cosine between C − A and B − A: 1 is the same direction, 0 none in common.",
            chart("cosine", "Cosine by layer and component", 0, 1),
        ),
    ]
    return (
        _PAGE.get_template("report.html")
        .render(report=report, charts=charts, legend=legend({cell["component"] for cell in cells}), meanings=FIGURES)
        .encode("utf-8", "replace")
    )


def as_text(report: Report) -> str:
    """The report for a terminal; its last line is the verdict."""
    read, tensors = report["read"], report["tensors"]
    lines = [
        f"A (base)       {_place(report['models']['base'])}",
        f"B (other)      {_place(report['models']['other'])}",
        f"C (candidate)  {_place(report['models']['candidate'])}",
        "",
        _how_much(read, tensors),
        f"left out: {len(report['left_out']):,} tensors that do not match, {tensors['frozen']:,} with A = B, "
        f"{report['whole']['not_finite']:,} numbers that are not finite",
        "",
    ]
    head = ("", "tensors", "numbers", "alpha", "clear", "spread", "cosine", "residual", "exact 1", "exact each")
    names = ("alpha", "alpha_clear", "spread", "cosine", "residual", "exact_once", "exact_step")
    rows = [head]
    whole = {"tensors": tensors["read"] - tensors["frozen"], **report["whole"]}
    found = [("whole model", whole), *((row["component"], row) for row in report["components"])]
    found += [(f"layer {'none' if row['layer'] is None else row['layer']}", row) for row in report["layers"]]
    for name, row in found:
        rows.append((name, f"{row['tensors']:,}", f"{row['values']:,}", *(_short(row[key]) for key in names)))
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]).rstrip())
    lines += ["", report["verdict"]["sentence"]]
    lines += [f"  {line}" for line in report["verdict"]["because"]]
    lines += ["What this cannot tell:", *(f"  {line}" for line in report["verdict"]["cannot_tell"]), ""]
    return "\n".join([*lines, report["verdict"]["line"]])


def _how_much(read: dict[str, Any], tensors: dict[str, Any]) -> str:
    sample = "" if read["share"] is None else f" (a sample, seed {read['seed']})"
    rest = "" if read["complete"] else f"; {read['units_read']:,} of {read['units']:,} units of work are done"
    return (
        f"{tensors['read']:,} of {tensors['matched']:,} tensors read; {read['values_read']:,} of {read['values']:,} "
        f"numbers{sample}{rest}"
    )


def _place(model: dict[str, Any]) -> str:
    size = sum(file["size"] for file in model["files"])
    at = f" at {model['revision']}" if model["revision"] else ""
    return f"{model['place']}{at}: {len(model['files'])} file{'s' * (len(model['files']) != 1)}, {size / 1e6:,.1f} MB"


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _packed(report: Report) -> bytes:
    # Without a time in it: the same report gives the same bytes.
    return gzip.compress(as_json(report), mtime=0)


def _text(report: Report) -> bytes:
    return (as_text(report) + "\n").encode("utf-8", "replace")


#: By the end of a file's name.
FORMS = {".json": as_json, ".json.gz": _packed, ".html": as_html, ".txt": _text}


def form_of(path: Path) -> str | None:
    """The form that the end of a file's name says."""
    return next((ending for ending in FORMS if path.name.lower().endswith(ending)), None)


def write_report(report: Report, path: Path) -> None:
    """Write a report in the form that the end of the name says; the file is there whole or not at all."""
    content = FORMS[form_of(path) or ".json"](report)
    try:
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=f".{path.name}.", delete=False) as begun:
            begun.write(content)
        made = Path(begun.name)
        made.chmod(0o644)
        made.replace(path)
    except OSError as error:
        raise Unreadable(f"{path}: cannot be written ({error.strerror}).") from None
