"""The commands: `python -m ledger COMMAND`. Exit codes: 0 done, 1 faults, 2 could not be read."""

from __future__ import annotations

import typer

from ledger.commands.add import add
from ledger.commands.history import history
from ledger.commands.import_ocds import import_ocds
from ledger.commands.validate import validate

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.command()(add)
app.command()(history)
app.command()(import_ocds)
app.command()(validate)


@app.callback()
def commands() -> None:
    """What can be done with a data package. Exit codes: 0 done, 1 faults, 2 could not be read."""


if __name__ == "__main__":
    app(prog_name="python -m ledger")
