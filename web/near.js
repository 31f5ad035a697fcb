// A chart is drawn once it comes within a window's height of what is seen, or is to be printed.
const draw = Plotly.react
const waiting = new Map()

const begin = (element) => {
  near.unobserve(element)
  waiting.get(element)()
  waiting.delete(element)
}
// Behind other tabs and in closed parts of a page a chart has no place, and so is not near.
const near = new IntersectionObserver(
  (found) => found.filter((one) => one.isIntersecting).forEach((one) => begin(one.target)),
  { rootMargin: "100%", scrollMargin: "100%" },
)
window.addEventListener("beforeprint", () => [...waiting.keys()].forEach(begin))

// Streamlit asks for the next drawing when this one is done.
Plotly.react = async (element, ...figure) => {
  if (!element.classList.contains("js-plotly-plot"))
    await new Promise((resolve) => {
      waiting.set(element, resolve)
      near.observe(element)
    })
  return draw(element, ...figure)
}
