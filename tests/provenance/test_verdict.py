"""Checkpoints of every known past, written to disk and read again, show their figures and get their verdict."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from provenance.arithmetic import EACH, ONCE, merge
from provenance.numbers import Kind, Raw, stored
from provenance.simulate import CASES, Values, simulate
from provenance.verdict import CHANGED, FURTHER, INDEPENDENT, KINDS, LINEAR, OPEN, SHARED
from tests.provenance.checking import BF16, F16, F32, as_stored, check, pair, places, three

#: By case: alpha, cosine and exact share (at the best t) that a simulation of 2 million numbers gave.
TABLE = {
    "linear-100": (0.600, 1.000, 1.00),
    "linear-10": (0.600, 1.000, 1.00),
    "linear-3": (0.601, 0.996, 1.00),
    "linear-1": (0.638, 0.972, 1.00),
    "linear-0.3": (0.816, 0.966, 1.00),
    "linear-0.1": (0.890, 0.977, 1.00),
    "stepwise-10": (0.602, 0.999, 0.60),
    "stepwise-1": (0.602, 0.897, 0.60),
    "stepwise-0.3": (0.598, 0.532, 0.60),
    "slerp": (0.600, 0.996, 0.998),
    "ties": (0.555, 0.961, 0.53),
    "dare": (0.597, 0.705, 0.50),
    "light-training": (0.598, 0.991, 0.55),
    "training": (0.598, 0.890, 0.18),
    "further-training": (1.000, 0.894, 0.11),
    "shared-0.3": (0.30, 0.30, 0.06),
    "shared-0.7": (0.70, 0.70, 0.08),
    "shared-0.9": (0.90, 0.90, 0.13),
    "independent": (-0.001, -0.001, 0.06),
}
VERDICTS = {
    LINEAR: ("linear-100", "linear-10", "linear-3", "linear-1", "linear-0.3", "linear-0.1", "stepwise-10", "stepwise-1",
             "stepwise-0.3", "slerp"),
    CHANGED: ("ties", "dare", "light-training", "training"),
    FURTHER: ("further-training",),
    SHARED: ("shared-0.3", "shared-0.7", "shared-0.9"),
    INDEPENDENT: ("independent",),
}  # fmt: skip
NUMBER = 400_000


@pytest.fixture(scope="module")
def report_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, Any]]:
    @cache
    def made(case: str) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("case")
        return check(places(*simulate(case, folder, NUMBER)), folder)

    return made


@pytest.mark.parametrize("case", TABLE)
def test_a_past_shows_the_figures_of_the_simulation_and_gets_its_verdict(
    case: str, report_of: Callable[[str], dict[str, Any]]
) -> None:
    alpha, cosine, exact = TABLE[case]
    whole = report_of(case)["whole"]
    # The error of alpha is (residual ÷ cosine) · alpha ÷ √n, and so 0.002 at most; the table has three decimals.
    assert whole["alpha"] == pytest.approx(alpha, abs=0.006)
    assert whole["cosine"] == pytest.approx(cosine, abs=0.006)
    # How light training was drawn is not said.
    assert whole["exact_once"] == pytest.approx(exact, abs=0.04 if case == "light-training" else 0.025)
    if case.startswith("stepwise"):
        assert whole["exact_step"] == 1.0

    found = report_of(case)["verdict"]
    kind = next(kind for kind, cases in VERDICTS.items() if case in cases)
    assert found["kind"] == kind
    wanted = {LINEAR: 0.6, CHANGED: 0.583 if case == "ties" else 0.6, FURTHER: 1.0}.get(kind)
    assert found["t"] == (None if wanted is None else pytest.approx(wanted, abs=0.005))


def test_ties_leaves_47_per_cent_of_the_numbers_that_differ_as_they_were() -> None:
    a, b = pair(NUMBER, 0.03)
    made = as_stored(CASES["ties"].make(a, b, np.zeros_like(a), np.random.default_rng(1)), BF16)
    assert np.mean((made == a)[a != b]) == pytest.approx(0.47, abs=0.01)


def test_every_case_has_its_row_and_its_verdict() -> None:
    assert set(TABLE) == set(CASES) == {case for cases in VERDICTS.values() for case in cases}
    assert set(VERDICTS) | {OPEN} == set(KINDS)


@pytest.mark.parametrize("case", ["linear-1", "linear-0.3", "linear-0.1"])
def test_an_alpha_that_rounding_bent_misleads_neither_the_clear_one_nor_the_verdict(
    case: str, report_of: Callable[[str], dict[str, Any]]
) -> None:
    report = report_of(case)
    assert report["whole"]["alpha"] > 0.63
    assert report["whole"]["alpha_clear"] == pytest.approx(0.6, abs=0.003)
    assert report["whole"]["t_once"] == pytest.approx(0.6, abs=0.003)
    assert report["verdict"]["line"] == "verdict: linear blend, t = 0.600"


def test_norms_do_not_outweigh_the_rest(report_of: Callable[[str], dict[str, Any]]) -> None:
    parts = {row["component"]: row for row in report_of("linear-3")["components"]}
    assert parts["norm"]["alpha"] > 0.85
    assert parts["experts"]["alpha"] == pytest.approx(0.6, abs=0.005)


def test_which_arithmetic_fits_is_named(report_of: Callable[[str], dict[str, Any]]) -> None:
    assert report_of("linear-10")["recipe"]["fits"] == ONCE
    assert report_of("stepwise-10")["recipe"]["fits"] == EACH
    assert "rounded at every step" in report_of("stepwise-10")["verdict"]["sentence"]


def test_no_verdict_speaks_of_intent(report_of: Callable[[str], dict[str, Any]]) -> None:
    for case in ("linear-10", "dare", "shared-0.7"):
        found = report_of(case)["verdict"]
        words = found["sentence"].lower() + " ".join(found["because"]).lower()
        for word in ("stole", "copied", "claim", "hid", "lied", "intent", "fault", "cheat"):
            assert word not in words
        assert len(found["cannot_tell"]) == 5


SIZE = 60_000
Models = tuple[dict[str, Raw], ...]


def layers(
    make: Callable[[int, Values, Values], Values], kind: Kind = BF16, change: float = 0.03, number: int = 4
) -> Models:
    """A, B and C of some layers; `make` gives C of a layer."""
    made: Models = ({}, {}, {})
    for at in range(number):
        a, b = pair(SIZE, change, kind, seed=at)
        for model, part in zip(made, (a, b, make(at, a, b)), strict=True):
            model[f"model.layers.{at}.mlp.up_proj.weight"] = stored(part, kind)
    return made


def blend(t: float, a: Values, b: Values, kind: Kind = BF16) -> Values:
    return merge(ONCE, a.astype(np.float32), b.astype(np.float32), t, kind).astype(np.float64)


def noise(seed: int, scale: float) -> Values:
    return np.random.default_rng([99, seed]).normal(size=SIZE) * scale


def verdict(folder: Path, models: Models) -> dict[str, Any]:
    return dict(check(three(folder, *models), folder)["verdict"])


def test_a_ratio_that_differs_by_layer_is_a_blend_with_its_range(tmp_path: Path) -> None:
    found = verdict(tmp_path, layers(lambda at, a, b: blend(0.3 + 0.1 * at, a, b)))
    assert found["kind"] == LINEAR
    assert (found["t_from"], found["t_to"]) == (pytest.approx(0.3, abs=0.003), pytest.approx(0.6, abs=0.003))


def test_one_changed_layer_is_a_further_change_and_named(tmp_path: Path) -> None:
    found = verdict(tmp_path, layers(lambda at, a, b: blend(0.6, a, b) + (noise(at, 0.0004) if at == 2 else 0)))
    assert found["kind"] == CHANGED
    assert found["t"] == pytest.approx(0.6, abs=0.002)
    assert "layer 2 feed-forward" in found["sentence"]
    assert "layer 1" not in found["sentence"]


@pytest.mark.parametrize(("role", "kind", "words"), [(0, INDEPENDENT, "those of A"), (1, FURTHER, "those of B")])
def test_a_candidate_that_is_one_of_the_two_is_said_to_be_it(tmp_path: Path, role: int, kind: str, words: str) -> None:
    found = verdict(tmp_path, layers(lambda at, a, b: (a, b)[role]))
    assert found["kind"] == kind
    assert words in found["sentence"]


def test_a_candidate_beyond_b_is_not_decidable_as_weights_have_no_direction_in_time(tmp_path: Path) -> None:
    found = verdict(tmp_path, layers(lambda at, a, b: a + 1.6 * (b - a)))
    assert found["kind"] == OPEN
    assert "not between them" in found["sentence"]


def test_equal_a_and_b_are_not_decidable(tmp_path: Path) -> None:
    a, _, c = layers(lambda at, a, b: a + noise(at, 0.001))
    found = verdict(tmp_path, (a, a, c))
    assert found["kind"] == OPEN
    assert "equal in every number" in found["sentence"]


def test_too_few_clear_numbers_are_not_decidable(tmp_path: Path) -> None:
    small = tuple({name: raw[:900] for name, raw in model.items()} for model in layers(lambda at, a, b: b, number=1))
    assert "1,000 are needed" in verdict(tmp_path, small)["sentence"]


def test_a_weak_common_direction_is_not_decidable(tmp_path: Path) -> None:
    found = verdict(tmp_path, layers(lambda at, a, b: a + 0.3 * (b - a) + noise(at, 0.0002)))
    assert found["kind"] == OPEN
    assert "shared ancestry" in found["sentence"]


def test_frozen_tensors_carry_nothing_but_are_counted_and_count_when_c_changed_them(tmp_path: Path) -> None:
    a, b, c = layers(lambda at, a, b: blend(0.6, a, b))
    frozen, changed = (stored(as_stored(noise(seed, 0.02), BF16), BF16) for seed in (1, 2))
    (tmp_path / "same").mkdir()
    same = check(
        three(tmp_path / "same", *({**model, "frozen.weight": frozen} for model in (a, b, c))), tmp_path / "same"
    )
    assert same["tensors"]["frozen"] == 1
    assert same["verdict"]["line"] == "verdict: linear blend, t = 0.600"

    models = ({**a, "frozen.weight": frozen}, {**b, "frozen.weight": frozen}, {**c, "frozen.weight": changed})
    found = verdict(tmp_path, models)
    assert found["kind"] == CHANGED
    assert "A and B are equal" in found["sentence"]


@pytest.mark.parametrize("kind", [F16, F32], ids=["F16", "F32"])
@pytest.mark.parametrize("t", [0.6, 4 / 7])
def test_finer_weights_get_the_same_verdicts(tmp_path: Path, kind: Kind, t: float) -> None:
    found = verdict(tmp_path, layers(lambda at, a, b: blend(t, a, b, kind), kind, number=2))
    assert found["kind"] == LINEAR
    assert found["t"] == pytest.approx(t, abs=1e-4)


def test_the_raw_cosine_of_c_with_b_would_say_nothing(
    report_of: Callable[[str], dict[str, Any]], tmp_path: Path
) -> None:
    # Every light fine-tune of A is near B as it stands: only the difference to A counts.
    a, b = pair(SIZE, 0.03)
    c = a + noise(1, 0.0006)
    assert b @ c / np.sqrt((b @ b) * (c @ c)) > 0.99
    assert abs(report_of("independent")["whole"]["cosine"]) < 0.01
