"""The descriptor of a data package: what each table, column and code means.

It is the one source of names, titles, types, units, labels and codes; nothing restates it. Words come in the language
that is spoken (`ledger.language`): what stands under `translations` beside them, else as the package has them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ledger.language import N_, language
from ledger.language import gettext as _


@dataclass(frozen=True)
class Category:
    """A code of an enumeration, with its label for people and what it means."""

    value: str
    label: str
    description: str


@dataclass(frozen=True)
class Field:
    """What one column holds.

    `type` is the Table Schema type; `unit` the unit of a numeric column, else None;
    `categories` the accepted codes, from weakest to strongest where `ordered`;
    `form` what a text must look like, in words, where it must follow a pattern.
    """

    name: str
    title: str
    description: str
    type: str
    unit: str | None
    categories: tuple[Category, ...]
    ordered: bool
    required: bool
    form: str | None
    constraints: Mapping[str, Any]

    @property
    def expected(self) -> str:
        """What a cell of this column must hold, in words: "a number ≥ 0"."""
        if "enum" in self.constraints:
            return _("one of {values}", values=", ".join(map(str, self.constraints["enum"])))
        if self.form:
            return self.form
        if "pattern" in self.constraints:
            return _("text of the form {pattern}", pattern=self.constraints["pattern"])
        return _(_KINDS.get(self.type, self.type)) + "".join(
            f"{sign}{self.constraints[name]}" for name, sign in _BOUNDS if name in self.constraints
        )


_KINDS = {
    "string": N_("text"),
    "integer": N_("a whole number"),
    "number": N_("a number"),
    "year": N_("a year"),
    "boolean": N_("true or false"),
}
_BOUNDS = (
    ("minimum", " ≥ "),
    ("exclusiveMinimum", " > "),
    ("maximum", " ≤ "),
    ("exclusiveMaximum", " < "),
)


@dataclass(frozen=True)
class _Words:
    """The columns of each table, and the labels of the codes of each column, in one language."""

    fields: Mapping[str, Mapping[str, Field]]
    labels: Mapping[tuple[str, str], Mapping[str, str]]


@dataclass(frozen=True)
class Descriptor:
    """A checked `datapackage.json`; `raw` is the JSON object as it stands in the file."""

    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The short name of the package, in small letters."""
        return str(self.raw.get("name", "data"))

    @property
    def title(self) -> str:
        """The title of the package."""
        return str(_said(self.raw, "title") or self.raw.get("name", ""))

    @property
    def description(self) -> str:
        """What the package holds."""
        return str(_said(self.raw, "description") or "")

    @property
    def translations(self) -> Mapping[str, Any]:
        """What the package says of itself in the language that is spoken, by the name of the property."""
        return _translations(self.raw)

    @property
    def limits(self) -> tuple[str, ...]:
        """What the data do not cover or not quite say, in sentences (`limits`, a property of this project)."""
        said = _said(self.raw, "limits")
        return tuple(map(str, said)) if isinstance(said, list) else ()

    @property
    def version(self) -> str:
        """The version that the package gives itself."""
        return str(self.raw.get("version", ""))

    @property
    def created(self) -> str:
        """The day of the package (ISO date)."""
        return str(self.raw["created"])[:10]

    @property
    def licenses(self) -> tuple[Mapping[str, str], ...]:
        """The licences of the data, each with `name`, `path` and `title`."""
        return tuple(self.raw.get("licenses", ()))

    @property
    def licence_name(self) -> str:
        """The name of the first licence as people write it ("CC BY 4.0"); empty where there is none."""
        return next((_licence_name(licence) for licence in self.licenses), "")

    @property
    def licence_words(self) -> str:
        """The licence in a line of small print."""
        return _("licence {name}", name=self.licence_name) if self.licence_name else _("no licence stated")

    @property
    def licence_path(self) -> str:
        """The web address of the first licence; empty where there is none."""
        path = next((str(licence.get("path", "")) for licence in self.licenses), "")
        return path if path.startswith(("https://", "http://")) else ""

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables, in the order of the package."""
        return tuple(self._resources)

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns of all tables."""
        return frozenset(column for fields in self._words.fields.values() for column in fields)

    def table_title(self, table: str) -> str:
        """The title of a table; KeyError for an unknown table."""
        return str(_said(self._resources[table], "title") or table)

    def table_description(self, table: str) -> str:
        """What one row of a table is; KeyError for an unknown table."""
        return str(_said(self._resources[table], "description") or "")

    def schema(self, table: str) -> Mapping[str, Any]:
        """The Table Schema of a table; KeyError for an unknown table."""
        schema: Mapping[str, Any] = self._resources[table]["schema"]
        return schema

    def fields(self, table: str) -> tuple[Field, ...]:
        """The columns of a table, in order; KeyError for an unknown table."""
        return tuple(self._words.fields[table].values())

    def field(self, table: str, column: str) -> Field:
        """One column; KeyError for an unknown table or column."""
        return self._words.fields[table][column]

    def categories(self, table: str, column: str) -> tuple[Category, ...]:
        """The codes of a column, in the order of the descriptor; empty where it has none."""
        return self.field(table, column).categories

    def label(self, table: str, column: str, code: str) -> str:
        """The label of a code for people; KeyError for an unknown code."""
        return self._words.labels[table, column][code]

    @cached_property
    def _resources(self) -> dict[str, Mapping[str, Any]]:
        return {r["name"]: r for r in self.raw["resources"] if "schema" in r}

    @property
    def _words(self) -> _Words:
        """What tables, columns and codes are called in the language that is spoken, worked out once for each."""
        if language() not in self._words_by_language:
            self._words_by_language[language()] = _words_of(self._resources)
        return self._words_by_language[language()]

    @cached_property
    def _words_by_language(self) -> dict[str, _Words]:
        return {}


def _licence_name(licence: Mapping[str, str]) -> str:
    """A licence by its identifier, which Creative Commons writes with hyphens and people with blanks."""
    name = str(licence.get("name") or licence.get("title") or licence.get("path", ""))
    found = re.fullmatch(r"CC-(BY(?:-[A-Z]{2})*)-(\d\.\d)", name)
    return f"CC {found[1]} {found[2]}" if found else name


def _words_of(resources: Mapping[str, Mapping[str, Any]]) -> _Words:
    fields = {
        table: {field["name"]: _field(field) for field in resource["schema"]["fields"]}
        for table, resource in resources.items()
    }
    labels = {
        (table, name): {category.value: category.label for category in field.categories}
        for table, columns in fields.items()
        for name, field in columns.items()
    }
    return _Words(fields, labels)


def _said(raw: Mapping[str, Any], name: str) -> Any:
    """A text of the descriptor in the language that is spoken, where `translations` has it."""
    return _translations(raw).get(name) or raw.get(name)


def _translations(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = raw.get("translations", {}).get(language(), {})
    return found


def _field(raw: Mapping[str, Any]) -> Field:
    constraints = raw.get("constraints", {})
    return Field(
        name=raw["name"],
        title=_said(raw, "title") or raw["name"],
        description=_said(raw, "description") or "",
        type=raw.get("type", "any"),
        unit=_said(raw, "unit"),
        categories=tuple(_category(category) for category in raw.get("categories", ())),
        ordered=raw.get("categoriesOrdered", False),
        required=constraints.get("required", False),
        form=_said(raw, "form"),
        constraints=constraints,
    )


def _category(raw: str | Mapping[str, str]) -> Category:
    """A category is a bare code or an object with `value`, `label` and `description`."""
    if isinstance(raw, str):
        return Category(raw, raw, "")
    return Category(raw["value"], _said(raw, "label") or raw["value"], _said(raw, "description") or "")
