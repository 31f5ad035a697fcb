"""What the page and the browser tell each other: whether the page is narrow, and in which language it speaks."""

from __future__ import annotations

import streamlit as st

from ledger.language import tag

#: Pixels below which a page counts as narrow: Streamlit stacks its columns there too.
NARROW = 640

_viewport = st.components.v2.component(
    "viewport",
    js="""
export default function ({ data, setStateValue }) {
  const query = window.matchMedia(`(max-width: ${data.narrow_below}px)`)
  const tell = () => { if (query.matches !== data.narrow) setStateValue("narrow", query.matches) }
  document.documentElement.lang = data.language
  tell()
  query.onchange = tell
  return () => { query.onchange = null }
}
""",
)


def watch_viewport() -> None:
    """Let the browser say whether the page is narrow; a change runs the page again."""
    _viewport(
        key="viewport",
        data={"narrow": is_narrow(), "narrow_below": NARROW, "language": tag()},
        on_narrow_change=lambda: None,
        height=1,
    )


def is_narrow() -> bool:
    """Whether the page is narrow, as the browser said; before it did, as its name suggests."""
    told = st.session_state.get("viewport", {})
    if "narrow" in told and told["narrow"] is not None:
        return bool(told["narrow"])
    return "Mobi" in st.context.headers.get("User-Agent", "")
