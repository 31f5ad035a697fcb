"""Formats: numbers, dates and texts as a reader sees them."""

from __future__ import annotations

import html
import re
import string
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components import formats
from ledger import dataset
from ledger.language import ngettext


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1, "1"),
        (9.96, "10"),
        (12.34, "12"),
        (999, "999"),
        (999.4, "999"),
        (999.6, "1 k"),
        (1_000, "1 k"),
        (1_250, "1.2 k"),
        (10_000, "10 k"),
        (417_000, "417 k"),
        (999_499, "999 k"),
        (999_999, "1 M"),
        (8_470_000, "8.5 M"),
        (417e6, "417 M"),
        (999_999_999, "1 bn"),
        (65e9, "65 bn"),
        (1e12, "1 tn"),
        (357.5e12, "358 tn"),
        (1e15, "1000 tn"),
        (0.5, "0.5"),
        (0.0123, "0.012"),
        (-8_470_000, "−8.5 M"),
        (-1, "−1"),
    ],
)
def test_a_number_is_short_and_keeps_two_digits_or_all_before_the_point(number: float, text: str) -> None:
    assert formats.short(number) == text


def test_a_short_number_can_keep_more_digits() -> None:
    assert formats.short(8_470_000, 3) == "8.47 M"
    assert formats.short(397e9, 3) == "397 bn"
    assert formats.short(403_397_928_944, 4) == "403.4 bn"


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_what_is_not_known_is_said_in_words_and_is_no_zero(missing: object) -> None:
    assert formats.short(missing) == "not known"  # type: ignore[arg-type]
    assert formats.money(missing, "USD") == "not known"  # type: ignore[arg-type]
    assert formats.date(missing) == "no date"  # type: ignore[arg-type]
    assert formats.escape(missing) == ""  # type: ignore[arg-type]
    assert formats.safe_url(missing) is None  # type: ignore[arg-type]


STEPS = {"": 1, "k": 1e3, "M": 1e6, "bn": 1e9, "tn": 1e12}


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.floats(min_value=1e-6, max_value=9e14))
@example(999_500.0)
@example(999_499.999)
@example(99.95)
@example(9.95e5)
def test_a_short_number_is_right_to_five_percent_and_never_says_a_thousand_of_a_step(number: float) -> None:
    text = formats.short(number)
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(?: (k|M|bn|tn))?", text)
    assert found, text
    size, step = float(found[1]), found[2] or ""
    assert size * STEPS[step] == pytest.approx(number, rel=0.051)
    assert size < 1000
    assert formats.short(-number) == f"−{text}"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.floats(0, 9e14), st.floats(0, 9e14))
def test_a_larger_number_never_looks_smaller(one: float, two: float) -> None:
    def size(text: str) -> float:
        value, _, step = text.partition(" ")
        return float(value) * STEPS[step]

    low, high = sorted((one, two))
    assert size(formats.short(low)) <= size(formats.short(high)) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("value", "unit", "high", "text"),
    [
        (65e9, "USD", None, "US$ 65 bn"),
        (60e9, "USD", 65e9, "US$ 60 bn to 65 bn"),
        (65e9, "USD", 65e9, "US$ 65 bn"),
        (65.1e9, "USD", 65.2e9, "US$ 65 bn"),
        (12e6, "BRL", 15e6, "BRL 12 M to 15 M"),
        (12e6, "BRL", float("nan"), "BRL 12 M"),
        (1.5e6, "international dollars", None, "int. $ 1.5 M"),
        (2.386, "USD per resident", None, "US$ 2.4 per resident"),
        (2.0, "BRL per resident", 3.0, "BRL 2 to 3 per resident"),
        (0.0, "EUR", None, "EUR 0"),
    ],
)
def test_money_has_its_unit_and_its_range(value: float, unit: str, high: float | None, text: str) -> None:
    assert formats.money(value, unit, high) == text


def test_units_are_titles_of_axes() -> None:
    assert formats.unit_title("USD") == "US dollars"
    assert formats.unit_title("international dollars") == "International dollars"
    assert formats.unit_title("BRL") == "BRL"


def test_counts_have_separators_and_the_right_noun() -> None:
    assert formats.whole(1225) == "1,225"
    assert ngettext("{n} city", "{n} cities", 0) == "0 cities"
    assert ngettext("{n} city", "{n} cities", 1) == "1 city"
    assert ngettext("{n} source", "{n} sources", 1225) == "1,225 sources"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2025", "2025"),
        ("2025-06", "Jun 2025"),
        ("2025-06-13", "13 Jun 2025"),
        ("2025-01-01", "1 Jan 2025"),
        ("2025-12-31", "31 Dec 2025"),
    ],
)
def test_a_date_is_as_precise_as_its_source(text: str, words: str) -> None:
    assert formats.date(text) == words


def test_every_date_of_the_record_can_be_said_in_words() -> None:
    tables = dataset.facts().tables
    dates = pd.concat([tables["funding"]["dated"], tables["claims"]["made_on"], tables["sources"]["published_on"]])
    for date in dates.dropna().unique():
        assert formats.date(date).endswith(date[:4])


# Texts


@pytest.mark.parametrize(
    "text",
    ["*bold*", "[x](javascript:alert(1))", "$1 and $2", ":red[x]", "`code`", "<b>", "# title", "1. one", "a_b_c",
     "~~x~~", "![x](y)", "\\", ":material/home:", "https://example.org"],
)  # fmt: skip
def test_every_mark_of_markdown_stands_for_itself(text: str) -> None:
    wanted = "".join(f"\\{mark}" if mark in string.punctuation else mark for mark in text)
    assert formats.as_markdown(text) == wanted


def test_lines_and_blanks_in_a_label_become_one_blank() -> None:
    assert formats.as_markdown("  two\n\nlines\tand  more ") == "two lines and more"
    assert formats.as_markdown("São Paulo 東京") == "São Paulo 東京"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=30))
@example("<script>alert('x')</script>")
@example('" onmouseover="x')
def test_an_escaped_text_holds_no_mark_of_html_and_comes_back(text: str) -> None:
    made = formats.escape(text)
    assert not set("<>\"'") & set(made)
    assert html.unescape(made) == text


# Links


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://example.org/a?b=c&d=%20#e",
        "HTTPS://EXAMPLE.ORG/x",
        "hTTp://example.org",
        "https://example.org:8443/x",
        "https://[2001:db8::1]/x",
        "https://例え.jp/ページ",
    ],
)
def test_a_web_address_is_a_link(url: str) -> None:
    assert formats.safe_url(url) == url
    assert formats.safe_url(f"  {url}\n") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "  javascript:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript://example.org/%0aalert(1)",
        "\x01javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "DATA:text/html;base64,PHNjcmlwdD4=",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "mailto:a@example.org",
        "//example.org/x",
        "\\\\example.org\\x",
        "/path",
        "example.org",
        "?q=1",
        "#x",
        "http://",
        "https:///path",
        "https://:443/path",
        "https://@/path",
        "https:example.org",
        "http:\\\\example.org",
        "https://[::1",
        "blob:https://example.org/x",
    ],
)
def test_nothing_else_is_a_link(url: str) -> None:
    assert formats.safe_url(url) is None
    assert formats.link(url, "the <text>") == "the &lt;text&gt;"


class Tags(HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_label_within_a_sentence_begins_small_unless_it_is_an_abbreviation() -> None:
    labels = ("Cameras", "GPUs", "US dollars", "Área", "")
    assert [formats.within(label) for label in labels] == ["cameras", "GPUs", "US dollars", "área", ""]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://example.org/?a=1&b=2", "Rio & more"),
        ('https://example.org/"onmouseover="alert(1)', 'a" b'),
        ("https://example.org/'><script>alert(1)</script>", "<img src=x onerror=alert(1)>"),
    ],
)
def test_a_link_is_one_tag_with_its_address_and_its_text(url: str, text: str) -> None:
    made = Tags(formats.link(url, text))
    attributes = {"href": url, "target": "_blank", "rel": "noopener noreferrer"}
    assert made.tags == [("a", attributes)]
    assert made.text == text


def test_every_source_of_the_record_is_a_link() -> None:
    sources = dataset.facts().tables["sources"]
    assert [url for url in sources["url"].dropna() if formats.safe_url(url) is None] == []
