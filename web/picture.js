// Draws the figure of the page, with its title and source on it, and downloads it as a picture.
const spec = JSON.parse(document.getElementById("spec").textContent)
const status = document.getElementById("status")
const chart = document.getElementById("chart")
const layout = spec.figure.layout
const margin = layout.margin || {}
layout.margin = { ...margin, t: (margin.t ?? 40) + 30 }
layout.height = (layout.height || 450) + 30
layout.title = {
  text: spec.title.replaceAll("&", "&amp;").replaceAll("<", "&lt;"),
  font: { size: 12 }, x: 0.01, xanchor: "left", yref: "container", y: 1, yanchor: "top", pad: { t: 10 },
}
Plotly.newPlot(chart, spec.figure.data, layout, { staticPlot: true, topojsonURL: "/geo/" })
  .then(() => Plotly.downloadImage(chart, {
    format: spec.format, filename: spec.file, width: layout.width, height: layout.height,
    scale: spec.format === "png" ? 2 : 1,
  }))
  .then(() => { status.textContent = spec.done })
  .catch((error) => { status.textContent = spec.failed.replace("{error}", () => error.message || error) })
