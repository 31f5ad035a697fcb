"""A checkpoint is read as it is, or it is said what is wrong with it: in which file, with which tensor."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

from provenance.checkpoint import INDEX, LONGEST_HEADER, Checkpoint, open_checkpoint, tensors_of
from provenance.faults import Unreadable
from provenance.matching import component, layer, match
from provenance.simulate import simulate, write_checkpoint, write_safetensors
from tests.provenance.checking import check, places, three


def file_of(folder: Path, header: Any, data: bytes = b"", *, length: int | None = None) -> Path:
    """A file with this header, whatever it says."""
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    path = folder / "model.safetensors"
    path.write_bytes((len(content) if length is None else length).to_bytes(8, "little") + content + data)
    return path


def described(kind: str = "F32", shape: Any = (2,), span: Any = (0, 8)) -> dict[str, Any]:
    return {"dtype": kind, "shape": list(shape), "data_offsets": list(span)}


@pytest.mark.parametrize(
    ("header", "data", "said"),
    [
        ({"w": described()}, b"12345", "w ends at byte 8 of its data, of which there are 5"),
        ({"w": described(span=(8, 0))}, b"12345678", "w ends at byte 0, before it begins"),
        ({"w": described(span=(-8, 0))}, b"12345678", "w has no beginning and end"),
        ({"w": described(span=(0,))}, b"12345678", "w has no beginning and end"),
        ({"w": described(span=(0, 8.0))}, b"12345678", "w has no beginning and end"),
        ({"w": described(span=(0, 2**70))}, b"12345678", "w has no beginning and end"),
        ({"w": described(shape=(-2,))}, b"12345678", "w has no shape"),
        ({"w": described(shape=(True, 2))}, b"12345678", "w has no shape"),
        ({"w": described(shape=(3,))}, b"12345678", "w has 8 bytes, which does not fit F32 of the shape [3]"),
        ({"w": described(kind=7)}, b"12345678", "w has no type"),
        ({"w": [1, 2]}, b"12345678", "w is not described"),
        ({"w": described(), "v": described(span=(4, 12))}, b"123456789012", "tensors w and v lie over each other"),
        (b"[1, 2]", b"", "is not a JSON object"),
        (b"{]", b"", "is not JSON"),
        (b"\xff\xfe{}", b"", "is not JSON"),
        (b"[" * 100_000, b"", "is not JSON"),
        (b'{"w": {}, "w": {}}', b"", "names w twice"),
    ],
)
def test_a_damaged_header_is_said_with_file_and_tensor(tmp_path: Path, header: Any, data: bytes, said: str) -> None:
    path = file_of(tmp_path, header, data)
    with pytest.raises(Unreadable) as fault:
        open_checkpoint(str(path))
    assert said in str(fault.value)
    assert "model.safetensors" in str(fault.value)


@pytest.mark.parametrize(
    ("length", "said"),
    [(3, "has 3 bytes: it is cut off"), (8, "cut off, or no safetensors file"), (60, "cut off")],
)
def test_a_file_that_is_cut_off_is_said(tmp_path: Path, length: int, said: str) -> None:
    path = tmp_path / "model.safetensors"
    write_safetensors(path, {"w": np.ones(4, np.float32)})
    whole = path.read_bytes()
    assert len(whole) > length
    path.write_bytes(whole[:length])
    with pytest.raises(Unreadable, match=r"model\.safetensors") as fault:
        open_checkpoint(str(tmp_path))
    assert said in str(fault.value)


def test_a_header_of_100_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    with path.open("wb") as file:
        file.write((100 * 2**20).to_bytes(8, "little"))
        file.truncate(101 * 2**20)
    with pytest.raises(Unreadable, match=f"header of 104,857,600 bytes; at most {LONGEST_HEADER:,} are read"):
        open_checkpoint(str(path))


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ({"weight_map": {"w": "model-9.safetensors"}}, "names the file model-9.safetensors, which is not there"),
        ({"weight_map": {"w": "../../etc/passwd"}}, "names the file ../../etc/passwd, which is not there"),
        ({"weight_map": {"v": "model.safetensors"}}, "tensor v is in model.safetensors, which does not hold it"),
        ({"weight_map": {"w": 1}}, "has no “weight_map”"),
        ({}, "has no “weight_map”"),
    ],
)
def test_an_index_that_does_not_fit_is_said(tmp_path: Path, index: Any, said: str) -> None:
    write_safetensors(tmp_path / "model.safetensors", {"w": np.ones(4, np.float32)})
    (tmp_path / INDEX).write_text(json.dumps(index))
    with pytest.raises(Unreadable) as fault:
        open_checkpoint(str(tmp_path))
    assert said in str(fault.value)


def test_a_tensor_in_two_files_is_said(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_safetensors(tmp_path / f"{name}.safetensors", {"w": np.ones(4, np.float32)})
    with pytest.raises(Unreadable, match=r"tensor w is in a\.safetensors and in b\.safetensors"):
        open_checkpoint(str(tmp_path))


@pytest.mark.parametrize(("place", "said"), [("nowhere", "no such folder or file"), (".", "no file that ends in")])
def test_a_place_without_weights_is_said(tmp_path: Path, place: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        open_checkpoint(str(tmp_path / place))


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=8), part, max_size=4),
    max_leaves=12,
)
SPANS = st.lists(st.integers(-4, 64), max_size=3)
NEARLY = st.dictionaries(
    st.text(max_size=8),
    st.fixed_dictionaries(
        {},
        optional={"dtype": st.sampled_from(["F32", "BF16", "F8_E4M3", "X"]) | ANY, "shape": SPANS | ANY,
                  "data_offsets": SPANS | ANY},
    ) | ANY,
    max_size=4,
)  # fmt: skip


@given(
    st.binary(max_size=200) | NEARLY.map(lambda made: json.dumps(made).encode()) | ANY.map(json.dumps).map(str.encode)
)
@settings(deadline=None, max_examples=300)
def test_no_header_brings_it_down(header: bytes) -> None:
    found, fault = tried(lambda: list(tensors_of(header, "m.safetensors", 64, "here: m.safetensors")))
    assert fault == "" or fault.startswith("here: m.safetensors")
    for tensor in found or ():
        assert 8 + len(header) <= tensor.start <= 8 + len(header) + 64
        assert tensor.kind != "F32" or 4 * tensor.values <= 64


def tried(read: Callable[[], Any]) -> tuple[Any, str]:
    """What was read, or what was said against it; nothing else may happen."""
    try:
        return read(), ""
    except Unreadable as fault:
        return None, str(fault)


@given(st.binary(max_size=300))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_brings_it_down(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    found, fault = tried(lambda: open_checkpoint(str(tmp_path)))
    assert isinstance(found, Checkpoint) or "model.safetensors" in fault


def test_what_the_formats_own_library_writes_is_read(tmp_path: Path) -> None:
    numbers = np.arange(12, dtype=np.float16).reshape(3, 4)
    save_file({"b": numbers, "a": np.ones(5, np.float32)}, tmp_path / "model.safetensors", {"format": "pt"})
    found = open_checkpoint(str(tmp_path))
    assert {name: (tensor.kind, tensor.shape) for name, tensor in found.tensors.items()} == {
        "a": ("F32", (5,)), "b": ("F16", (3, 4)),
    }  # fmt: skip
    content = bytearray(24)
    found.files.read("model.safetensors", found.tensors["b"].start, memoryview(content))
    assert bytes(content) == numbers.tobytes()


def test_the_formats_own_library_reads_what_is_simulated(tmp_path: Path) -> None:
    folder = simulate("linear-3", tmp_path, values=20_000)[2]
    index = json.loads((folder / INDEX).read_text())["weight_map"]
    assert len(set(index.values())) == 3
    names = set()
    for file in sorted(set(index.values())):
        with safe_open(folder / file, framework="np") as opened:
            names |= set(opened.keys())
            assert all(index[name] == file for name in opened.keys())  # noqa: SIM118
            kinds = {opened.get_slice(name).get_dtype() for name in opened.keys()}  # noqa: SIM118
            assert kinds == {"BF16"}
    assert names == set(index)


def test_what_does_not_match_is_listed_with_the_reason(tmp_path: Path) -> None:
    ones = np.ones((4, 2), np.float32)
    base = {"same": ones, "gone": ones, "shape": ones, "kind": ones, "none": np.ones(0, np.float32)}
    where = three(
        tmp_path,
        base,
        {**base, "shape": ones.reshape(2, 4), "kind": ones.astype(np.float16)},
        {name: part for name, part in base.items() if name != "gone"} | {"new": ones},
    )
    trios, left = match(*(open_checkpoint(place) for place in where.values()))
    assert [trio.name for trio in trios] == ["same"]
    assert {one.name: one.reason for one in left} == {
        "gone": "not in C (candidate)",
        "new": "not in A (base) and B (other)",
        "shape": "shapes differ: 4×2 in A (base), 2×4 in B (other), 4×2 in C (candidate)",
        "kind": "types differ: F32 in A (base), F16 in B (other), F32 in C (candidate)",
        "none": "holds no number",
    }


@pytest.mark.parametrize(
    ("kind", "bits", "said"), [("F8_E4M3", 8, "8-bit or smaller"), ("I8", 8, "whole numbers"), ("F4", 4, "8-bit or")]
)
def test_quantised_tensors_are_named_as_not_comparable(tmp_path: Path, kind: str, bits: int, said: str) -> None:
    size = 16 * bits // 8
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        file_of(tmp_path / name, {"w": {"dtype": kind, "shape": [16], "data_offsets": [0, size]}}, b"0" * size)
    report = check(places(*(tmp_path / name for name in "abc")), tmp_path)
    assert report["verdict"]["line"] == "verdict: not decidable"
    assert report["left_out"][0]["name"] == "w"
    assert said in report["left_out"][0]["reason"]
    assert f"stored as {kind}" in report["left_out"][0]["reason"]


@pytest.mark.parametrize(
    ("name", "part", "number"),
    [
        ("model.layers.3.mlp.experts.17.up_proj.weight", "experts", 3),
        ("model.language_model.layers.59.mlp.experts.gate_up_proj", "experts", 59),
        ("model.layers.0.mlp.gate.weight", "router", 0),
        ("model.layers.0.mlp.gate_proj.weight", "feed-forward", 0),
        ("model.layers.0.mlp.shared_expert.down_proj.weight", "shared expert", 0),
        ("model.layers.0.mlp.shared_expert_gate.weight", "router", 0),
        ("model.layers.12.self_attn.q_proj.weight", "attention", 12),
        ("model.layers.12.self_attn.q_norm.weight", "norm", 12),
        ("model.layers.1.linear_attn.in_proj_qkvz.weight", "linear attention", 1),
        ("model.layers.1.input_layernorm.weight", "norm", 1),
        ("model.embed_tokens.weight", "embedding", None),
        ("lm_head.weight", "output head", None),
        ("model.visual.blocks.3.attn.qkv.weight", "vision", None),
        ("transformer.h.7.mlp.c_fc.weight", "feed-forward", 7),
        ("mtp.layers.0.mlp.experts.1.up_proj.weight", "multi-token prediction", None),
        ("surprise", "other", None),
    ],
)
def test_a_tensors_name_says_where_it_stands(name: str, part: str, number: int | None) -> None:
    assert (component(name), layer(name)) == (part, number)


def test_a_single_number_is_a_tensor(tmp_path: Path) -> None:
    where = three(tmp_path, *({"scale": np.array(value, np.float32)} for value in (1.0, 2.0, math.pi)))
    report = check(where, tmp_path)
    assert report["whole"]["values"] == 1
    assert report["verdict"]["kind"] == "not decidable"


def test_shards_are_read_by_their_index(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, {name: np.ones(3, np.float32) for name in "abcdef"}, shards=3)
    found = open_checkpoint(str(tmp_path))
    assert [shard.name for shard in found.shards] == [f"model-0000{n}-of-00003.safetensors" for n in (1, 2, 3)]
    assert list(found.tensors) == list("abcdef")
