"""Files of releases: every form that the standard allows, and whatever else may stand in a file."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ocdsmerge.rules import get_merge_rules

from ledger.ocds.processes import MERGE_RULES
from ledger.ocds.reading import Found, Package, read
from ledger.ocds.shape import RELEASE, reduced
from ledger.ocds.unused import Unused
from tests.releases import SAMPLES, release

SCHEMA = json.loads((SAMPLES / "release-schema.json").read_text("utf-8"))
ONE, OTHER = release(), release(ocid="ocds-000001-2")


def written(folder: Path, content: str | bytes, name: str = "releases.json") -> str:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(file)


def ocids(*files: str) -> list[str]:
    return [one.release["ocid"] for one in read(files) if isinstance(one, Found)]


def unused(*files: str) -> list[str]:
    return [str(one) for one in read(files) if isinstance(one, Unused)]


FORMS = {
    "a release": json.dumps(ONE),
    "a list of releases": json.dumps([ONE]),
    "a release package": json.dumps({"uri": "https://example.org", "releases": [ONE]}),
    "a list of packages": json.dumps([{"uri": "https://example.org", "releases": [ONE]}]),
    "a package that says about itself behind its releases": json.dumps({"releases": [ONE], "uri": "x"}),
    "a record with its releases": json.dumps({"ocid": ONE["ocid"], "releases": [ONE]}),
    "a record with a compiled release": json.dumps({"ocid": ONE["ocid"], "compiledRelease": ONE}),
    "a record package": json.dumps({"uri": "x", "records": [{"ocid": ONE["ocid"], "compiledRelease": ONE}]}),
    "a release a line": json.dumps(ONE) + "\n",
    "lines that end as on Windows": json.dumps(ONE) + "\r\n\r\n",
    "printed over several lines": json.dumps(ONE, indent=2),
    "a byte order mark": "\ufeff" + json.dumps(ONE),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_every_form_gives_its_release(form: str, packed: bool, tmp_path: Path) -> None:
    content = FORMS[form].encode()
    file = written(tmp_path, gzip.compress(content) if packed else content)

    assert ocids(file) == [ONE["ocid"]]
    assert unused(file) == []


@pytest.mark.parametrize("between", ["\n", "", " ", "\n\n"], ids=repr)
def test_values_one_after_another_are_all_read(between: str, tmp_path: Path) -> None:
    file = written(tmp_path, between.join([json.dumps(ONE, indent=1), json.dumps(OTHER, indent=1)]))

    assert ocids(file) == [ONE["ocid"], OTHER["ocid"]]


def test_standard_input_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(json.dumps(ONE).encode()))))

    (found,) = [one for one in read(["-"]) if isinstance(one, Found)]

    assert (found.release["ocid"], found.place.file) == (ONE["ocid"], "standard input")


def test_a_broken_line_does_not_stop_the_others(tmp_path: Path) -> None:
    lines = [json.dumps(ONE), '{"ocid": ', "[1, 2", "NaN", '{"a": NaN}', '"text"', '{"a": 1e99999999999999999999}']
    file = written(tmp_path, "\n".join([*lines, json.dumps(OTHER)]), "releases.jsonl")

    assert ocids(file) == [ONE["ocid"], OTHER["ocid"]]
    assert [text.partition("line ")[2][0] for text in unused(file)] == ["2", "3", "4", "5", "6", "7"]


def test_a_document_that_breaks_off_is_read_up_to_the_break(tmp_path: Path) -> None:
    whole = json.dumps({"uri": "https://example.org", "releases": [ONE, OTHER]})
    file = written(tmp_path, whole[:-40])

    assert ocids(file) == [ONE["ocid"]]
    (reason,) = unused(file)
    assert "after release 1" in reason
    assert "no JSON from here on" in reason


def test_a_compressed_file_that_breaks_off_is_read_up_to_the_break(tmp_path: Path) -> None:
    packed = gzip.compress("".join(json.dumps({**ONE, "n": n}) + "\n" for n in range(5000)).encode())
    findings = list(read([written(tmp_path, packed[:-2000], "releases.jsonl.gz")]))

    assert sum(isinstance(one, Found) for one in findings) > 0
    assert isinstance(findings[-1], Unused)
    assert findings[-1].broken


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("<html>", "no JSON"),
        ("ü".encode("latin-1"), "no JSON"),
        ("7", "neither a release"),
        ("{}", "neither a release"),
        ('{"releases": "many"}', "no list"),
        ('{"releases": ["one"]}', "no object"),
        ('{"releases": [{"id": "1"}]}', "no ocid"),
        ('{"records": [{"ocid": "1", "releases": [{"url": "https://example.org"}]}]}', "links are not followed"),
        ('{"ocid": "1", "versionedRelease": {}}', "neither a compiled release nor"),
        ("[" * 100_000, "no JSON"),
        ('{"a":' * 100_000, "no JSON"),
        ('{"releases": [{"ocid": "1", "a": ' + "[" * 5000 + "]" * 5000 + "}]}", "too deeply"),
    ],
)
def test_what_is_no_release_is_named_with_the_reason(content: str | bytes, reason: str, tmp_path: Path) -> None:
    file = written(tmp_path, content)

    assert ocids(file) == []
    assert any(reason in text for text in unused(file)), unused(file)


def test_a_file_that_is_not_there_is_named_and_the_next_one_read(tmp_path: Path) -> None:
    assert ocids(str(tmp_path / "missing.json"), written(tmp_path, json.dumps(ONE))) == [ONE["ocid"]]
    assert "missing.json" in unused(str(tmp_path / "missing.json"))[0]


def test_a_package_is_told_from_others_and_says_where_it_was_published(tmp_path: Path) -> None:
    first = written(tmp_path, json.dumps({"uri": "https://example.org/1", "releases": [ONE]}), "1.json")
    second = written(tmp_path, json.dumps({"uri": "https://example.org/2", "releases": [OTHER]}), "2.json")
    findings = list(read([first, second]))
    addresses = {one.number: one.uri for one in findings if isinstance(one, Package)}

    assert [addresses[one.package] for one in findings if isinstance(one, Found)] == [
        "https://example.org/1",
        "https://example.org/2",
    ]


def test_numbers_stay_as_they_are_written(tmp_path: Path) -> None:
    text = json.dumps(release(tender={"value": {"amount": 0}})).replace('"amount": 0', '"amount": 12345678901.10')
    for content in (text, f"{text}\n"):
        (found,) = [one for one in read([written(tmp_path, content)]) if isinstance(one, Found)]
        assert reduced(found.release)[0]["tender"]["value"]["amount"] == "12345678901.10"


# What is kept of a release


def test_what_has_another_type_is_left_out_and_named() -> None:
    kept, faults = reduced(release(tender="open", awards={"id": "1"}, contracts=[{"value": {"amount": "1,000"}}, 5]))

    assert kept["tender"] is None
    assert kept["awards"] is None
    assert kept["contracts"] == [{"value": {"amount": None}}]
    assert faults == [
        "tender: expected an object",
        "awards: expected a list",
        "contracts[0].value.amount: expected a number",
        "contracts[1]: expected an object",
    ]


def test_the_parts_that_are_read_are_merged_by_the_rules_of_the_standard() -> None:
    def read_there(path: tuple[str, ...]) -> bool:
        shape: Any = RELEASE
        for name in path:
            shape = shape[0] if isinstance(shape, list) else shape
            if not isinstance(shape, dict) or name not in shape:
                return False
            shape = shape[name]
        return True

    standard = {path: rule for path, rule in get_merge_rules(SCHEMA).items() if read_there(path)}

    assert standard.items() <= MERGE_RULES.items() | {(("tag",), "omitWhenMerged")}


#: Releases of the samples that break the standard on purpose.
WRONG = {"", "ocds-000001-strange-currency"}


def sample_releases() -> list[Any]:
    files = [path for path in sorted(SAMPLES.iterdir()) if path.name != "release-schema.json"]
    found = [one for one in read(map(str, files)) if isinstance(one, Found) and one.release["ocid"] not in WRONG]
    return [pytest.param(one.release, id=f"{Path(one.place.file).name} {one.place.position}") for one in found]


@pytest.mark.parametrize("sample", sample_releases())
def test_the_samples_follow_the_schema_of_the_standard(sample: dict[str, Any]) -> None:
    jsonschema.Draft4Validator(SCHEMA).validate(json.loads(json.dumps(sample, default=float)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["ocid", "releases", "records", "tender", "awards", "id"]), inner)
    ),
    max_leaves=20,
)


@given(value=JSON)
def test_any_json_is_read_without_a_crash(value: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = written(tmp_path_factory.getbasetemp(), json.dumps(value))

    for one in read([file]):
        if isinstance(one, Found):
            reduced(one.release)


@given(content=st.binary(max_size=200), start=st.sampled_from([b"", b"\x1f\x8b", b"{", b"[{", b'{"releases": [{']))
def test_any_bytes_are_read_without_a_crash(
    content: bytes, start: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = written(tmp_path_factory.getbasetemp(), start + content)

    assert all(isinstance(one, Found | Package | Unused) for one in read([file]))
