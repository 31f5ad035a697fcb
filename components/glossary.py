"""The method in the reader's language, and what each word of the dataset means."""

from __future__ import annotations

import re

import streamlit as st

from components.formats import as_markdown, escape
from components.state import facts
from ledger.descriptor import Category
from ledger.language import CATALOGUES, language
from ledger.language import gettext as _

#: Codes that need no word of explanation.
_PLAIN = {"continent"}


def method() -> None:
    """How each figure is made, and what the dataset does not know."""
    st.markdown((CATALOGUES / language() / "method.md").read_text(encoding="utf-8"))
    st.markdown("\n".join(f"- {as_markdown(limit)}" for limit in facts().descriptor.limits))


def glossary() -> None:
    """Every code that the pages show as a word, with what it means."""
    descriptor = facts().descriptor
    st.header(_("What the words mean"), anchor="glossary")
    for table in descriptor.tables:
        for field in descriptor.fields(table):
            if field.categories and field.name not in _PLAIN:
                # Several tables have a column of one name: a kind of initiative is no kind of source.
                head = f"{descriptor.table_title(table)}: {field.title}"
                st.subheader(head, anchor=f"{table}-{field.name}", help=field.description)
                st.html(f"<dl class='ledger-words'>{''.join(map(_entry, field.categories))}</dl>")


def _entry(code: Category) -> str:
    meaning = re.sub("`([^`]+)`", r"<code>\1</code>", escape(code.description))
    return f"<dt>{escape(code.label)}</dt><dd>{meaning}</dd>"
