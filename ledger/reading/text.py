"""CSV files as programs and countries write them: their encoding and their delimiter are found out."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection
from dataclasses import dataclass

from ledger.language import N_
from ledger.language import gettext as _

#: What tells cells apart, and what is said where it is not the rule.
_DELIMITERS = {
    ",": "",
    ";": N_("Cells are told apart by semicolons."),
    "\t": N_("Cells are told apart by tabs."),
    "|": N_("Cells are told apart by bars."),
}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: Bytes from the start of a file by which it is judged.
SAMPLE = 1 << 20


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written: its encoding, its delimiter, and its header as it reads so."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found out that is not the rule, in sentences."""
        names = {"utf-16": "UTF-16", "cp1252": "Windows-1252", "latin-1": "Latin-1"}
        notes = []
        if self.encoding in names:
            encoding = names[self.encoding]
            notes.append(_("Read as {encoding}. Save it as UTF-8 to be sure of every letter.", encoding=encoding))
        if self.delimiter != ",":
            notes.append(_(_DELIMITERS[self.delimiter]))
        return tuple(notes)


def dialect_of(begin: bytes, columns: Collection[str], *, is_whole: bool = False) -> Dialect:
    """The dialect of a CSV file by its first bytes.

    Args:
        begin: the first bytes, or all of them where `is_whole`.
        columns: the names of columns that may stand in its header.
        is_whole: whether nothing comes after.
    """
    encoding = _encoding(begin, is_whole)
    text = begin.decode(encoding, errors="replace")
    headers = {delimiter: _header(text, delimiter) for delimiter in _DELIMITERS}
    delimiter = max(headers, key=lambda mark: len({name.strip() for name in headers[mark]} & set(columns)))
    return Dialect(encoding, delimiter, headers[delimiter])


def _encoding(begin: bytes, is_whole: bool) -> str:
    for mark, encoding in _BOMS:
        if begin.startswith(mark):
            return encoding
    # A letter of several bytes may be cut at the end of a sample.
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(begin, final=is_whole)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    try:
        begin.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _header(text: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader(io.StringIO(text[:SAMPLE], newline=""), delimiter=delimiter), ()))
    except csv.Error:
        return ()
