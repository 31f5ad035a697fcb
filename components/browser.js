// What the page and the browser tell each other. The page says `data`; the browser says whether it is narrow.

// Streamlit's own words as they were said last, to find the English ones again when the language changes.
let said = new Map()

export default function ({ data, setStateValue }) {
  document.documentElement.lang = data.language

  const query = window.matchMedia(`(max-width: ${data.narrow_below}px)`)
  const tell = () => { if (query.matches !== data.narrow) setStateValue("narrow", query.matches) }
  tell()
  query.onchange = tell

  const words = new Map(Object.entries(data.words))
  const english = new Map([...said].map(([word, other]) => [other, word]))
  const inWords = (text) => words.get(english.get(text) ?? text) ?? english.get(text) ?? text
  const inLanguage = (text) => {
    const [, before, bare, after] = text.match(/^(\s*)([^]*?)(\s*)$/)
    const whole = inWords(bare)
    if (whole !== bare) return before + whole + after
    // "Help for …", "10MB per file": words beside something else.
    for (const start of [...words.keys(), ...english.keys()]) {
      if (start.startsWith(" ") && bare.includes(start)) return text.replace(start, inWords(start))
      if (start.endsWith(" ") && bare.startsWith(start)) return before + inWords(start) + bare.slice(start.length) + after
    }
    return text
  }

  const ATTRIBUTES = ["aria-label", "title", "placeholder"]
  const mend = (element) => {
    for (const name of ATTRIBUTES) {
      const text = element.getAttribute(name)
      if (text && inLanguage(text) !== text) element.setAttribute(name, inLanguage(text))
    }
    // It holds a button, so it is no mere presentation.
    if (element.matches('[data-testid="stFileUploaderDropzone"]')) element.setAttribute("role", "group")
    // Two navigations on one page need two names.
    if (element.matches('.stPagination [role="navigation"]')) {
      const head = element.closest('[class*="st-key-card_"]')?.querySelector("h2")
      // Set only where it differs: setting it is a change, and would be seen again without end.
      if (head && element.getAttribute("aria-label") !== head.textContent)
        element.setAttribute("aria-label", head.textContent)
    }
  }
  const walk = (root) => {
    if (root.nodeType === Node.TEXT_NODE) {
      if (!root.parentElement?.closest("style, script, .stHtml, .js-plotly-plot") && inLanguage(root.data) !== root.data)
        root.data = inLanguage(root.data)
    } else if (root.nodeType === Node.ELEMENT_NODE && !root.matches("style, script, .js-plotly-plot")) {
      mend(root)
      root.childNodes.forEach(walk)
    }
  }
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(walk)
      else if (change.type === "characterData") walk(change.target)
      else mend(change.target)
    }
  })
  walk(document.body)
  said = words
  observer.observe(document.body, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
  })

  // Streamlit runs the page anew at "r" and clears its caches at "c", wherever the focus is (WCAG 2.1.4).
  const noSingleKeys = (event) => {
    const isWriting = event.target.closest?.("input, textarea, select, [contenteditable], canvas")
    if (!isWriting && !event.ctrlKey && !event.metaKey && !event.altKey && /^[rc]$/i.test(event.key)) event.stopPropagation()
  }
  window.addEventListener("keydown", noSingleKeys, true)

  // In a table's grid, Enter on an address opens it as a click does; Streamlit would show it in a field.
  const openLinks = (event) => {
    const cell = document.activeElement
    if (event.key !== "Enter" || !cell.matches('canvas [role="gridcell"]') || !/^https?:/.test(cell.textContent)) return
    event.stopPropagation()
    event.preventDefault()
    window.open(cell.textContent, "_blank", "noopener,noreferrer")
  }
  window.addEventListener("keydown", openLinks, true)

  // A finger on a chart moves the page: Plotly would take it for itself. A tap is a click all the same.
  const leaveFingers = (event) => { if (event.target.closest?.(".js-plotly-plot")) event.stopPropagation() }
  window.addEventListener("touchstart", leaveFingers, { capture: true, passive: true })

  // On paper a chart is as wide as the paper.
  const toPaper = () => document.querySelectorAll(".js-plotly-plot .main-svg").forEach((svg) => {
    const { width, height } = svg.getBoundingClientRect()
    if (width) svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
  })
  window.addEventListener("beforeprint", toPaper)

  return () => {
    query.onchange = null
    observer.disconnect()
    window.removeEventListener("keydown", noSingleKeys, true)
    window.removeEventListener("keydown", openLinks, true)
    window.removeEventListener("touchstart", leaveFingers, { capture: true })
    window.removeEventListener("beforeprint", toPaper)
  }
}
