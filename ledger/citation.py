"""How to cite a view, a table or the package: one text and one BibTeX entry, made from the same parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ledger.facts import Facts
from ledger.selection import Selection

#: What the dashboard is called where it is cited.
DASHBOARD = "Municipal AI Investment Dashboard"


@dataclass(frozen=True)
class Citation:
    """A citation as text and as BibTeX."""

    text: str
    bibtex: str


def citation(
    facts: Facts,
    title: str,
    address: str,
    on: date,
    filters: Mapping[str, tuple[str, ...]] | None = None,
) -> Citation:
    """Cite what `title` names, as it stood at `address` on a day.

    `filters` are those that are on, each with its values in words (`filter_words`).
    """
    chosen = "; ".join(f"{name}: {', '.join(values)}" for name, values in (filters or {}).items())
    named = f"{title.rstrip('.?')} ({chosen})" if chosen else title.rstrip(".")
    author = str(next(iter(facts.descriptor.raw.get("contributors", ())), {}).get("title", DASHBOARD))
    licence = next((str(one.get("name", "")) for one in facts.descriptor.licenses), "")
    year = facts.descriptor.created[:4]
    version = facts.version
    stop = "" if named.endswith(("?", "!")) else "."
    text = (
        f"{author} ({year}): {named}{stop} In: {DASHBOARD}, data version {version}. "
        f"Licence {licence}. {address} (accessed {on.isoformat()})."
    )
    fields = {
        "author": f"{{{_tex(author)}}}",
        "title": f"{{{_tex(named)}}}",
        "year": year,
        "version": version,
        "url": address,
        "urldate": on.isoformat(),
        "note": f"{_tex(DASHBOARD)}, data version {version}, licence {licence}",
    }
    key = f"municipal-ai-{re.sub('[^a-z0-9]+', '-', title.casefold()).strip('-')[:40].rstrip('-')}-{version}"
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return Citation(text, f"@misc{{{key},\n{lines}\n}}\n")


def filter_words(selection: Selection, accepted: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """The names and the values of what is chosen, in words: `{"city": ("Rio de Janeiro",)}`."""
    words: dict[str, tuple[str, ...]] = {}
    for name, value in selection.query():
        label = accepted.get(name, {}).get(value, value)
        words[name] = (*words.get(name, ()), label)
    return words


_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def _tex(text: str) -> str:
    """A text whose characters TeX prints as they are."""
    return "".join(_SPECIAL.get(character, character) for character in " ".join(text.split()))
