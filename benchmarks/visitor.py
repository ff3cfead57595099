"""A visitor without a browser: one session over the server's own websocket, spoken as the browser does.

What a browser sends was read off a real one: three small requests that bring the cookies, then a
websocket on which each change is a ``BackMsg`` with the address, the page, every control's value and
the hashes of the messages that it still holds. Static files are not fetched: a browser that was here
before has them.
"""

from __future__ import annotations

import asyncio
import gzip
import http.client
import re
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Block_pb2 import Block
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

PATIENCE = 60.0
"""Seconds after which an answer counts as not given."""
LOST = (ConnectionClosed, InvalidHandshake, http.client.HTTPException, OSError, TimeoutError)
"""What a visitor meets when the server or the way to it is gone."""
AGENT = "Mozilla/5.0 (load test of Two Plus Two)"
XSRF = "_streamlit_xsrf"
SUMMARY = re.compile(r"^\*\*(?P<number>[\d,]+) meetings?(?: · .*)?\*\*$")
LOCAL = {"localhost", "127.0.0.1", "::1"}


class UnexpectedAnswerError(Exception):
    """The server answered, but not what its protocol or the page promises."""


@dataclass(frozen=True)
class Answer:
    """What a visitor sees after an action."""

    seconds: float
    """From the message sent to the end of the rerun that it caused."""
    address: str
    """Path and query string as the address bar shows them."""
    line: str
    """The summary line of the page in Markdown; empty if there is none."""
    failures: tuple[str, ...]
    """Exceptions that the page shows."""
    received: int
    """Bytes in websocket messages, as unpacked."""

    @property
    def meetings(self) -> int | None:
        """The number in the summary line."""
        found = SUMMARY.match(self.line)
        return int(found["number"].replace(",", "")) if found else None


class Visitor:
    """One browser tab. Not to be used by two tasks at once."""

    def __init__(self, server: str) -> None:
        """Take the address of the server without a path; it must be on this machine."""
        parts = urlsplit(server)
        if parts.hostname not in LOCAL:
            raise ValueError(f"{server} is not on this machine: a load test stays on it.")
        self.server = server
        self.host, self.port = parts.hostname, parts.port or 80
        self.cookies: dict[str, str] = {}
        self.path = "/"
        self.query = ""
        self.socket: ClientConnection | None = None
        self.session = ""
        self._page_hash = ""
        self._main_hash = ""
        self._run = 0
        self._received = 0
        self._elements: dict[tuple[int, ...], tuple[Element, str, str]] = {}  # element, script, fragment
        self._folds: dict[str, str] = {}  # key -> id
        self._values: dict[str, WidgetState] = {}
        self._cache: dict[str, tuple[int, ForwardMsg]] = {}
        self._cache_age = 2
        self._paths: dict[str, str] = {}  # page hash -> path

    @property
    def address(self) -> str:
        """Path and query string as the address bar shows them."""
        return f"{self.path}?{self.query}" if self.query else self.path

    async def open(self, address: str) -> Answer:
        """Open a link in this tab, as a first visit or a reload: the session begins anew, cookies stay.

        Raises one of ``LOST`` if the server can't be reached.
        """
        await self.close()
        started = time.perf_counter()
        self.session = self._page_hash = ""
        self._values.clear()
        self._cache.clear()
        self.path, _, self.query = address.partition("?")
        await asyncio.to_thread(self._fetch, [address, "/_stcore/health", "/_stcore/host-config"])
        await self._connect()
        name = self.path.strip("/")
        return await self._rerun(self._state(page_name=name), started)

    async def choose(self, key: str, value: list[str] | tuple[float, float] | str) -> Answer:
        """Set a control: labels of a multiselect or of buttons, both ends of a slider, text.

        Raises UnexpectedAnswerError if the page has no such control.
        """
        identifier, fragment = self._control(key)
        state = WidgetState(id=identifier)
        match value:
            case str():
                state.string_value = value
            case tuple():
                state.double_array_value.data.extend(value)
            case list():
                state.string_array_value.data.extend(value)
                state.string_array_value.SetInParent()
        self._values[identifier] = state
        return await self._rerun(self._state(self._values.values(), fragment=fragment))

    async def unfold(self, key: str) -> Answer:
        """Open an expander or a popover. Raises UnexpectedAnswerError if the page has no such one."""
        if key not in self._folds:
            raise UnexpectedAnswerError(f"The page has nothing to open called “{key}”.")
        self._values[self._folds[key]] = WidgetState(id=self._folds[key], bool_value=True)
        return await self._rerun(self._state(self._values.values()))

    async def follow(self, page: str) -> Answer:
        """Click the link to a page in the navigation, by its path; the home page has an empty one."""
        for element, _, _ in self._elements.values():
            if element.WhichOneof("type") == "page_link" and element.page_link.page == page:
                link = element.page_link
                break
        else:
            raise UnexpectedAnswerError(f"There is no link to {page or 'the home page'}.")
        # Only the controls that all pages share keep their values.
        shared = {
            name
            for name in self._values
            for element, script, _ in self._elements.values()
            if script == self._main_hash and _identifier(element) == name
        }
        self._page_hash, self.query = link.page_script_hash, link.query_string
        return await self._rerun(self._state([self._values[name] for name in shared]))

    async def download(self, label: str) -> bytes:
        """Click a download button and fetch its file, with the cookies of this tab.

        Raises UnexpectedAnswerError if there is no such button or no file behind it.
        """
        for element, _, _ in self._elements.values():
            if element.WhichOneof("type") == "download_button" and element.download_button.label == label:
                button = element.download_button
                break
        else:
            raise UnexpectedAnswerError(f"There is no button “{label}”.")
        return await asyncio.to_thread(self._fetch, [button.url or await self._file(button.deferred_file_id)])

    async def lost(self, seconds: float) -> bool:
        """Wait, and tell whether the connection broke meanwhile."""
        if self.socket is None:
            return True
        try:
            async with asyncio.timeout(seconds):
                await self.socket.wait_closed()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Close the tab; the server keeps the session for its time to live."""
        if self.socket is not None:
            await self.socket.close()
            self.socket = None

    def _fetch(self, paths: list[str]) -> bytes:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        body = b""
        try:
            for path in paths:
                headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
                if self.cookies:
                    headers["Cookie"] = self._cookie_header()
                connection.request("GET", path, headers=headers)
                answer = connection.getresponse()
                body = answer.read()
                if answer.headers["Content-Encoding"] == "gzip":
                    body = gzip.decompress(body)
                self._keep(answer.headers.get_all("set-cookie") or [])
                if answer.status != http.HTTPStatus.OK:
                    raise UnexpectedAnswerError(f"{path}: HTTP {answer.status}")
        finally:
            connection.close()
        return body

    def _cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _keep(self, headers: list[str]) -> None:
        for header in headers:
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value

    async def _connect(self) -> None:
        tokens = [Subprotocol("streamlit"), Subprotocol(self.cookies.get(XSRF) or "PLACEHOLDER_AUTH_TOKEN")]
        self.socket = await connect(
            f"ws://{self.host}:{self.port}/_stcore/stream",
            origin=Origin(self.server),
            subprotocols=tokens,
            additional_headers={"Cookie": self._cookie_header()},
            user_agent_header=AGENT,
            open_timeout=PATIENCE,
            ping_interval=None,  # as a browser: it answers pings, it sends none
            proxy=None,
            max_size=None,
        )
        if self.socket.response is not None:
            self._keep(self.socket.response.headers.get_all("set-cookie"))

    def _state(
        self,
        values: Iterable[WidgetState] = (),
        *,
        page_name: str = "",
        fragment: str = "",
    ) -> ClientState:
        state = ClientState(
            query_string=self.query,
            page_script_hash=self._page_hash,
            page_name=page_name,
            fragment_id=fragment,
            cached_message_hashes=list(self._cache),
        )
        state.widget_states.widgets.extend(values)
        state.context_info.timezone = "UTC"
        state.context_info.locale = "en-US"
        state.context_info.url = self.server + self.path
        state.context_info.color_scheme = "light"
        return state

    async def _send(self, message: BackMsg) -> ClientConnection:
        if self.socket is None:
            raise ConnectionResetError("The tab is closed.")
        await self.socket.send(message.SerializeToString())
        return self.socket

    async def _rerun(self, state: ClientState, started: float | None = None) -> Answer:
        """Ask for a rerun and read all of it."""
        started = time.perf_counter() if started is None else started
        self._received = 0
        async with asyncio.timeout(PATIENCE):
            socket = await self._send(BackMsg(rerun_script=state))
            while not self._take(await _message(socket)):
                pass
        seconds = time.perf_counter() - started
        self._forget()
        drawn = [element for element, _, _ in self._elements.values()]
        lines = (element.markdown.body for element in drawn if element.WhichOneof("type") == "markdown")
        return Answer(
            seconds,
            self.address,
            next((line for line in lines if SUMMARY.match(line)), ""),
            tuple(
                f"{element.exception.type}: {element.exception.message}"
                for element in drawn
                if element.WhichOneof("type") == "exception"
            ),
            self._received,
        )

    async def _file(self, identifier: str) -> str:
        """Have a file made, and get its address."""
        message = BackMsg()
        message.backend_operation_request.request_id = str(uuid.uuid4())
        message.backend_operation_request.session_id = self.session
        message.backend_operation_request.deferred_file.file_id = identifier
        async with asyncio.timeout(PATIENCE):
            socket = await self._send(message)
            while True:
                answer = await _message(socket)
                if answer.WhichOneof("type") == "backend_operation_response":
                    break
                self._take(answer)
        made = answer.backend_operation_response
        if made.error_msg:
            raise UnexpectedAnswerError(f"The file could not be made: {made.error_msg}")
        return made.deferred_file.url

    def _take(self, message: ForwardMsg) -> bool:
        """Take a message in; true if it ends the rerun."""
        self._received += message.ByteSize()
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            if message.ref_hash not in self._cache:
                raise UnexpectedAnswerError("The server refers to a message that it has not sent.")
            name, metadata = message.ref_hash, message.metadata
            message = ForwardMsg()
            message.CopyFrom(self._cache[name][1])
            message.metadata.CopyFrom(metadata)
            self._cache[name] = (self._run, message)
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable:
            self._cache[message.hash] = (self._run, message)
        match kind:
            case "new_session":
                self._begin(message)
            case "navigation":
                self._paths = {
                    page.page_script_hash: page.url_pathname for page in message.navigation.app_pages
                }
                self._page_hash = message.navigation.page_script_hash
                self.path = "/" + self._paths[self._page_hash]
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "page_not_found":
                raise UnexpectedAnswerError(f"There is no page {message.page_not_found.page_name}.")
            case "delta":
                self._draw(message)
            case "script_finished":
                return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def _begin(self, message: ForwardMsg) -> None:
        begun = message.new_session
        self.session = begun.initialize.session_id
        self._main_hash = begun.main_script_hash
        self._cache_age = begun.config.max_cached_message_age
        if message.metadata.run.fragment_ids:
            return  # a part of the page is drawn anew, the rest stays
        self._run += 1
        self._elements.clear()
        self._folds.clear()

    def _draw(self, message: ForwardMsg) -> None:
        delta = message.delta
        if delta.WhichOneof("type") == "new_element":
            element = delta.new_element
            self._elements[tuple(message.metadata.delta_path)] = (
                element,
                message.metadata.active_script_hash,
                delta.fragment_id,
            )
            value = _shown(element)
            if value is not None and (value.id not in self._values or _is_set(element)):
                self._values[value.id] = value
        elif delta.WhichOneof("type") == "add_block":
            identifier = _fold(delta.add_block)
            if identifier:
                self._folds[_key(identifier)] = identifier

    def _forget(self) -> None:
        """Drop what a browser drops after a rerun: messages long unused, values of controls not drawn."""
        self._cache = {
            name: kept for name, kept in self._cache.items() if self._run - kept[0] < self._cache_age
        }
        drawn = {_identifier(element) for element, _, _ in self._elements.values()} | set(
            self._folds.values()
        )
        self._values = {name: value for name, value in self._values.items() if name in drawn}

    def _control(self, key: str) -> tuple[str, str]:
        for element, _, fragment in self._elements.values():
            identifier = _identifier(element)
            if identifier and _key(identifier) == key:
                return identifier, fragment
        raise UnexpectedAnswerError(f"The page has no control “{key}”.")


async def _message(socket: ClientConnection) -> ForwardMsg:
    data = await socket.recv()
    if isinstance(data, str):
        raise UnexpectedAnswerError("The server sent text where it should send bytes.")
    message = ForwardMsg()
    message.ParseFromString(data)
    return message


def _key(identifier: str) -> str:
    """The key that the page gave to a control, the last part of its id."""
    return identifier.split("-", 2)[-1]


def _identifier(element: Element) -> str:
    kind = element.WhichOneof("type")
    return str(getattr(getattr(element, kind), "id", "")) if kind else ""


def _fold(block: Block) -> str:
    kind = block.WhichOneof("type")
    return str(getattr(getattr(block, kind), "id", "")) if kind else ""


def _is_set(element: Element) -> bool:
    """Whether the server sets the value of a control, over what the tab holds."""
    return bool(getattr(getattr(element, element.WhichOneof("type") or ""), "set_value", False))


def _shown(element: Element) -> WidgetState | None:
    """The value with which a control is drawn; None for what is no control of a known kind."""
    kind = element.WhichOneof("type")
    state = WidgetState(id=_identifier(element))
    if kind == "multiselect":
        many = element.multiselect
        labels = list(many.raw_values) if many.set_value else [many.options[at] for at in many.default]
        state.string_array_value.data.extend(labels)
        state.string_array_value.SetInParent()
    elif kind == "button_group":
        group = element.button_group
        chosen = (
            list(group.raw_values) if group.set_value else [group.options[at].content for at in group.default]
        )
        state.string_array_value.data.extend(chosen)
        state.string_array_value.SetInParent()
    elif kind == "slider":
        state.double_array_value.data.extend(
            element.slider.value if element.slider.set_value else element.slider.default
        )
    elif kind == "text_input":
        state.string_value = (
            element.text_input.value if element.text_input.set_value else element.text_input.default
        )
    else:
        return None
    return state
