"""Panel as its documentation shows it: panes that a watcher fills, a Tabulator table, a download made when asked for.

    panel serve with_panel.py --warm

One process and no threads, which is what Panel does by itself; `--warm` reads the data before the first reader comes.
"""

import io

import page
import panel as pn

pn.extension("plotly", "tabulator")

table = pn.state.as_cached("table", page.read)
city = pn.widgets.Select(name="City", options=page.cities(table))
by_city, by_year = pn.pane.Plotly(page.by_city(table)), pn.pane.Plotly(page.by_year(table))
rows = pn.widgets.Tabulator(table, pagination="remote", page_size=100, disabled=True)


def show(event):
    """Everything that the filter changes."""
    left = page.chosen(table, event.new)
    by_city.object, by_year.object, rows.value = page.by_city(left), page.by_year(left), left


def download():
    """The rows as a file."""
    return io.BytesIO(page.chosen(table, city.value).to_csv(index=False).encode())


city.param.watch(show, "value")
pn.Column(city, by_city, by_year, rows, pn.widgets.FileDownload(callback=download, filename="funding.csv")).servable()
