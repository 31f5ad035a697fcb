"""`python -m ledger add`: put an initiative, or more about one, into a package."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.commands.ending import FAULTS, NOT_READ, opened, stop
from ledger.contribution.answers import shown
from ledger.contribution.conversation import Conversation, Left
from ledger.contribution.dialogue import Dialogue
from ledger.contribution.entry import BrokenEntry, Entry, as_yaml, read_entry
from ledger.contribution.files import Package, read_package
from ledger.contribution.likeness import alike
from ledger.contribution.rows import Addition, New, Plan, faults_of, plan, rows_of
from ledger.tables import BrokenPackage
from ledger.writing import write_package

_ENTRY = Entry({})


def add(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE.yaml]", help="An entry. Without it, you are asked for everything.")
    ] = None,
    data: Annotated[Path, typer.Option(metavar="PATH", help="The folder of the package.")] = Path("data"),
    ask: Annotated[bool, typer.Option("--ask", help="Ask for what the entry leaves out, and keep it there.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without a question, unless something looks alike.")] = False,
    accept_alike: Annotated[
        bool, typer.Option("--accept-alike", help="With --yes: write although something looks alike.")
    ] = False,
) -> None:
    """Add an initiative, or money, goals, results and claims to one, each with its source.

    Every answer is checked at once. Nothing is written before you have seen the new rows and said
    yes; then all of them are written, or none.
    """
    package = _package(data)
    begun = _entry(file, package) if file else _ENTRY
    if ask or file is None:
        _converse(package, begun, file)
        return
    addition, made = _prepared(begun, package)
    if made is None:
        raise typer.Exit(FAULTS)
    _show(addition, made, package)
    found = _show_alike(addition.new, package)
    if yes and found and not accept_alike:
        stop("Nothing was written. Look at what looks alike; --accept-alike writes nevertheless.", FAULTS)
    if not yes and not typer.confirm("Write these rows?"):
        stop("Nothing was written.", FAULTS)
    _write(package, made)


# By file


def _package(folder: Path) -> Package:
    return opened(folder, read_package, "Name the folder of a package with --data.")


def _entry(file: Path, package: Package) -> Entry:
    try:
        return read_entry(file, package.descriptor)
    except OSError as error:
        stop(f"{file} could not be read: {error.strerror}.", NOT_READ)
    except BrokenEntry as broken:
        stop("\n".join([f"{file} cannot be used:", *(f"  {one}" for one in broken.mistakes)]), FAULTS)


def _prepared(entry: Entry, package: Package) -> tuple[Addition, Plan | None]:
    """What an entry adds, and the files with it; no files where something is wrong, which is said."""
    addition = rows_of(entry, package)
    mistakes = list(addition.mistakes)
    made = plan(addition.new, package)
    if not mistakes:
        mistakes = faults_of(addition.new, made, entry, package)
    if not mistakes and not addition.new:
        typer.echo("Nothing is added: all of it is there already.", err=True)
        return addition, None
    if mistakes:
        typer.echo("Nothing can be written yet. Correct what is listed:", err=True)
        for one in mistakes:
            typer.echo(f"  {one}", err=True)
        return addition, None
    return addition, made


def _show(addition: Addition, made: Plan, package: Package) -> None:
    typer.echo("New rows:")
    for one, number in zip(addition.new, made.numbers, strict=True):
        typer.echo(f"\n{package.tables[one.table].file}, row {number}")
        for column in package.tables[one.table].columns:
            if one.row[column]:
                typer.echo(f"  {column}: {shown(one.row[column], 400)}")
    for source in dict.fromkeys(addition.reused):
        typer.echo(f"\nThe source {source} is there already and is used as it stands.")
    typer.echo(f"\n{len(addition.new)} rows are added, no row changes.")


def _show_alike(new: Iterable[New], package: Package) -> bool:
    """Whether something looks like a new row; each such row is shown."""
    found = alike(new, package)
    for one in found:
        name = one.new.row.get("id") or ", ".join(one.new.row.values())
        typer.echo(f"Looks alike: {name} and {one.row['id']} in {one.new.table}: {one.same}.", err=True)
    return bool(found)


def _write(package: Package, made: Plan) -> None:
    try:
        write_package(package.folder, made.files, made.made_from)
    except BrokenPackage as broken:
        stop(f"{broken}\nNothing was written.", FAULTS)
    except OSError as error:
        stop(f"{package.folder} could not be written: {error.strerror or error}", FAULTS)
    typer.echo(f"Written: {', '.join(str(package.folder / name) for name in sorted(made.files))}.")


# Question by question


def _converse(package: Package, begun: Entry, file: Path | None) -> None:
    draft = file or _free_name()
    conversation = Conversation(input, typer.echo, lambda: _keep(draft, dialogue.parts))
    dialogue = Dialogue(conversation, package, begun.parts)

    def questions() -> Plan | None:
        dialogue.questions()
        addition, made = _prepared(Entry(dialogue.parts), package)
        if made is None:
            explain = "< goes back to the question before; an empty answer ends and keeps your answers."
            conversation.ask("< goes back, an empty answer ends", lambda _: "", explain=explain)
            return None
        _show(addition, made, package)
        _show_alike(addition.new, package)
        is_wanted = dialogue.yes("Write these rows", "y writes them, n leaves everything as it is, < goes back.")
        return made if is_wanted else None

    _with_editing()
    typer.echo("An empty answer leaves out, ? explains, < goes back, Ctrl+C ends without writing.")
    try:
        made = conversation.hold(questions)
    except Left:
        made = None
    if made is None:
        stop(_left(draft, dialogue.parts), FAULTS)
    _write(package, made)
    if file is None:
        draft.unlink(missing_ok=True)


def _with_editing() -> None:
    """Arrow keys and earlier answers in the terminal, where the system has them."""
    if sys.stdin.isatty():
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401


def _free_name() -> Path:
    names = (Path(f"draft{f'-{number}' if number > 1 else ''}.yaml") for number in count(1))
    return next(name for name in names if not name.exists())


def _keep(draft: Path, parts: Mapping[str, Any]) -> None:
    """The answers so far, put into the draft as a whole, so that not even a killed terminal loses them."""
    if _is_empty(parts):
        return
    beside = draft.with_name(f".{draft.name}.part")
    with contextlib.suppress(OSError):
        beside.write_text(as_yaml(parts), encoding="utf-8")
        beside.replace(draft)


def _is_empty(parts: Mapping[str, Any]) -> bool:
    return not any(parts.values())


def _left(draft: Path, parts: Mapping[str, Any]) -> str:
    if _is_empty(parts):
        return "\nNothing was written."
    _keep(draft, parts)
    with contextlib.suppress(OSError):
        if draft.read_text(encoding="utf-8") == as_yaml(parts):
            return f"\nNothing was written. Your answers are in {draft}: python -m ledger add --ask {draft} goes on."
    return f"\nNothing was written, and {draft} could not be kept. Your answers were:\n\n{as_yaml(parts)}"
