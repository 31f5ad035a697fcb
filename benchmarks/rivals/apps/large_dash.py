"""A large table in Dash: kept by the process, summed and sent by callbacks."""

import large
from dash import Dash, Input, Output, dash_table, dcc, html

table = large.read()
app = Dash(__name__)
server = app.server
app.layout = html.Div(
    [
        html.Button("Sum", id="sum"),
        dash_table.DataTable(id="rows"),
        html.Button("CSV", id="csv"),
        dcc.Download(id="file"),
    ]
)


@app.callback(Output("rows", "data"), Input("sum", "n_clicks"))
def summed(_):
    """Money by city and stage."""
    return large.sums(table).to_dict("records")


@app.callback(Output("file", "data"), Input("csv", "n_clicks"), prevent_initial_call=True)
def download(_):
    """The whole table."""
    return dcc.send_data_frame(table.to_csv, "funding.csv", index=False)
