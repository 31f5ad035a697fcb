"""The weight check: `python -m provenance check`. Exit codes: 0 done, 2 could not be read."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from provenance.faults import Unreadable
from provenance.report import FORMS, as_text, form_of, report_of, write_report
from provenance.simulate import CASES
from provenance.simulate import simulate as make
from provenance.work import ROLES, Journal, add_hashes, plan, run

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
_NOT_READ = 2
_PLACE = "folder, .safetensors file or hf://owner/name@revision"


@app.callback()
def commands() -> None:
    """Is one model's checkpoint a blend of two others? Exit codes: 0 done, 2 could not be read."""


def _reports(paths: list[Path] | None) -> list[Path]:
    for path in paths or []:
        if not form_of(path):
            raise typer.BadParameter(f"The name must end in {', '.join(FORMS)}.", param_hint="--report")
    return paths or []


def _part(value: str) -> tuple[int, int]:
    first, _, last = value.partition("/")
    if first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last):
        return int(first), int(last)
    raise typer.BadParameter("Say it as 2/5: the second of five parts.", param_hint="--part")


_Reports = Annotated[
    list[Path] | None,
    typer.Option(
        "--report", metavar="FILE", help="Write the report: .json, .json.gz, .html or .txt. May be given repeatedly."
    ),
]


@app.command()
def check(
    candidate: Annotated[str, typer.Option(metavar="C", help=f"The model in question: {_PLACE}.")],
    base: Annotated[str, typer.Option(metavar="A", help="The model that it says it was made from.")],
    other: Annotated[str, typer.Option(metavar="B", help="The model that may have been blended in.")],
    sample: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE", min=0.0, max=1.0, help="Read this share of each layer's each component, not all."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Which sample.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="How many read and measure at once.")] = 2,
    part: Annotated[
        str, typer.Option(metavar="K/N", help="Do the K-th of N parts of the work, as one of N runs.")
    ] = "1/1",
    work: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where the work is kept. The same command goes on where it was stopped.",
            show_default="a name made from the checkpoints",
        ),
    ] = None,
    report: _Reports = None,
    hashes: Annotated[
        bool, typer.Option("--hashes", help="Work out the hashes of local files: reads them again.")
    ] = False,
) -> None:
    """Compare three checkpoints and say whether C is a blend of A and B, as far as weights tell.

    The work is kept in a file line by line: a run that was stopped goes on where it was. With --part, several runs
    share the work, here or on other machines; `report` adds their files up.
    """
    wanted, share_of_work = _reports(report), _part(part)
    try:
        planned = plan(dict(zip(ROLES, (base, other, candidate), strict=True)), sample, seed)
        suffix = "" if share_of_work[1] == 1 else f"-part-{share_of_work[0]}-of-{share_of_work[1]}"
        path = work or Path(f"weights-{planned.fingerprint[:10]}{suffix}.work")
        journal = Journal(path, planned)
        progress = _Progress()
        try:
            run(planned, journal, workers=workers, part=share_of_work, progress=progress)
            if hashes:
                add_hashes(planned, journal)
        finally:
            progress.end()
            journal.close()
        _give(report_of([path]), wanted)
        typer.echo(f"The work is kept in {path}.", err=True)
    except Unreadable as fault:
        _stop(str(fault))
    except KeyboardInterrupt:
        _stop("Stopped. The same command goes on from here.", 130)


@app.command()
def report(
    works: Annotated[list[Path], typer.Argument(metavar="WORK...", help="Files of work of the same check.")],
    report: _Reports = None,
) -> None:
    """Add up files of work and report on them together."""
    wanted = _reports(report)
    try:
        _give(report_of(works), wanted)
    except Unreadable as fault:
        _stop(str(fault))


@app.command()
def simulate(
    case: Annotated[str, typer.Argument(metavar="CASE", help="A case, `all` of them, or `list`: what there is.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the checkpoints go.")] = Path("simulated"),
    values: Annotated[int, typer.Option(min=10_000, help="Numbers of each checkpoint, about.")] = 2_000_000,
    seed: Annotated[int, typer.Option(help="Which chance.")] = 1,
) -> None:
    """Make small checkpoints A, B and C whose past is known, to see what the figures do."""
    if case == "list":
        for name, found in CASES.items():
            typer.echo(f"{name:18}{found.title}")
        return
    if case not in CASES and case != "all":
        raise typer.BadParameter(f"There is no case {case}. There are: all, {', '.join(CASES)}.", param_hint="CASE")
    for name in CASES if case == "all" else [case]:
        try:
            base, other, candidate = make(name, folder / name, values, seed)
        except OSError as error:
            _stop(f"{folder / name}: cannot be written ({error.strerror}).")
        typer.echo(f"python -m provenance check --candidate {candidate} --base {base} --other {other}")


def _give(found: dict[str, object], wanted: list[Path]) -> None:
    for path in wanted:
        write_report(found, path)
    for path in wanted:
        typer.echo(f"Written: {path}.", err=True)
    typer.echo(_printable(as_text(found)))


def _stop(sentence: str, code: int = _NOT_READ) -> None:
    typer.echo(_printable(sentence), err=True)
    raise typer.Exit(code)


def _printable(text: str) -> str:
    """Text that a terminal shows as it stands: names come from files that anybody may have made."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)


class _Progress:
    """Says on standard error how far the work is, and how long it will take."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._said = 0.0
        self._is_terminal = sys.stderr.isatty()

    def __call__(self, done: int, total: int, before: int) -> None:
        now = time.monotonic()
        if not total or (now - self._said < (0.5 if self._is_terminal else 30) and done < total):
            return
        self._said = now
        line = f"{100 * done / total:5.1f} % of {total:,} numbers"
        if done > before and done < total:
            line += f", {_duration((now - self._begun) / (done - before) * (total - done))} left"
        typer.echo(f"\r{line:<60}" if self._is_terminal else line, err=True, nl=not self._is_terminal)

    def end(self) -> None:
        """Leave the line."""
        if self._is_terminal:
            typer.echo("", err=True)


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{max(1, round(seconds))} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


if __name__ == "__main__":
    app(prog_name="python -m provenance")
