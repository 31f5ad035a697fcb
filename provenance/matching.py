"""Which tensors of the three checkpoints can be compared, where they stand in the model, and why others cannot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from provenance.checkpoint import Checkpoint, Tensor
from provenance.numbers import KINDS

#: What a tensor is part of, told by its name: the first that fits. Names as in the families of open models.
_COMPONENTS = (
    ("vision", r"(^|\.)(visual|vision\w*|image\w*|multi_modal_projector|mm_projector)\."),
    ("multi-token prediction", r"(^|\.)mtp\."),
    ("norm", r"norm|(^|\.)ln_\w+\."),
    ("router", r"(^|\.)(router|gate|shared_expert_gate)\.(weight|bias|e_score_correction_bias|\w+\.weight)$"),
    ("shared expert", r"(^|\.)shared_experts?\."),
    ("experts", r"(^|\.)experts\."),
    ("linear attention", r"(^|\.)(linear_attn|mamba|mixer|ssm)\."),
    ("attention", r"(^|\.)(\w*attn|attention|self_attention|cross_attention)\."),
    ("feed-forward", r"(^|\.)(mlp|feed_forward|ffn)\."),
    ("embedding", r"(^|\.)(\w*embed\w*|wte|wpe)\."),
    ("output head", r"(^|\.)(lm_head|output|score)\."),
)
_COMPONENT = tuple((name, re.compile(pattern)) for name, pattern in _COMPONENTS)
_LAYER = re.compile(r"(?:^|\.)(?:layers|blocks|h)\.(\d+)\.")
OTHER = "other"


@dataclass(frozen=True)
class Trio:
    """A tensor that all three have, alike in shape and type."""

    name: str
    base: Tensor
    other: Tensor
    candidate: Tensor

    @property
    def kind(self) -> str:
        """How its numbers are stored."""
        return self.base.kind

    @property
    def values(self) -> int:
        """How many numbers it holds."""
        return self.base.values

    @property
    def component(self) -> str:
        """What it is part of."""
        return component(self.name)

    @property
    def layer(self) -> int | None:
        """In which layer of the language model it stands, if in one."""
        return layer(self.name)


@dataclass(frozen=True)
class LeftOut:
    """A tensor that is not compared, and why."""

    name: str
    reason: str


def component(name: str) -> str:
    """What a tensor is part of, by its name."""
    return next((found for found, pattern in _COMPONENT if pattern.search(name)), OTHER)


def layer(name: str) -> int | None:
    """The number of the layer in a tensor's name; layers of other parts than the language model are not counted."""
    found = _LAYER.search(name)
    return int(found[1]) if found and component(name) not in ("vision", "multi-token prediction") else None


def match(base: Checkpoint, other: Checkpoint, candidate: Checkpoint) -> tuple[list[Trio], list[LeftOut]]:
    """The tensors that can be compared, and all others with the reason."""
    trios, left = [], []
    three = {"A (base)": base, "B (other)": other, "C (candidate)": candidate}
    for name in sorted({name for checkpoint in three.values() for name in checkpoint.tensors}):
        found = {which: checkpoint.tensors.get(name) for which, checkpoint in three.items()}
        if reason := _reason(found):
            left.append(LeftOut(name, reason))
        else:
            trios.append(Trio(name, base.tensors[name], other.tensors[name], candidate.tensors[name]))
    return trios, left


def _reason(found: dict[str, Tensor | None]) -> str:
    """Why a tensor is not compared; nothing where it is."""
    there = {which: tensor for which, tensor in found.items() if tensor is not None}
    if missing := [which for which in found if which not in there]:
        return f"not in {' and '.join(missing)}"
    if len({tensor.shape for tensor in there.values()}) > 1:
        return "shapes differ: " + _each({which: "×".join(map(str, tensor.shape)) for which, tensor in there.items()})
    if len({tensor.kind for tensor in there.values()}) > 1:
        return "types differ: " + _each({which: tensor.kind for which, tensor in there.items()})
    kind = next(iter(there.values())).kind
    if kind not in KINDS:
        what = "8-bit or smaller floating point" if re.match(r"F[468]", kind) else "whole numbers or another type"
        return f"not comparable: stored as {kind} ({what}; compared are {', '.join(KINDS)})"
    if not next(iter(there.values())).values:
        return "holds no number"
    return ""


def _each(words: dict[str, str]) -> str:
    return ", ".join(f"{word or 'a single number'} in {which}" for which, word in words.items())
