"""Dash as its documentation shows it: one callback for the charts and the table, a download made when asked for.

    gunicorn with_dash:server --workers 1 --threads 4

Its documentation deploys with Gunicorn; one process, as the dashboard has, and twice as many threads
as cores. `RIVALS_COMPRESS=1` turns on the compression that Dash offers and leaves off by itself.
"""

import os

import page
from dash import Dash, Input, Output, State, dash_table, dcc, html

table = page.read()
app = Dash(__name__, compress=bool(os.environ.get("RIVALS_COMPRESS")), serve_locally=True)
server = app.server
app.layout = html.Div(
    [
        dcc.Dropdown(page.cities(table), page.ALL, id="city", clearable=False),
        dcc.Graph(id="by-city"),
        dcc.Graph(id="by-year"),
        dash_table.DataTable(id="rows", columns=[{"name": name, "id": name} for name in page.COLUMNS], page_size=100),
        html.Button("CSV", id="csv"),
        dcc.Download(id="file"),
    ]
)


@app.callback(Output("by-city", "figure"), Output("by-year", "figure"), Output("rows", "data"), Input("city", "value"))
def shown(city):
    """Everything that the filter changes."""
    rows = page.chosen(table, city)
    return page.by_city(rows), page.by_year(rows), rows.to_dict("records")


@app.callback(Output("file", "data"), Input("csv", "n_clicks"), State("city", "value"), prevent_initial_call=True)
def download(_, city):
    """The rows as a file."""
    return dcc.send_data_frame(page.chosen(table, city).to_csv, "funding.csv", index=False)
