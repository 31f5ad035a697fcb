// Shown until it is closed; the browser remembers that it was.
const CLOSED = "dashboard-hint-closed"

function isClosed() {
  try { return localStorage.getItem(CLOSED) !== null } catch { return false }
}

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector("aside")
  box.hidden = isClosed()
  if (box.hidden) return
  box.setAttribute("aria-label", data.title)
  box.style.cssText = "border: 1px solid var(--st-border-color); border-radius: 4px; padding: .7rem 1rem; font: inherit"
  const text = document.createElement("p")
  text.style.margin = "0 0 .4rem"
  const head = document.createElement("strong")
  head.textContent = data.title
  text.append(head, ` ${data.sentences.join(" ")}`)
  const close = document.createElement("button")
  close.textContent = data.close
  close.style.cssText = "font: inherit; color: inherit; background: none; border: 1px solid currentColor; "
    + "border-radius: 4px; padding: .2rem .7rem; min-height: 24px; cursor: pointer"
  close.onclick = () => {
    try { localStorage.setItem(CLOSED, "yes") } catch { /* It is closed for this visit. */ }
    box.hidden = true
  }
  box.replaceChildren(text, close)
}
