"""The card of the weight check: a report that a reader gives, or a worked example, beside the claims."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from babel.numbers import format_decimal

from components.charts import look, plotly_chart
from components.figures.weights import MEASURES, weights
from components.formats import as_markdown, data_text, escape, whole
from components.html import item, items
from components.weight_report import LIMIT, NoReport, Report, example, read_report
from ledger.language import N_, locale, ngettext
from ledger.language import gettext as _

#: The figures of the tables, each with its title and its meaning, which is that of the schema.
COLUMNS = {
    "tensors": (N_("tensors"), ""),
    "values": (N_("values"), N_("numbers compared")),
    "clear": (N_("clear"), N_("of them, with A and B at least eight units in the last place apart")),
    "alpha": (N_("alpha"), N_("where C lies between A (0) and B (1)")),
    "alpha_clear": (N_("alpha clear"), N_("the same, by clear numbers alone")),
    "spread": (N_("spread"), N_("standard deviation of alpha by clear numbers over tensors")),
    "cosine": (N_("cosine"), N_("between C − A and B − A")),
    "residual": (N_("residual"), N_("share of C − A that the line leaves unexplained")),
    "exact_once": (
        N_("exact once"),
        N_("share met at the best t of each unit with one rounding, of numbers tried with every t"),
    ),
    "exact_step": (N_("exact step"), N_("share met at the best t of each unit with rounding at every step")),
    "t_once": (N_("t once"), N_("that t")),
    "t_step": (N_("t step"), N_("that t")),
    "kept": (N_("kept"), N_("share of clear numbers in which C is still A")),
    "taken": (N_("taken"), N_("share of clear numbers in which C is B")),
}
_READ = "weights_read"


def weight_check() -> None:
    """Draw the card."""
    with st.container(border=True, key="card_weight-check"):
        st.header(_("Is a model a blend of two others? A check of the weights"), anchor="weight-check")
        st.markdown(
            _(
                "A model C that was trained further from a base A, or blended from A and another model B, bears the "
                "marks of it in its weights. `python -m provenance check --candidate C --base A --other B` reads the "
                "three checkpoints and writes a report; give it here to see it beside the claims. No checkpoint was "
                "read for this page, and no report of a real model comes with it. The file stays in this tab: nothing "
                "is stored."
            )
        )
        file = st.file_uploader(
            _("A report of the weight check (.json or .json.gz, at most {limit} MB)", limit=LIMIT),
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
        opened = st.expander(
            _("A worked example: a blend whose past is known"), key="weights_example", on_change="rerun"
        )
        if opened.open:
            with opened:
                st.markdown(
                    _(
                        "Simulated: a small model A; B, which differs from it by 0.3 % of the weights' spread; C, "
                        "which is 0.6 B + 0.4 A, stored in bfloat16. Rounding bends alpha over all numbers to 0.8; "
                        "numbers that are far enough apart say 0.600, and the blend meets every number exactly."
                    )
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
    # What the check itself wrote is English, whoever reads it.
    st.html(
        f"<p class='lead'><strong>{data_text(verdict['line'])}</strong></p>"
        f"<p>{data_text(verdict['sentence'])}</p>"
        + items(
            item(head=f"<strong>{letter}:</strong> {escape(_place(report['models'][role]))}", lines=[])
            for role, letter in (
                ("base", _("A, the base")),
                ("other", _("B, the other")),
                ("candidate", _("C, in question")),
            )
        )
        + f"<p class='ledger-note'>{escape(_how_much(report))}</p>"
    )
    chosen = st.selectbox(
        _("Measure"), MEASURES, format_func=lambda measure: _(measure.title), key=f"weights_measure_{name}"
    )
    drawn = weights(report["cells"], chosen, verdict["t"], look())
    plotly_chart(drawn, key=f"weights_chart_{name}")
    _table(_("By component"), report["components"], f"components_{name}")
    _table(_("By layer"), report["layers"], f"layers_{name}")
    _table(_("By layer and component"), report["cells"], f"cells_{name}")
    head, lines = _("What this cannot tell:"), "".join(f"<li>{data_text(line)}</li>" for line in verdict["cannot_tell"])
    st.html(f"<p>{head}</p><ul>{lines}</ul>")


def _place(model: dict[str, Any]) -> str:
    size = sum(file["size"] for file in model["files"]) / 1e6
    parts = [model["place"], *([_("revision {name}", name=model["revision"])] if model["revision"] else [])]
    parts.append(ngettext("{n} file", "{n} files", len(model["files"])))
    return ", ".join([*parts, f"{format_decimal(size, format='#,##0.0', locale=locale())} MB"])


def _how_much(report: Report) -> str:
    read, tensors = report["read"], report["tensors"]
    of_tensors = ngettext(
        "{some} of {n} tensor", "{some} of {n} tensors", tensors["matched"], some=whole(tensors["read"])
    )
    of_numbers = ngettext(
        "{some} of {n} number", "{some} of {n} numbers", read["values"], some=whole(read["values_read"])
    )
    if read["share"] is None:
        said = [_("{tensors} read, {numbers}.", tensors=of_tensors, numbers=of_numbers)]
    else:
        said = [
            _(
                "{tensors} read, {numbers}, a sample with the seed {seed}.",
                tensors=of_tensors,
                numbers=of_numbers,
                seed=read["seed"],
            )
        ]
    said.append(
        _(
            "Left out: {tensors} without a match, {frozen} with A = B, {numbers} not finite.",
            tensors=ngettext("{n} tensor", "{n} tensors", len(report["left_out"])),
            frozen=whole(tensors["frozen"]),
            numbers=ngettext("{n} number", "{n} numbers", report["whole"]["not_finite"]),
        )
    )
    if not read["complete"]:
        said.append(_("The work was not complete."))
    return " ".join(said)


def _table(title: str, rows: list[dict[str, Any]], name: str) -> None:
    """The twin of the chart: the same figures as rows; `name` tells tables on a page apart."""
    key = f"weights_{name}"
    label = ngettext("{title}: {n} row", "{title}: {n} rows", len(rows), title=title)
    opened = st.expander(label, key=key, on_change="rerun")
    if not opened.open:
        return
    shown = pd.DataFrame([{**row, "layer": _layer(row)} if "layer" in row else row for row in rows])
    names = [column for column in ("layer", "component") if column in shown]
    with opened:
        st.dataframe(
            shown[[*names, *COLUMNS]],
            hide_index=True,
            key=f"{key}_table",
            alt=_("{title}: figures of the weight check", title=title),
            placeholder="",
            column_config={
                "layer": st.column_config.Column(_("layer")),
                "component": st.column_config.Column(_("component")),
                **{
                    column: st.column_config.NumberColumn(
                        _(column_title),
                        help=_(meaning) or None,
                        format="localized" if column in ("tensors", "values", "clear") else "%.3f",
                    )
                    for column, (column_title, meaning) in COLUMNS.items()
                },
            },
        )


def _layer(row: dict[str, Any]) -> str:
    return _("none") if row["layer"] is None else str(row["layer"])
