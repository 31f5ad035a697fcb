"""`python -m ledger import-ocds`: contracts about AI in the Open Contracting Data Standard, as rows of the dataset."""

from __future__ import annotations

import difflib
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.ending import NOT_READ, stop
from ledger.ocds.importing import OtherBuyer, Seen, import_releases
from ledger.ocds.matching import TERMS, BadTerms, read_terms
from ledger.ocds.names import web_address
from ledger.ocds.output import Figures, Writer, csv_file, package_folder
from ledger.ocds.rows import FUNDERS, Home, home_of
from ledger.ocds.unused import Unused
from ledger.places import DATA
from ledger.tables import BrokenPackage, Tables, open_package

#: Exit code where a part could not be read.
DAMAGED = 1


def import_ocds(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILES",
            help="Releases, records and packages of OCDS 1.1: JSON or JSON lines, gzip too; - reads input.",
        ),
    ],
    city: Annotated[str, typer.Option(help="The city, an id of the dataset.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="A .csv for the figures, or a new folder for every table. Else figures go to standard output."
        ),
    ] = None,
    buyer: Annotated[
        list[str] | None,
        typer.Option(
            help="Take this buyer alone (name or id); can be repeated. Else every buyer in the files is taken."
        ),
    ] = None,
    funder: Annotated[str, typer.Option(help=f"What kind of payer the buyers are: {', '.join(FUNDERS)}.")] = "city",
    source: Annotated[
        str, typer.Option(help="The web address of the files, for releases whose package names none.")
    ] = "",
    dataset: Annotated[
        Path, typer.Option(help="The data package that the rows are made for.", show_default="the built-in one")
    ] = DATA,
    terms: Annotated[
        Path, typer.Option(help="The codes and words by which AI is found.", show_default="the built-in list")
    ] = TERMS,
) -> None:
    """Find contracts about AI and write their figures as rows of the dataset.

    What could not be used is listed with the reason on standard error. Exit code 0: done; 1: a part of the files
    could not be read; 2: nothing could be read or written.
    """
    if source and not web_address(source):
        raise typer.BadParameter("Name an address that begins with http:// or https://.", param_hint="--source")
    if funder not in FUNDERS:
        raise typer.BadParameter(f"Name one of {', '.join(FUNDERS)}.", param_hint="--funder")
    home = home_of(tables := _opened(dataset), _known(city, tables), funder, source)
    try:
        lists = read_terms(terms)
    except BadTerms as error:
        raise typer.BadParameter(str(error), param_hint="--terms") from None
    today = datetime.now(UTC).date()
    told = Counter[str]()
    buyers, others = Counter[str](), Counter[str]()
    try:
        with _writer(out, home) as writer:
            for one in import_releases(files, home, lists, buyer or [], today):
                if isinstance(one, Seen):
                    told["processes"] = one.processes
                elif isinstance(one, OtherBuyer):
                    others[one.buyer] += 1
                elif isinstance(one, Unused):
                    told["unused"] += 1
                    told["broken"] += one.broken
                    typer.echo(str(one), err=True)
                else:
                    writer.add(one)
                    buyers[one.buyer] += 1
                    told["figures"] += len(one.tables["funding"])
    except OSError as error:
        typer.echo(f"{out or 'Standard output'} could not be written: {error.strerror or error}.", err=True)
        raise typer.Exit(NOT_READ) from None
    except sqlite3.Error as error:
        typer.echo(f"The temporary file of releases could not be written: {error}.", err=True)
        raise typer.Exit(NOT_READ) from None
    for line in _summary(told, buyers, others):
        typer.echo(line, err=True)
    if told["broken"]:
        raise typer.Exit(DAMAGED if told["processes"] else NOT_READ)


def _summary(told: Counter[str], buyers: Counter[str], others: Counter[str]) -> Iterator[str]:
    yield (
        f"Processes read: {told['processes']}; about AI and used: {buyers.total()}, with figures: {told['figures']}; "
        f"listed above as not used: {told['unused']}."
    )
    if buyers:
        yield f"Buyers: {_counted(buyers)}."
    if others:
        yield f"Left out, of other buyers: {_counted(others)}."


def _counted(names: Counter[str], most: int = 20) -> str:
    listed = ", ".join(f"{name} ({number})" for name, number in names.most_common(most))
    return f"{listed} and {len(names) - most} more" if len(names) > most else listed


@contextmanager
def _writer(out: Path | None, home: Home) -> Iterator[Writer]:
    if out is None:
        yield Figures(sys.stdout, home)
    elif out.suffix.lower() == ".csv":
        with csv_file(out, home) as file:
            yield file
    else:
        with package_folder(out, home, datetime.now(UTC).date()) as folder:
            yield folder


def _opened(path: Path) -> Tables:
    try:
        return open_package(path)
    except (BrokenPackage, OSError) as wrong:
        stop(str(wrong), NOT_READ)


def _known(city: str, tables: Tables) -> str:
    known = tables["cities"]["id"].tolist()
    if city in known:
        return city
    near = difflib.get_close_matches(city.casefold(), known)
    hint = f" Did you mean {' or '.join(near)}?" if near else " Add it to its cities first."
    raise typer.BadParameter(f"The dataset has no city {city!r}.{hint}", param_hint="--city")
