"""The package to take away: the tables, their descriptor, and a text that explains them, as one ZIP file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import compress
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

from ledger.arrow import as_pandas
from ledger.citation import Citation, citation, filter_words, in_words
from ledger.croissant import croissant
from ledger.descriptor import Descriptor, Field
from ledger.facts import Facts
from ledger.places import DATA
from ledger.selection import FILTERS, Selection, choices
from ledger.served import measured
from ledger.tables import Tables, TooManyRows

#: How the derived figures are made; it goes with the data.
METHOD = Path(__file__).resolve().parent.parent / "docs" / "method.md"

#: The tables of which a selection chooses rows, each with the frame of the facts that it filters and the name that
#: `id` has there.
_CHOSEN = {
    "initiatives": ("initiatives", "initiative_id"),
    "funding": ("funding", "funding_id"),
    "metrics": ("metrics", "metric_id"),
    "initiative_goals": ("goals", "id"),
    "models": ("models", "model_id"),
    "benchmark_results": ("results", "result_id"),
    "claims": ("claims", "claim_id"),
    "history": ("history", "change_id"),
}
#: What rows may belong to: they stay or go with it.
_OWNERS = {"initiative_id": "initiatives", "model_id": "models", "city_id": "cities"}
#: What a claim is about, by its `subject_type`: keys that a descriptor cannot declare.
_SUBJECTS = {"initiative": "initiatives", "model": "models"}

#: For each table, which of its rows.
Rows = dict[str, "pd.Series[bool]"]


def package_zip(facts: Facts, selection: Selection, address: str, folder: Path = DATA) -> bytes:
    """The package in `folder` as a ZIP file: CSV files, descriptor, Croissant, README and method.

    `facts` are those of this folder; `address` is the public address of the dashboard. Filters leave
    the rows that they choose, what belongs to these and what those refer to; lenses change nothing.
    The same data, filters and address always give the same bytes.

    Raises:
        TooManyRows: the dataset does not fit into memory.
    """
    if facts.tables.is_large:
        raise TooManyRows("The dataset is too large for one ZIP file. Take its tables one by one, as CSV or Parquet.")
    selection = selection.filters()
    paths = {resource["name"]: resource["path"] for resource in facts.descriptor.raw["resources"]}
    files = {path: (folder / path).read_bytes() for path in ("datapackage.json", *paths.values())}
    descriptor = facts.descriptor
    chosen = kept = _all_rows(facts.tables)
    if selection.active():
        chosen = chosen_rows(facts, selection)
        kept = closed(facts.tables, chosen)
        files |= {paths[table]: _some_rows(files[paths[table]], rows) for table, rows in kept.items()}
        descriptor = _filtered_descriptor(facts, selection)
        files["datapackage.json"] = _json(descriptor.raw)
    files["croissant.json"] = _json(
        croissant(
            descriptor,
            {table: measured(paths[table], [files[paths[table]]]) for table in descriptor.tables},
            page=f"{address}{selection.address('/data')}",
            cite_as=_cited(facts, selection, address).bibtex,
        )
    )
    files["README.md"] = _readme(facts, selection, address, chosen, kept).encode()
    files["METHOD.md"] = METHOD.read_bytes()
    return _zipped(files, date.fromisoformat(facts.descriptor.created))


# Which rows


class Reference(NamedTuple):
    """Columns of a table whose values are those of columns of another row, where `rows` says so."""

    columns: list[str]
    target: str
    keys: list[str]
    rows: pd.Series[bool]


def chosen_rows(facts: Facts, selection: Selection) -> Rows:
    """The rows that a selection leaves, those that belong to them, and tables that nothing ties to others whole."""
    tables = facts.tables
    none = {name: ~rows for name, rows in _all_rows(tables).items()}
    chosen = {name: _left(facts, selection, name) for name in _CHOSEN if name in tables.frames}
    within = closed(tables, none | chosen) | chosen
    referred_to = {reference.target for name in tables.frames for reference in _references(tables, name)}
    for name in tables.descriptor.tables:
        owners = _owners(tables, name)
        if name in _CHOSEN:
            continue
        if owners:
            chosen[name] = _belonging(tables, name, owners, within)
        elif name not in referred_to:
            chosen[name] = ~none[name]
    return none | chosen


def closed(tables: Tables, rows: Rows) -> Rows:
    """The rows, with every row that one of them refers to, however many steps away."""
    kept = dict(rows)
    waiting = list(kept)
    while waiting:
        name = waiting.pop()
        for columns, target, keys, where in _references(tables, name):
            wanted = tables[name].loc[kept[name] & where, columns].dropna()
            more = kept[target] | _among(tables[target][keys], wanted)
            if more.sum() > kept[target].sum():
                kept[target] = more
                waiting.append(target)
    return kept


def _all_rows(tables: Tables) -> Rows:
    return {name: pd.Series(True, index=frame.index) for name, frame in tables.frames.items()}


def _left(facts: Facts, selection: Selection, table: str) -> pd.Series[bool]:
    """Which rows of a table a selection leaves in its frame of the facts."""
    frame, name_of_id = _CHOSEN[table]
    keys = _listed(facts.descriptor.schema(table)["primaryKey"])
    names = [name_of_id if key == "id" else key for key in keys]
    left = as_pandas(facts.engine.collected(selection.rows(facts, frame).select(names)))
    return _among(facts.tables[table][keys], left.astype("str"))


def _among(rows: pd.DataFrame, wanted: pd.DataFrame) -> pd.Series[bool]:
    """Which rows have the values of one of the wanted, column for column."""
    found = pd.MultiIndex.from_frame(rows).isin(list(wanted.itertuples(index=False, name=None)))
    return pd.Series(found, index=rows.index)


def _references(tables: Tables, name: str) -> Iterator[Reference]:
    """The foreign keys of a table that the descriptor declares, and what its claims are about."""
    frame = tables[name]
    for key in tables.descriptor.schema(name).get("foreignKeys", ()):
        target, keys = key["reference"].get("resource") or name, _listed(key["reference"]["fields"])
        if target in tables.frames:
            yield Reference(_listed(key["fields"]), target, keys, pd.Series(True, index=frame.index))
    if {"subject_type", "subject_id"} <= set(frame):
        for kind, target in _SUBJECTS.items():
            yield Reference(["subject_id"], target, ["id"], (frame["subject_type"] == kind).fillna(False))


def _owners(tables: Tables, name: str) -> list[Reference]:
    """The references of a table to what its rows may belong to; by the names of columns where no key is declared."""
    every = [reference for reference in _references(tables, name) if reference.target in _OWNERS.values()]
    frame = tables[name]
    declared = {column for reference in every for column in reference.columns}
    everywhere = pd.Series(True, index=frame.index)
    return every + [
        Reference([column], target, ["id"], everywhere)
        for column, target in _OWNERS.items()
        if column in frame and column not in declared
    ]


def _belonging(tables: Tables, name: str, owners: list[Reference], within: Rows) -> pd.Series[bool]:
    """Which rows of a table belong to one of the rows `within`: to the first owner that they name, or to all."""
    frame = tables[name]
    belonging = unowned = pd.Series(True, index=frame.index)
    for columns, target, keys, where in owners:
        named = unowned & where & frame[columns].notna().all(axis=1)
        belonging = belonging.where(~named, _among(frame[columns], tables[target].loc[within[target], keys]))
        unowned = unowned & ~named
    return belonging


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


# Files


def _some_rows(data: bytes, kept: pd.Series[bool]) -> bytes:
    """The header and some rows of a CSV file, their cells as they stand in it."""
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    if len(rows) != len(kept):
        raise ValueError("The file has other rows than the facts.")
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *compress(rows, kept)])
    return out.getvalue().encode()


def _filtered_descriptor(facts: Facts, selection: Selection) -> Descriptor:
    """The descriptor of a part of the data: its title and description say which, in English alone."""
    raw = facts.descriptor.raw
    words = in_words(filter_words(selection, choices(facts)))
    part = f"This is a part of the data, by these filters: {words}. README.md says what they leave."
    return Descriptor(
        {
            **raw,
            "title": f"{facts.descriptor.title} ({words})",
            "description": f"{facts.descriptor.description} {part}".strip(),
            "translations": {
                language: {name: text for name, text in texts.items() if name not in ("title", "description")}
                for language, texts in raw.get("translations", {}).items()
            },
        }
    )


def _json(made: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(made, ensure_ascii=False, indent=2)}\n".encode()


def _zipped(files: Mapping[str, bytes], day: date) -> bytes:
    """A ZIP file whose bytes depend on nothing but its files and a day."""
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for name in sorted(files):
            info = ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            info.create_system = 3  # else it is that of the machine
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name])
    return out.getvalue()


# The text


def _readme(facts: Facts, selection: Selection, address: str, chosen: Rows, kept: Rows) -> str:
    """What the package is, how to cite it, what was left out, how it was made and what each column means."""
    descriptor = facts.descriptor
    words = filter_words(selection, choices(facts))
    cited = _cited(facts, selection, address)
    parts = [
        f"# {_plain(descriptor.title)}",
        _plain(descriptor.description),
        "\n".join(_about(facts, _address(selection, address))),
        *(_left_by_filters(facts, selection, words, chosen, kept) if words else ()),
        "## How to cite it",
        "The day of access is that of the data; put your own in its place.",
        f"> {_plain(cited.text)}",
        f"```bibtex\n{cited.bibtex}```",
        "## Method",
        *_essentials(),
        "Everything else, such as lenses, disputes, grades and filters, is in METHOD.md.",
        "## Tables",
        "An empty cell means that a value is not known.",
        *(part for table in descriptor.tables for part in _dictionary(descriptor, table, int(kept[table].sum()))),
    ]
    return "\n\n".join(parts) + "\n"


def _address(selection: Selection, address: str) -> str:
    """Where this package is given."""
    return f"{address}{selection.address('/api/v1/package.zip')}"


def _cited(facts: Facts, selection: Selection, address: str) -> Citation:
    """How to cite this package, on the day of the data."""
    descriptor, words = facts.descriptor, filter_words(selection, choices(facts))
    on = date.fromisoformat(descriptor.created)
    return citation(facts, descriptor.title, _address(selection, address), on, words)


def _about(facts: Facts, here: str) -> Iterator[str]:
    descriptor = facts.descriptor
    yield f"- Data version: {facts.version}"
    yield f"- Address: <{here}>"
    for licence in descriptor.licenses:
        name = _plain(licence.get("title") or licence.get("name", ""))
        yield f"- Licence: {name}" + _web_address(licence.get("path", ""))
    for source in descriptor.raw.get("sources", ()):
        yield f"- Rests on: {_plain(source.get('title', ''))}" + _web_address(source.get("path", ""))


def _left_by_filters(
    facts: Facts, selection: Selection, words: Mapping[str, tuple[str, ...]], chosen: Rows, kept: Rows
) -> Iterator[str]:
    """The filters that are on, and how many rows of each table they leave."""
    yield "## Filters"
    yield "This is a part of the data. These filters are on:"
    yield "\n".join(f"- {_plain(in_words({name: values}))}" for name, values in words.items())
    yield (
        "A filter narrows the tables that it concerns. Rows that belong to a row stay or go with it. Rows that no "
        "filter chose are there where a row that was chosen refers to them: a city, an organisation, a source, the "
        "figure that another one restates, the model that another one was built from. The last column counts them."
    )
    lines = ["| table | rows | of | narrowed by | only because others refer to them |", "|---|---:|---:|---|---:|"]
    added = {table: kept[table] & ~chosen[table] for table in facts.descriptor.tables}
    for table, rows in added.items():
        filters = FILTERS[_CHOSEN[table][0]] if table in _CHOSEN else ()
        narrowed = ", ".join(name for name in selection.active() if name in filters)
        lines.append(f"| {table} | {int(kept[table].sum())} | {len(rows)} | {narrowed} | {int(rows.sum())} |")
    yield "\n".join(lines)
    referred = {table: rows for table, rows in added.items() if table in _CHOSEN and rows.any()}
    if referred:
        yield "No filter chose these rows; leave them out of counts and sums:"
        yield "\n".join(f"- {table}: {_ids(facts, table, rows)}" for table, rows in referred.items())


def _ids(facts: Facts, table: str, rows: pd.Series[bool]) -> str:
    """The keys of some rows of a table."""
    keys = facts.tables[table].loc[rows, _listed(facts.descriptor.schema(table)["primaryKey"])]
    return ", ".join(_plain("/".join(key)) for key in keys.itertuples(index=False, name=None))


def _essentials() -> Iterator[str]:
    """The beginning of the method: up to its second section, without the title."""
    beginning, first, *_ = METHOD.read_text(encoding="utf-8").split("\n## ")
    yield beginning.partition("\n")[2].strip()
    yield f"### {first.strip()}"


def _dictionary(descriptor: Descriptor, table: str, rows: int) -> Iterator[str]:
    """What a table, its columns and their codes mean."""
    fields = descriptor.fields(table)
    yield f"### {_plain(descriptor.table_title(table))} ({table}, rows: {rows})"
    yield _plain(descriptor.table_description(table))
    lines = ["| column | title | meaning | type | unit | a cell holds |", "|---|---|---|---|---|---|"]
    yield "\n".join([*lines, *map(_column, fields)])
    for field in fields:
        if field.categories:
            order = ", in their order" if field.ordered else ""
            codes = [f"- `{one.value}`: {_plain(_meaning(one.label, one.description))}" for one in field.categories]
            yield "\n".join([f"Codes of `{field.name}`{order}:", "", *codes])


def _column(field: Field) -> str:
    holds = "one of the codes below" if field.categories else _plain(field.expected)
    holds += ", never empty" if field.required else ""
    cells = (field.name, _plain(field.title), _plain(field.description), field.type, _plain(field.unit or ""), holds)
    return f"| {' | '.join(cells)} |"


def _meaning(label: str, description: str) -> str:
    return f"{label}. {description}" if description else label


def _web_address(path: str) -> str:
    return f", <{path}>" if re.fullmatch(r"https?://[^\s<>]+", path) else ""


def _plain(text: str) -> str:
    """A text on one line in which nothing is markup but words in backticks."""
    escaped = re.sub(r"(`[^`|]*`)|([\\`*_\[\]<>|#])", lambda found: found[1] or f"\\{found[2]}", text)
    return " ".join(escaped.split())
