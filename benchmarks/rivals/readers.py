"""Readers without a browser, each over its tool's own protocol: they choose a city and wait until all is there.

All do the same: `async with StreamlitReader(base) as reader`, then `await reader.choose(city)`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Protocol

import httpx
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from benchmarks.reader import Reader


class RivalReader(Protocol):
    """One open page."""

    async def __aenter__(self) -> Any: ...

    async def __aexit__(self, *error: object) -> None: ...

    async def pick(self, city: str) -> None:
        """Choose one city, and wait until all that follows from it has come."""


class DashboardReader(Reader):
    """A reader of the dashboard, with one city at a time."""

    async def pick(self, city: str) -> None:
        """As `RivalReader.pick`."""
        await self.choose([city])


class StreamlitReader(Reader):
    """A reader of the page in stock Streamlit: one script, a list instead of a multiple choice."""

    def __init__(self, base: str) -> None:
        super().__init__(base, "")

    async def pick(self, city: str) -> None:
        """As `RivalReader.pick`."""
        await self.choose([city])

    def _fill(self, widget: WidgetState, cities: list[str]) -> None:
        widget.string_value = cities[0]

    def _hear(self, answer: ForwardMsg) -> None:
        element = answer.delta.new_element
        if answer.WhichOneof("type") == "new_session":
            self.page_hash = answer.new_session.page_script_hash
        elif element.WhichOneof("type") == "selectbox" and element.selectbox.label == "City":
            self.city_id = element.selectbox.id


class DashReader:
    """A reader of the page in Dash: each choice is one request, as Dash's own script sends it."""

    def __init__(self, base: str) -> None:
        self.client = httpx.AsyncClient(base_url=base, timeout=300)
        self.request: dict[str, Any] = {}

    async def __aenter__(self) -> DashReader:
        """Ask what the page's script asks first, then for the charts."""
        for path in ("/", "/_dash-layout"):
            (await self.client.get(path)).raise_for_status()
        known = (await self.client.get("/_dash-dependencies")).json()
        output = next(each["output"] for each in known if each["inputs"][0]["id"] == "city")
        names = (name.rsplit(".", 1) for name in output.strip(".").split("..."))
        outputs = [{"id": id, "property": prop} for id, prop in names]
        self.request = {"output": output, "outputs": outputs, "changedPropIds": ["city.value"], "state": []}
        await self.pick("All cities")
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.client.aclose()

    async def pick(self, city: str) -> None:
        """As `RivalReader.pick`."""
        inputs = [{"id": "city", "property": "value", "value": city}]
        answer = await self.client.post("/_dash-update-component", json={**self.request, "inputs": inputs})
        answer.raise_for_status()


class PanelReader:
    """A reader of the page in Panel: Bokeh's connection, with the list changed as its script changes it.

    All has come when the table's rows have: the page sends them last.
    """

    def __init__(self, base: str) -> None:
        self.address = f"{base}/with_panel"

    async def __aenter__(self) -> PanelReader:
        """Ask for the page, connect with its token, and pull its document."""
        async with httpx.AsyncClient(timeout=300) as client:
            html = (await client.get(self.address)).text
        token = re.search(r'"token":"([^"]+)"', html)
        if token is None:
            raise RuntimeError("The page in Panel has no token.")
        self.socket = await connect(
            f"{self.address.replace('http', 'ws', 1)}/ws",
            subprotocols=[Subprotocol("bokeh"), Subprotocol(token[1])],
            max_size=None,
            open_timeout=300,
        )
        await self._hear()
        await self._say("PULL-DOC-REQ", {})
        kind, document = await self._hear()
        while kind != "PULL-DOC-REPLY":
            kind, document = await self._hear()
        models = {each["name"]: each for each in _models(document)}
        self.list_id = models["panel.models.widgets.CustomSelect"]["id"]
        self.rows_id = models["panel.models.tabulator.DataTabulator"]["attributes"]["source"]["id"]
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.socket.close()

    async def pick(self, city: str) -> None:
        """As `RivalReader.pick`; another city than before, else no rows come."""
        change = {"kind": "ModelChanged", "model": {"id": self.list_id}, "attr": "value", "new": city}
        await self._say("PATCH-DOC", {"events": [change]})
        while True:
            _, content = await self._hear()
            if any(event.get("model", {}).get("id") == self.rows_id for event in content.get("events", ())):
                return

    async def _say(self, kind: str, content: dict[str, Any]) -> None:
        for part in ({"msgid": "1", "msgtype": kind}, {}, content):
            await self.socket.send(json.dumps(part))

    async def _hear(self) -> tuple[str, dict[str, Any]]:
        """One message: a head, a part that is not used here, a content, and bytes that go with it."""
        head, _, content = [json.loads(await self.socket.recv()) for _ in range(3)]
        for _ in range(2 * head.get("num_buffers", 0)):
            await self.socket.recv()
        return head["msgtype"], content


def _models(part: Any) -> Iterator[dict[str, Any]]:
    """Every model with a name and an id in a document."""
    if isinstance(part, dict):
        if part.get("type") == "object" and "id" in part:
            yield part
        for value in part.values():
            yield from _models(value)
    elif isinstance(part, list):
        for value in part:
            yield from _models(value)
