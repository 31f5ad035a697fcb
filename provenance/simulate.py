"""Small checkpoints whose past is known: a base A, another model B made from it, and candidates C of every kind."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance.arithmetic import EACH, ONCE, merge
from provenance.checkpoint import INDEX
from provenance.numbers import KINDS, Kind, Raw, stored, widen

Values = NDArray[np.float64]
#: From A, B and chance, which knows by how much B was changed, to C.
Make = Callable[[Values, Values, Values, np.random.Generator], Values]

#: How much of B is in the merges.
T = 0.6
_EXPERTS = 8
_LAYERS = 4
#: Files that a checkpoint is split over.
_SHARDS = 3


@dataclass(frozen=True)
class Case:
    """A past: by how much B was changed (as a share of the weights' spread), and how C was made."""

    title: str
    change: float
    make: Make


def _by(arithmetic: str, kind: Kind = KINDS["BF16"]) -> Make:
    def make(a: Values, b: Values, noise: Values, chance: np.random.Generator) -> Values:
        first, second = a.astype(np.float32), b.astype(np.float32)
        return merge(arithmetic, first, second, T, kind).astype(np.float64)

    return make


def _slerp(a: Values, b: Values, noise: Values, chance: np.random.Generator) -> Values:
    cosine = float(np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b)))
    angle = float(np.arccos(min(cosine, 1.0)))
    if angle < 1e-4:
        return (1 - T) * a + T * b
    mixed: Values = (np.sin((1 - T) * angle) * a + np.sin(T * angle) * b) / np.sin(angle)
    return mixed


def _ties(a: Values, b: Values, noise: Values, chance: np.random.Generator) -> Values:
    change = b - a
    kept: Values = np.where(np.abs(change) > np.median(np.abs(change)), change, 0.0)
    return a + T * kept


def _dare(a: Values, b: Values, noise: Values, chance: np.random.Generator) -> Values:
    return a + T * 2 * np.where(chance.random(a.shape) < 0.5, b - a, 0.0)


def _trained(share: float) -> Make:
    def make(a: Values, b: Values, noise: Values, chance: np.random.Generator) -> Values:
        return (1 - T) * a + T * b + share * noise

    return make


def _further(a: Values, b: Values, noise: Values, chance: np.random.Generator) -> Values:
    return b + 0.5 * noise


def _shared(correlation: float) -> Make:
    def make(a: Values, b: Values, noise: Values, chance: np.random.Generator) -> Values:
        mixed: Values = a + correlation * (b - a) + np.sqrt(1 - correlation**2) * noise
        return mixed

    return make


#: Every case, by the name it is called by.
CASES = {
    "linear-100": Case("linear merge, change of B 100 %", 1.0, _by(ONCE)),
    "linear-10": Case("linear merge, change of B 10 %", 0.1, _by(ONCE)),
    "linear-3": Case("linear merge, change of B 3 %", 0.03, _by(ONCE)),
    "linear-1": Case("linear merge, change of B 1 %", 0.01, _by(ONCE)),
    "linear-0.3": Case("linear merge, change of B 0.3 %", 0.003, _by(ONCE)),
    "linear-0.1": Case("linear merge, change of B 0.1 %", 0.001, _by(ONCE)),
    "stepwise-10": Case("linear merge, every step in bfloat16, change of B 10 %", 0.1, _by(EACH)),
    "stepwise-1": Case("linear merge, every step in bfloat16, change of B 1 %", 0.01, _by(EACH)),
    "stepwise-0.3": Case("linear merge, every step in bfloat16, change of B 0.3 %", 0.003, _by(EACH)),
    "slerp": Case("SLERP", 0.03, _slerp),
    "ties": Case("TIES-like: the larger half of the changes", 0.03, _ties),
    "dare": Case("DARE-like: a half of the changes by chance, doubled", 0.03, _dare),
    "light-training": Case("merge, then light training (5 % of the change)", 0.03, _trained(0.05)),
    "training": Case("merge, then training (30 % of the change)", 0.03, _trained(0.3)),
    "further-training": Case("further training of B (half of the change)", 0.03, _further),
    "shared-0.3": Case("shared data, correlation 0.3", 0.03, _shared(0.3)),
    "shared-0.7": Case("shared data, correlation 0.7", 0.03, _shared(0.7)),
    "shared-0.9": Case("shared data, correlation 0.9", 0.03, _shared(0.9)),
    "independent": Case("independent fine-tune of A", 0.03, _shared(0.0)),
}


def simulate(name: str, folder: Path, values: int = 2_000_000, seed: int = 1) -> tuple[Path, Path, Path]:
    """Write the three checkpoints of a case; the folders of A, B and C."""
    case, kind = CASES[name], KINDS["BF16"]
    made: tuple[dict[str, Raw], ...] = ({}, {}, {})
    for tensor, shape in shapes(values):
        # Each tensor has chance of its own: it does not change with those before it.
        chance = np.random.default_rng([seed, zlib.crc32(tensor.encode())])
        spread, mean = (0.1, 1.0) if "norm" in tensor else (0.02, 0.0)
        a = _as_stored(mean + chance.normal(size=shape) * spread, kind)
        b = _as_stored(a + chance.normal(size=shape) * spread * case.change, kind)
        c = case.make(a, b, chance.normal(size=shape) * spread * case.change, chance)
        for model, weights in zip(made, (a, b, c), strict=True):
            model[tensor] = stored(weights, kind)
    folders = (folder / "base", folder / "other", folder / "candidate")
    for place, model in zip(folders, made, strict=True):
        write_checkpoint(place, model, _SHARDS)
    return folders


def _as_stored(values: Values, kind: Kind) -> Values:
    return widen(stored(values, kind), kind).astype(np.float64)


def shapes(values: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The tensors of a small mixture of experts with about so many numbers, named as in real ones."""
    # A layer has 4 w² numbers of attention and 3 · w · w/4 of each expert, the embedding and the head 2 w each.
    width = max(16, round((values / (_LAYERS * (4 + 0.75 * (_EXPERTS + 1)) + 4)) ** 0.5 / 4) * 4)
    inner = width // 4
    yield "model.embed_tokens.weight", (2 * width, width)
    for number in range(_LAYERS):
        layer = f"model.layers.{number}"
        for part in "qkvo":
            yield f"{layer}.self_attn.{part}_proj.weight", (width, width)
        yield f"{layer}.mlp.gate.weight", (_EXPERTS, width)
        for where in (*(f"experts.{expert}" for expert in range(_EXPERTS)), "shared_expert"):
            yield f"{layer}.mlp.{where}.gate_proj.weight", (inner, width)
            yield f"{layer}.mlp.{where}.up_proj.weight", (inner, width)
            yield f"{layer}.mlp.{where}.down_proj.weight", (width, inner)
        yield f"{layer}.input_layernorm.weight", (width,)
        yield f"{layer}.post_attention_layernorm.weight", (width,)
    yield "model.norm.weight", (width,)
    yield "lm_head.weight", (2 * width, width)


def write_checkpoint(folder: Path, tensors: dict[str, Raw], shards: int) -> None:
    """Write tensors over several files with an index, as large models are published."""
    folder.mkdir(parents=True, exist_ok=True)
    names = list(tensors)
    each = -(-len(names) // shards)
    wanted: dict[str, str] = {}
    for number in range(shards):
        file = f"model-{number + 1:05}-of-{shards:05}.safetensors"
        part = {name: tensors[name] for name in names[number * each : (number + 1) * each]}
        write_safetensors(folder / file, part)
        wanted |= dict.fromkeys(part, file)
    size = sum(raw.nbytes for raw in tensors.values())
    index = {"metadata": {"total_size": size}, "weight_map": wanted}
    (folder / INDEX).write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")


def write_safetensors(path: Path, tensors: dict[str, Raw]) -> None:
    """Write one file; arrays of whole numbers of 16 bits are bfloat16."""
    kinds = {np.dtype(kind.raw): name for name, kind in KINDS.items()}
    header: dict[str, Any] = {}
    at = 0
    for name, raw in tensors.items():
        span = [at, at + raw.nbytes]
        header[name] = {"dtype": kinds[raw.dtype], "shape": list(raw.shape), "data_offsets": span}
        at += raw.nbytes
    content = json.dumps(header).encode()
    content += b" " * (-len(content) % 8)
    with path.open("wb") as file:
        file.write(len(content).to_bytes(8, "little"))
        file.write(content)
        for raw in tensors.values():
            file.write(raw.tobytes())
