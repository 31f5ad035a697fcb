"""Writes docs/performance.md and its pictures from the figures that are kept.

python -m benchmarks.report [--results FOLDER] [--out FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks.budgets import BUDGETS, LARGE, READERS, Results, figures, number
from benchmarks.pictures import draw
from benchmarks.results import FOLDER, ROOT, kept


def render(results: Results, pictures: set[str]) -> str:
    """The text, with a table for what was measured and a sentence for what was not."""

    def shown(script: str, what: str, **of: Any) -> str:
        found = figures(results, script, what, **of)
        if not found:
            return "–"
        return "failed" if "failed" in found[0] else number(found[0]["median"])

    def values(script: str, name: str) -> list[Any]:
        """What figures of a script are of, in their order: pages, tools, numbers of rows."""
        found = results.get(script, {}).get("figures", [])
        return list(dict.fromkeys(figure["of"][name] for figure in found if name in figure["of"]))

    verdicts = [(budget, budget.verdict(results)) for budget in BUDGETS]
    short = [budget for budget, verdict in verdicts if verdict.state == "short" and budget.profile]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("performance.md.jinja").render(
        results=results,
        verdicts=verdicts,
        profiles=list(dict.fromkeys(budget.profile for budget in short)),
        quick=[name for name, result in results.items() if result["quick"]],
        figures=lambda *args, **of: figures(results, *args, **of),
        number=number,
        shown=shown,
        values=values,
        pictures=pictures,
        large=LARGE,
        readers=READERS,
    )


def write(results: Results, out: Path) -> None:
    """Write the text into a folder, its pictures into one below."""
    text = render(results, draw(results, out / "performance"))
    (out / "performance.md").write_text(text, encoding="utf-8")


def main() -> None:
    """Write the report."""
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("--results", type=Path, default=FOLDER, metavar="FOLDER", help="where the figures are kept")
    command.add_argument("--out", type=Path, default=ROOT / "docs", metavar="FOLDER")
    given = command.parse_args()
    write(kept(given.results), given.out)
    print(f"Written: {given.out / 'performance.md'}")


if __name__ == "__main__":
    main()
