"""Merges made by mergekit itself get the right verdict. Heavy: run by `make test-mergekit`, not by `make test`."""

from __future__ import annotations

import json
import os
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from provenance.numbers import Kind, stored
from provenance.simulate import write_checkpoint
from provenance.verdict import CHANGED, LINEAR
from tests.provenance.checking import BF16, F32, as_stored, check, places

#: Where mergekit's programs are.
MERGEKIT = Path(os.environ.get("MERGEKIT", ".venv-mergekit/bin")).absolute()
_WIDTH, _INNER, _EXPERTS, _LAYERS, _WORDS = 128, 64, 8, 3, 512
#: A small mixture of experts that mergekit knows, with chance for weights.
CONFIG = {
    "architectures": ["Qwen3MoeForCausalLM"], "model_type": "qwen3_moe", "hidden_size": _WIDTH, "head_dim": 32,
    "num_attention_heads": 4, "num_key_value_heads": 2, "num_hidden_layers": _LAYERS, "vocab_size": _WORDS,
    "num_experts": _EXPERTS, "num_experts_per_tok": 2, "moe_intermediate_size": _INNER, "intermediate_size": _INNER,
    "decoder_sparse_step": 1, "mlp_only_layers": [], "tie_word_embeddings": False, "torch_dtype": "bfloat16",
}  # fmt: skip


def shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "model.embed_tokens.weight", (_WORDS, _WIDTH)
    for number in range(_LAYERS):
        layer = f"model.layers.{number}"
        yield f"{layer}.self_attn.q_proj.weight", (_WIDTH, _WIDTH)
        yield f"{layer}.self_attn.k_proj.weight", (64, _WIDTH)
        yield f"{layer}.self_attn.v_proj.weight", (64, _WIDTH)
        yield f"{layer}.self_attn.o_proj.weight", (_WIDTH, _WIDTH)
        yield f"{layer}.self_attn.q_norm.weight", (32,)
        yield f"{layer}.self_attn.k_norm.weight", (32,)
        yield f"{layer}.mlp.gate.weight", (_EXPERTS, _WIDTH)
        yield f"{layer}.mlp.experts.gate_up_proj", (_EXPERTS, 2 * _INNER, _WIDTH)
        yield f"{layer}.mlp.experts.down_proj", (_EXPERTS, _WIDTH, _INNER)
        yield f"{layer}.input_layernorm.weight", (_WIDTH,)
        yield f"{layer}.post_attention_layernorm.weight", (_WIDTH,)
    yield "model.norm.weight", (_WIDTH,)
    yield "lm_head.weight", (_WORDS, _WIDTH)


def models(folder: Path, change: float, kind: Kind) -> None:
    """Write A, and B made from it by a change of so much of the weights' spread."""
    made: tuple[dict[str, np.ndarray], ...] = ({}, {})
    for name, shape in shapes():
        chance = np.random.default_rng(zlib.crc32(name.encode()))
        spread, mean = (0.1, 1.0) if "norm" in name else (0.02, 0.0)
        a = as_stored(mean + chance.normal(size=shape) * spread, kind)
        made[0][name] = stored(a, kind)
        made[1][name] = stored(a + chance.normal(size=shape) * spread * change, kind)
    for place, tensors in zip((folder / "base", folder / "other"), made, strict=True):
        write_checkpoint(place, tensors, shards=2)
        (place / "config.json").write_text(json.dumps(CONFIG))


LINEAR_MERGE = """
merge_method: linear
models:
  - {model: A, parameters: {weight: 0.4}}
  - {model: B, parameters: {weight: 0.6}}
"""
SLERP = """
merge_method: slerp
base_model: A
models: [{model: B}]
parameters: {t: 0.6}
"""
_BY_DIFFERENCES = """
merge_method: METHOD
base_model: A
models:
  - {model: B, parameters: {weight: 0.6, density: 0.5}}
parameters: {normalize: false}
"""
TASK, TIES, DARE, DARE_TIES = (
    _BY_DIFFERENCES.replace("METHOD", method) for method in ("task_arithmetic", "ties", "dare_linear", "dare_ties")
)
IN_BF16, IN_F32, ALL_F32 = "dtype: bfloat16\n", "dtype: float32\nout_dtype: bfloat16\n", "dtype: float32\n"
#: Recipe, by how much B was changed, how weights are stored, and the verdict with its t.
CASES = {
    "linear in bfloat16": (LINEAR_MERGE + IN_BF16, 0.03, BF16, LINEAR, 0.6),
    "linear in bfloat16, small change": (LINEAR_MERGE + IN_BF16, 0.003, BF16, LINEAR, 0.6),
    "linear in bfloat16, large change": (LINEAR_MERGE + IN_BF16, 1.0, BF16, LINEAR, 0.6),
    "linear in float32": (LINEAR_MERGE + IN_F32, 0.03, BF16, LINEAR, 0.6),
    "linear in float32, small change": (LINEAR_MERGE + IN_F32, 0.003, BF16, LINEAR, 0.6),
    "linear, float32 weights": (LINEAR_MERGE + ALL_F32, 0.03, F32, LINEAR, 0.6),
    "slerp in bfloat16": (SLERP + IN_BF16, 0.03, BF16, LINEAR, 0.6),
    "slerp in float32": (SLERP + IN_F32, 0.03, BF16, LINEAR, 0.6),
    "task arithmetic in bfloat16": (TASK + IN_BF16, 0.03, BF16, LINEAR, 0.6),
    "task arithmetic, large change": (TASK + IN_BF16, 1.0, BF16, LINEAR, 0.6),
    "task arithmetic in float32": (TASK + IN_F32, 0.03, BF16, LINEAR, 0.6),
    "ties in bfloat16": (TIES + IN_BF16, 0.03, BF16, CHANGED, 0.58),
    "ties in float32": (TIES + IN_F32, 0.03, BF16, CHANGED, 0.58),
    "dare in bfloat16": (DARE + IN_BF16, 0.03, BF16, CHANGED, 0.6),
    "dare in float32": (DARE + IN_F32, 0.03, BF16, CHANGED, 0.6),
    "dare with ties": (DARE_TIES + IN_BF16, 0.03, BF16, CHANGED, 0.6),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every merge, made by one run of mergekit: most of its time is its start."""
    folder = tmp_path_factory.mktemp("merges")
    recipes = []
    for name, (recipe, change, kind, _, _) in CASES.items():
        pair = folder / f"{kind.name}-{change}"
        if not pair.exists():
            models(pair, change, kind)
        given = recipe.replace("model: A", f"model: {pair / 'base'}").replace("model: B", f"model: {pair / 'other'}")
        recipes.append(f"name: {name}\n{given}")
    (folder / "recipes.yaml").write_text("---\n".join(recipes))
    run = subprocess.run(
        [MERGEKIT / "mergekit-multi", folder / "recipes.yaml", "-I", folder, "--quiet", "--random-seed", "7"],
        capture_output=True, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    return folder


@pytest.mark.parametrize("name", CASES)
def test_a_merge_gets_its_verdict(name: str, folder: Path, tmp_path: Path) -> None:
    _, change, kind, verdict, t = CASES[name]
    pair = folder / f"{kind.name}-{change}"

    report = check(places(pair / "base", pair / "other", folder / name), tmp_path)

    assert not report["left_out"]
    assert report["verdict"]["kind"] == verdict, report["verdict"]
    assert report["verdict"]["t"] == pytest.approx(t, abs=0.02)
