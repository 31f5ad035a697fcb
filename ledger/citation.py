"""How to cite a view, a table or the package: one text and one BibTeX entry, made from the same parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zlib import crc32

from ledger.brand import brand_of
from ledger.descriptor import Descriptor
from ledger.facts import Facts
from ledger.language import N_, SOURCE, ngettext, speaking
from ledger.language import gettext as _
from ledger.selection import Selection


@dataclass(frozen=True)
class Citation:
    """A citation as text and as BibTeX."""

    text: str
    bibtex: str


#: Values of one filter that a citation names; its address holds all.
_VALUES = 6


@speaking(SOURCE)
def citation(
    facts: Facts,
    title: str,
    address: str,
    on: date,
    filters: Mapping[str, tuple[str, ...]] | None = None,
) -> Citation:
    """Cite what `title` names, as it stood at `address` on a day; in English, whatever language is spoken.

    `filters` are those that are on, each with its values in words (`filter_words`), which are to be English too.
    """
    chosen = in_words(filters or {})
    named = f"{title.rstrip('.')} ({chosen})" if chosen else title.rstrip(".")
    names = authors(facts.descriptor)
    dashboard = brand_of(facts.descriptor).title
    licence = next((str(one.get("name", "")) for one in facts.descriptor.licenses), "")
    under = f"licence {licence}" if licence else "no licence stated"
    year = facts.descriptor.created[:4]
    version = facts.version
    stop = "" if named.endswith(("?", "!")) else "."
    text = (
        f"{'; '.join(names)} ({year}): {named}{stop} In: {dashboard}, data version {version}. "
        f"{under[:1].upper()}{under[1:]}. {address} (accessed {on.isoformat()})."
    )
    fields = {
        # The second braces keep a name whole, and the capitals of a title.
        "author": " and ".join(f"{{{_tex(author)}}}" for author in names),
        "title": f"{{{_tex(named)}}}",
        "year": year,
        "version": version,
        "url": address,
        "urldate": on.isoformat(),
        "note": f"{_tex(dashboard)}, data version {version}, {_tex(under)}",
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return Citation(text, f"@misc{{{_key(facts.descriptor.name, title, filters or {}, version)},\n{lines}\n}}\n")


def whole_citation(facts: Facts, address: str) -> Citation:
    """Cite the dataset that is served under `address` (scheme and host).

    The day of access is that of the data, so that the same data always give the same citation.
    """
    return citation(facts, facts.descriptor.title, f"{address}/data", date.fromisoformat(facts.descriptor.created))


def authors(descriptor: Descriptor) -> list[str]:
    """Who made the dataset, by name."""
    named = [str(one["title"]) for one in descriptor.raw.get("contributors", ()) if one.get("title")]
    return named or [brand_of(descriptor).title]


def filter_words(selection: Selection, accepted: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """The names and the values of what is chosen, in words: `{"city": ("Rio de Janeiro",)}`."""
    words: dict[str, tuple[str, ...]] = {}
    for name, value in selection.query():
        label = accepted.get(name, {}).get(value, value)
        words[name] = (*words.get(name, ()), label)
    return words


#: Each filter with its values, marked for the catalogues.
_SAID = {
    "city": N_("city: {values}"),
    "initiative": N_("initiative: {values}"),
    "country": N_("country: {values}"),
    "continent": N_("continent: {values}"),
    "size": N_("size: {values}"),
    "kind": N_("kind: {values}"),
    "domain": N_("domain: {values}"),
    "status": N_("status: {values}"),
    "goal": N_("goal: {values}"),
    "funder": N_("funder: {values}"),
    "stage": N_("stage: {values}"),
    "scope": N_("scope: {values}"),
    "model": N_("model: {values}"),
    "benchmark": N_("benchmark: {values}"),
    "from": N_("from {values}"),
    "to": N_("to {values}"),
    "disputed": N_("disputed facts: {values}"),
    "lens": N_("money: {values}"),
}


def in_words(filters: Mapping[str, tuple[str, ...]]) -> str:
    """What `filter_words` gives as one text: `city: Rio de Janeiro; from 2024`."""
    return "; ".join(
        # The other filters say all with their value.
        _(_SAID[name], values=_list(values)) if name in _SAID else _list(values)
        for name, values in filters.items()
    )


def _list(values: tuple[str, ...]) -> str:
    more = len(values) - _VALUES
    if more <= 0:
        return ", ".join(values)
    return ngettext("{values} and {n} more", "{values} and {n} more", more, values=", ".join(values[:_VALUES]))


def _key(package: str, title: str, filters: Mapping[str, tuple[str, ...]], version: str) -> str:
    """A key that two entries of a bibliography share only where they cite the same."""
    slug = re.sub("[^a-z0-9]+", "-", title.casefold()).strip("-").removeprefix(f"{package}-")[:40].rstrip("-")
    digest = f"{crc32(repr(sorted(filters.items())).encode()):08x}" if filters else ""
    return "-".join(filter(None, [package, slug, digest, version]))


_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def _tex(text: str) -> str:
    """A text whose characters TeX prints as they are."""
    return "".join(_SPECIAL.get(character, character) for character in " ".join(text.split()))
