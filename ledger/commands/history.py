"""`python -m ledger history`: put what changed between two packages into the history of the later one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.ending import FAULTS, opened, stop
from ledger.history import NoHistory, as_csv, compare, counts, file_of, history_of, merged
from ledger.tables import BrokenPackage, open_package
from ledger.writing import write_package

_ADVICE = "Name a folder with a datapackage.json."


def history(
    packages: Annotated[
        list[Path],
        typer.Argument(
            metavar="OLD NEW",
            help="The earlier and the later package: folders, or their datapackage.json. With --first the later alone.",
        ),
    ],
    first: Annotated[
        bool, typer.Option("--first", help="The package is the first version: everything in it is new.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the changes as CSV and leave the file as it is.")
    ] = False,
) -> None:
    """Write what changed from OLD to NEW into the history of NEW.

    The changes of NEW's version take the place of those that its history holds of this version, so
    that the command can be run again after each edit. Earlier versions stay as they are.
    """
    if len(packages) != (1 if first else 2):
        wanted = "one package" if first else "two packages, the earlier one first (or --first with one)"
        raise typer.BadParameter(f"Name {wanted}.", param_hint="OLD NEW")
    *earlier, later = packages
    old = opened(earlier[0], open_package, _ADVICE) if earlier else None
    new = opened(later, open_package, _ADVICE)
    folder = later if later.is_dir() else later.parent
    try:
        file = file_of(later, new)
        known = {change["version"] for change in history_of(new)} - {new.descriptor.version}
        if first and known:
            raise NoHistory(f"The history holds {', '.join(sorted(known))} already. Name the package before this one.")
        changes = compare(old, new)
    except NoHistory as fault:
        stop(str(fault), FAULTS)
    if dry_run:
        typer.echo(as_csv(new, changes).decode(), nl=False)
        return
    try:
        write_package(folder, {str(file.relative_to(folder)): as_csv(new, merged(new, changes))})
    except BrokenPackage as broken:
        # Somebody has changed it since it was read.
        stop(f"{broken}\nNothing was written.", FAULTS)
    except OSError as error:
        stop(f"{file} could not be written: {error.strerror}. It is as it was.", FAULTS)
    told = ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in counts(changes).items())
    typer.echo(f"{file}: version {new.descriptor.version}, {told or 'nothing changed'}.")
