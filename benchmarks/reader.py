"""A reader without a browser: opens a page and changes the city over Streamlit's own protocol.

What it waits for is the server's whole part of a change: the message read, the page run, every
element packed and sent.
"""

from __future__ import annotations

import itertools
import random
import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PAGES = {"/": "", "/spending": "spending", "/sovereignty": "sovereignty", "/models": "models", "/data": "data"}


class Reader:
    """One open page. Use it as `async with Reader.at(base, page) as reader`."""

    def __init__(self, base: str, page: str) -> None:
        self.page = page
        self.connection = connect(
            base.replace("http", "ws") + "/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
        )
        self.page_hash = ""
        self.query = ""
        self.city_id = ""
        self.cities: list[str] = []

    async def __aenter__(self) -> Reader:
        """Connect and run the page once."""
        self.socket: ClientConnection = await self.connection.__aenter__()
        message = BackMsg()
        message.rerun_script.page_name = self.page
        await self._run(message)
        if not self.city_id:
            raise RuntimeError(f"The page “{self.page}” shows no filter “City”.")
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.socket.close()

    async def choose(self, cities: list[str]) -> tuple[float, int]:
        """Choose cities, none of them for all; the seconds and bytes until the page is whole again."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self.page_hash
        message.rerun_script.query_string = self.query
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = self.city_id
        self._fill(widget, cities)
        return await self._run(message)

    def _fill(self, widget: WidgetState, cities: list[str]) -> None:
        widget.string_array_value.data[:] = cities

    def _hear(self, answer: ForwardMsg) -> None:
        """Note the page's own number, its address and its filter."""
        kind = answer.WhichOneof("type")
        if kind == "navigation":
            self.page_hash = answer.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = answer.page_info_changed.query_string
        elif kind == "delta":
            element = answer.delta.new_element
            if element.WhichOneof("type") == "multiselect" and element.multiselect.label == "City":
                self.city_id = element.multiselect.id
                self.cities = list(element.multiselect.options)

    async def _run(self, message: BackMsg) -> tuple[float, int]:
        start = time.perf_counter()
        size = 0
        await self.socket.send(message.SerializeToString())
        while True:
            data = await self.socket.recv(decode=False)
            size += len(data)
            answer = ForwardMsg.FromString(data)
            self._hear(answer)
            element = answer.delta.new_element
            if element.WhichOneof("type") == "exception":
                raise RuntimeError(f"The page “{self.page}” failed: {element.exception.message}")
            if (
                answer.WhichOneof("type") == "script_finished"
                and answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                return time.perf_counter() - start, size


async def changes(base: str, page: str, *, count: int) -> tuple[list[float], list[int]]:
    """Seconds and bytes of so many changes of the city on one page, after three to warm up."""
    async with Reader(base, page) as reader:
        draw = random.Random(20261124)
        seconds, sizes = [], []
        for turn in itertools.islice(itertools.cycle(range(3)), count + 3):
            second, size = await reader.choose(sorted(draw.sample(reader.cities, turn)))
            seconds.append(second)
            sizes.append(size)
        return seconds[3:], sizes[3:]
