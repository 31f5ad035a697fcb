"""The few pieces of HTML of our own. Heads and lines come in as HTML: texts in them go through `formats.escape`."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from components.formats import escape

#: The styles of these pieces.
CSS = """
.ledger-items.ledger-items { list-style: none; margin: 0; padding: 0; }
.ledger-items.ledger-items > li { margin: 0; padding: .7rem 0;
  border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
.ledger-items.ledger-items > li:first-child { border-top: 0; }
.ledger-items p { margin: .15rem 0 0; overflow-wrap: anywhere; }
.ledger-items .head { margin: 0; }
.ledger-items.ledger-items.thread > li { border-top: 0;
  border-left: 2px solid color-mix(in srgb, currentColor 25%, transparent);
  padding: .2rem 0 .2rem .9rem; margin: .55rem 0; }
.ledger-items.ledger-items.thread > li.in-1 { margin-left: 1.1rem; }
.ledger-items.ledger-items.thread > li.in-2 { margin-left: 2.2rem; }
.ledger-items.ledger-items.thread > li.in-3 { margin-left: 3.3rem; }
.ledger-items.ledger-items.thread > li.in-4 { margin-left: 4.4rem; }
.ledger-badge { display: inline-block; border: 1px solid color-mix(in srgb, currentColor 45%, transparent);
  border-radius: 3px; margin-block: .1rem; padding: 0 .4em; font-size: .82em; line-height: 1.55; white-space: nowrap; }
.ledger-badge.strong { background: color-mix(in srgb, currentColor 14%, transparent); font-weight: 600; }
.ledger-badge.alert { border-color: #D55E00; border-width: 2px; font-weight: 600; }
.ledger-items.ledger-items a, .ledger-text.ledger-text a, .ledger-note.ledger-note a, .lead.lead a { color: inherit;
  text-decoration: underline; text-underline-offset: .15em; }
.ledger-menu.ledger-menu > li { padding: .35rem 0; border-top: 0; }
.ledger-text summary { cursor: pointer; padding: .5rem 0; font-weight: 600; }
.lead { font-size: 1.08rem; line-height: 1.55; margin: 0; max-width: 62rem; }
.lead + .lead { margin-top: .5rem; }
.ledger-scroll { overflow-x: auto; max-width: 100%; }
.ledger-table { border-collapse: collapse; font-size: .92rem; }
.ledger-table th, .ledger-table td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0;
  border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
.ledger-table thead th { border-top: 0; }
.ledger-table th { font-weight: 600; }
.ledger-table .ledger-badge { white-space: normal; }
.ledger-unbroken { white-space: nowrap; }
/* On a phone a table would be wider than the page: the cells of a row stand below each other, behind their heads. */
@media screen and (max-width: 640px) {
  .ledger-table, .ledger-table tbody, .ledger-table tr, .ledger-table th, .ledger-table td { display: block; }
  .ledger-table thead, .ledger-table td:empty { display: none; }
  .ledger-table tr { padding: .5rem 0; border-top: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
  .ledger-table tbody th, .ledger-table td { border-top: 0; padding: .1rem 0; }
  .ledger-table td::before { content: attr(data-label) ": "; opacity: .8; }
}
.ledger-note { opacity: .8; font-size: .9em; }
/* Streamlit writes white on the accent, which in the dark is a light colour. */
.stMultiSelect [data-tag], .stMultiSelect [data-tag] * { color: light-dark(#FFFFFF, #14161A); }
/* Forced colours take away the grounds that show a switch, a cross, and what is chosen. */
@media (forced-colors: active) {
  .stCheckbox label > div:first-of-type { forced-color-adjust: none; outline: 1px solid ButtonText; }
  .stMultiSelect [data-tag] * { color: ButtonText; }
  .stButtonGroup [aria-pressed="true"], .stPagination [aria-current="page"] {
    forced-color-adjust: none; background: Highlight; color: HighlightText; }
}
.ledger-term { text-decoration: underline dotted; text-underline-offset: .2em; cursor: help; }
/* Below its sentence, not below the word, where on a phone it would reach beyond the page. */
.lead.lead { position: relative; }
.ledger-term:hover::after, .ledger-term:focus::after { content: attr(data-means); position: absolute; left: 0;
  top: 100%; z-index: 5; max-width: 100%; padding: .35rem .6rem; border-radius: 4px; font-size: .85rem;
  font-weight: 400; line-height: 1.35; background: light-dark(#1B1B1A, #ECEAE4); color: light-dark(#FFFFFF, #14161A); }
.ledger-words dt { font-weight: 600; }
.ledger-words dd { margin: 0 0 .5rem; }
.ledger-print { display: none; }
@media print {
  @page { size: A4; margin: 14mm 12mm; }
  :root { font-size: 12px; color-scheme: light; }
  .ledger-print.ledger-print { display: block; font-size: .9rem; overflow-wrap: anywhere; }
  .stSidebar, .stHeader, [data-testid="stHeader"], .stPopover, .stDownloadButton, .stExpander, .st-key-chips,
  .stPagination { display: none; }
  .stPlotlyChart, .ledger-items > li, .ledger-table tr, figure { break-inside: avoid; }
  h1, h2, h3, h4 { break-after: avoid; }
  .js-plotly-plot .main-svg { width: 100%; height: auto; }
}
"""
#: The same as an element of HTML.
STYLE = f"<style>{CSS}</style>"


def style() -> None:
    """Put the styles of these pieces on the page, once a run."""
    st.html(STYLE)


def menu(links: Iterable[tuple[str, str]]) -> str:
    """A list of addresses of this server with their labels; a file is downloaded, a page opens beside this one."""
    entries = "".join(
        f'<li><a href="{escape(address)}" target="_blank">{escape(label)}</a></li>' for address, label in links
    )
    return f'<ul class="ledger-items ledger-menu">{entries}</ul>'


def term(html: str, meaning: str) -> str:
    """A piece of HTML whose meaning shows when it is pointed at or has the focus."""
    means = escape(meaning)
    return f'<span class="ledger-term" tabindex="0" data-means="{means}" aria-description="{means}">{html}</span>'


def badge(text: str, *, strong: bool = False, alert: bool = False) -> str:
    """A word in a box: a stage, a state of a dispute."""
    kind = "alert" if alert else "strong" if strong else ""
    return f'<span class="ledger-badge {kind}">{escape(text)}</span>'


def unbroken(text: str) -> str:
    """A short text that no line breaks: a date."""
    return f'<span class="ledger-unbroken">{escape(text)}</span>'


def item(*, head: str, lines: Iterable[str], indent: int = 0) -> str:
    """One entry of a list: a head and lines below it; empty lines fall away."""
    body = "".join(f"<p>{line}</p>" for line in lines if line)
    # A class and no style of its own: plain pages allow none.
    place = f' class="in-{min(indent, 4)}"' if indent else ""
    return f'<li{place}><p class="head">{head}</p>{body}</li>'


def items(made: Iterable[str], *, kind: str = "") -> str:
    """A list of entries."""
    return f'<ul class="ledger-items {kind}">{"".join(made)}</ul>'
