"""A small chart library: 430 kB on a first visit instead of 1.2 MB.

Streamlit draws charts with one chunk that holds its own element and the whole of plotly.js, 47 kinds
of traces. Our charts draw four. This cuts Streamlit's element out of its chunk and puts a plotly.js
with these four beside it, which draws a chart once it comes near (`near.js`). The page tells the
browser to take the small chunk in the place of the large one, whose name carries a hash: after an
update of Streamlit the names differ, the large one is asked for again, and a test asks to make the
small one anew, which needs npm:

    python -m web.chart_library
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import brotli
from plotly.offline import get_plotlyjs_version

from web import frontend
from web.frontend import CHARTS

#: The kinds of traces that figures may have.
TRACES = ("bar", "sankey", "scatter", "scattergeo")

# What lies between these in Streamlit's chunk is plotly.js.
_START, _END = "var W=n(((e,t,n)=>{(function(e,n){", "return window.Plotly=e,e})}))"
_ESBUILD = "0.28.2"
_LICENCES = "LICENCES.txt"
#: What is added to plotly.js.
_NEAR = Path(__file__).with_name("near.js")


def make() -> None:
    """Write the files in the place of older ones."""
    chunk = frontend.chunk("PlotlyChart")
    if chunk is None:
        raise SystemExit("Streamlit's manifest names no chunk PlotlyChart: look anew at what it draws charts with.")
    whole = (frontend.ROOT / chunk).read_text()
    before, start, rest = whole.partition(_START)
    _, end, after = rest.partition(_END)
    if not (start and end):
        raise SystemExit("plotly.js is not found in Streamlit's chunk: look anew where it begins and ends.")
    bundle, licences = _bundled()
    CHARTS.mkdir(exist_ok=True)
    for old in CHARTS.iterdir():
        old.unlink()
    name = _named("plotly", bundle)
    (CHARTS / f"{name}.br").write_bytes(brotli.compress(bundle, quality=11))
    (CHARTS / _LICENCES).write_text(licences)
    said = "/* From Streamlit, Apache License 2.0; changed: plotly.js is cut out and imported. */\n"
    element = f'{said}import"./{name}";{before}var W=()=>window.Plotly{after}'.encode()
    (CHARTS / _named(Path(chunk).stem, element)).write_bytes(element)


def _named(stem: str, body: bytes) -> str:
    return f"{stem}.{hashlib.sha256(body).hexdigest()[:8]}.js"


def _bundled() -> tuple[bytes, str]:
    """The plotly.js of the installed Plotly package with our kinds of traces, and the licences of all that is in it."""
    modules = ",".join(f'require("plotly.js/lib/{trace}")' for trace in TRACES)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        packages = {"plotly.js": get_plotlyjs_version(), "esbuild": _ESBUILD}
        (here / "package.json").write_text(json.dumps({"dependencies": packages}))
        (here / "entry.js").write_text(
            f'const Plotly = require("plotly.js/lib/core"); Plotly.register([{modules}]); window.Plotly = Plotly\n'
            f"{_NEAR.read_text()}"
        )
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=here, check=True)
        options = ["--bundle", "--minify", "--target=es2021", "--define:global=window", "--legal-comments=none"]
        outcome = ["--outfile=out.js", "--metafile=meta.json"]
        subprocess.run(["node_modules/.bin/esbuild", "entry.js", *options, *outcome], cwd=here, check=True)
        inputs = json.loads((here / "meta.json").read_text())["outputs"]["out.js"]["inputs"]
        used = [path for path, part in inputs.items() if part["bytesInOutput"]]
        return (here / "out.js").read_bytes(), _licences(here, used)


def _licences(here: Path, inputs: Iterable[str]) -> str:
    """The licence of each package of which a file is in the bundle."""
    parts = []
    for folder in sorted({_package(path) for path in inputs if "node_modules/" in path}):
        about = json.loads((here / folder / "package.json").read_text())
        texts = [path for path in sorted((here / folder).iterdir()) if path.name.lower().startswith("licen")]
        text = "\n".join(path.read_text().strip() for path in texts)
        parts.append(f"{about['name']} {about['version']}: {about['license']}\n\n{text}".strip())
    return f"\n\n{'-' * 80}\n\n".join(["What plotly.js is made of, and under which licences.", *parts]) + "\n"


def _package(path: str) -> str:
    """The folder of the package in which a file lies."""
    before, _, inside = path.rpartition("node_modules/")
    return f"{before}node_modules/{'/'.join(inside.split('/')[: 2 if inside.startswith('@') else 1])}"


if __name__ == "__main__":
    make()
    for path in CHARTS.iterdir():
        print(f"{path.name}: {path.stat().st_size} bytes")
