// Draws the chart of this page for the width and the theme of its frame, and again when they change.
// What it may have to say stands on the chart's element, in the language of the page.
// The page around the frame is told the height by postMessage: {type: "resize", height}.
const chart = document.getElementById("chart")
const note = document.getElementById("note")
const theme = document.documentElement.dataset.theme
const narrow = matchMedia("(max-width: 799px)")
const dark = matchMedia("(prefers-color-scheme: dark)")
const font = document.fonts.load('13px "Source Sans"').catch(() => [])
// This script runs before the library has come, so that the figure comes meanwhile.
const library = new Promise((resolve, reject) => {
  const script = document.getElementById("plotly")
  script.addEventListener("load", resolve)
  script.addEventListener("error", () => reject(new Error(chart.dataset.noLibrary)))
})
let asked = ""

async function draw() {
  const address = new URL(chart.dataset.spec, location.href)
  address.searchParams.set("theme", theme !== "auto" ? theme : dark.matches ? "dark" : "light")
  address.searchParams.set("narrow", narrow.matches)
  if (address.href === asked) return
  asked = address.href
  try {
    const answer = await fetch(address)
    if (!answer.ok) throw new Error(chart.dataset.answered.replace("{status}", answer.status))
    const made = await answer.json()
    await Promise.all([font, library])
    if (address.href !== asked) return // The frame has changed again meanwhile.
    await Plotly.react(chart, made.figure.data, made.figure.layout, made.config)
    chart.setAttribute("aria-label", made.alt)
    note.textContent = made.note
  } catch (error) {
    chart.removeAttribute("role")
    chart.textContent = chart.dataset.failed.replace("{reason}", () => error.message)
  }
  tellHeight()
}

function tellHeight() {
  parent.postMessage({ type: "resize", height: document.body.offsetHeight }, "*")
}

narrow.addEventListener("change", draw)
dark.addEventListener("change", draw)
new ResizeObserver(tellHeight).observe(document.body)
draw()
