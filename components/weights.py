"""The card of the weight check: a report that a reader gives, or a worked example, beside the claims."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from components.charts import CHART_CONFIG, look
from components.figures.weights import MEASURES, weights
from components.formats import as_markdown, count, escape, whole
from components.html import item, items
from components.weight_report import LIMIT, NoReport, Report, example, meanings, read_report

_COLUMNS = ("tensors", "values", "clear", "alpha", "alpha_clear", "spread", "cosine", "residual", "exact_once",
            "exact_step", "t_once", "t_step", "kept", "taken")  # fmt: skip
_READ = "weights_read"


def weight_check() -> None:
    """Draw the card."""
    with st.container(border=True, key="card_weight-check"):
        st.subheader("Is a model a blend of two others? A check of the weights", anchor="weight-check")
        st.markdown(
            "A model C that was trained further from a base A, or blended from A and another model B, bears the marks "
            "of it in its weights. `python -m provenance check --candidate C --base A --other B` reads the three "
            "checkpoints and writes a report; give it here to see it beside the claims. No checkpoint was read for "
            "this page, and no report of a real model comes with it. The file stays in this tab: nothing is stored."
        )
        file = st.file_uploader(
            f"A report of the weight check (.json or .json.gz, at most {LIMIT} MB)",
            type=["json", "gz"],
            max_upload_size=LIMIT,
            key="weights_file",
        )
        if file is not None:
            try:
                _report(_read(file), file.name)
            except NoReport as fault:
                st.error(f"{as_markdown(file.name)}: {as_markdown(str(fault))}", icon=":material/error:")
            return
        opened = st.expander("A worked example: a blend whose past is known", key="weights_example", on_change="rerun")
        if opened.open:
            with opened:
                st.markdown(
                    "Simulated: a small model A; B, which differs from it by 0.3 % of the weights' spread; C, which is "
                    "0.6 B + 0.4 A, stored in bfloat16. Rounding bends alpha over all numbers to 0.8; numbers that are "
                    "far enough apart say 0.600, and the blend meets every number exactly."
                )
                _report(example(), "example")


def _read(file: st.runtime.uploaded_file_manager.UploadedFile) -> Report:
    """What a file holds; read once, however often the page runs while it lies there."""
    if st.session_state.get(_READ, (None,))[0] != file.file_id:
        st.session_state[_READ] = (file.file_id, read_report(file.getvalue()))
    report: Report = st.session_state[_READ][1]
    return report


def _report(report: Report, name: str) -> None:
    verdict = report["verdict"]
    st.html(
        f"<p class='lead'><strong>{escape(verdict['line'])}</strong></p>"
        f"<p>{escape(verdict['sentence'])}</p>"
        + items(
            item(head=f"<strong>{letter}:</strong> {escape(_place(report['models'][role]))}", lines=[])
            for role, letter in (("base", "A, the base"), ("other", "B, the other"), ("candidate", "C, in question"))
        )
        + f"<p class='ledger-note'>{escape(_how_much(report))}</p>"
    )
    chosen = st.selectbox("Measure", MEASURES, format_func=lambda measure: measure.title, key=f"weights_measure_{name}")
    drawn = weights(report["cells"], chosen, verdict["t"], look())
    st.plotly_chart(drawn.figure, theme=None, key=f"weights_chart_{name}", config=CHART_CONFIG, alt=drawn.alt)
    _table("By component", report["components"], "component", name)
    _table("By layer", report["layers"], "layer", name)
    _table("By layer and component", report["cells"], "layer", name)
    st.html(
        "<p>What this cannot tell:</p><ul>"
        + "".join(f"<li>{escape(line)}</li>" for line in verdict["cannot_tell"])
        + "</ul>"
    )


def _place(model: dict[str, Any]) -> str:
    revision = f", revision {model['revision']}" if model["revision"] else ""
    size = sum(file["size"] for file in model["files"])
    return f"{model['place']}{revision}, {count(len(model['files']), 'file')}, {size / 1e6:,.1f} MB"


def _how_much(report: Report) -> str:
    read, tensors = report["read"], report["tensors"]
    sample = "" if read["share"] is None else f", a sample with the seed {read['seed']}"
    rest = "" if read["complete"] else " The work was not complete."
    return (
        f"{whole(tensors['read'])} of {count(tensors['matched'], 'tensor')} read, {whole(read['values_read'])} of "
        f"{count(read['values'], 'number')}{sample}. "
        f"Left out: {count(len(report['left_out']), 'tensor')} without a match, "
        f"{whole(tensors['frozen'])} with A = B, {count(report['whole']['not_finite'], 'number')} not finite.{rest}"
    )


def _table(title: str, rows: list[dict[str, Any]], first: str, name: str) -> None:
    """The twin of the chart: the same figures as rows."""
    key = f"weights_{first}_{title.count(' ')}_{name}"
    opened = st.expander(f"{title}: {count(len(rows), 'row')}", key=key, on_change="rerun")
    if not opened.open:
        return
    shown = pd.DataFrame([{**row, "layer": _layer(row)} if "layer" in row else row for row in rows])
    names = [column for column in ("layer", "component") if column in shown]
    with opened:
        st.dataframe(
            shown[[*names, *_COLUMNS]],
            hide_index=True,
            key=f"{key}_table",
            alt=f"{title}: figures of the weight check",
            placeholder="",
            column_config={
                column: st.column_config.NumberColumn(
                    column.replace("_", " "),
                    help=meanings().get(column),
                    format="localized" if column in ("tensors", "values", "clear") else "%.3f",
                )
                for column in _COLUMNS
            },
        )


def _layer(row: dict[str, Any]) -> str:
    return "none" if row["layer"] is None else str(row["layer"])
