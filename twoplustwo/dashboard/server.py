"""How the server sends: every answer guarded, the code of the pages packed and kept by the browser.

ASGI middleware, :class:`Guarded` outermost and :class:`Packed` innermost. The pages' own server sends its
scripts as they lie on disk, nine megabytes for a first visit; packed they are less than two. Packing is
done once a file and process, off the event loop, so a visitor who comes later waits for nothing.
"""

from __future__ import annotations

import gc
import gzip
import os
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache, lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qsl

import brotli
import streamlit as st
from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twoplustwo.check import InvalidRecordError
from twoplustwo.dashboard.navigation import TITLES
from twoplustwo.dashboard.visit import HOME
from twoplustwo.language import ENGLISH, _, marked, speaking
from twoplustwo.selection import as_params, language_of
from twoplustwo.shared import shared

FRONTEND = Path(st.__file__).parent / "static"
"""The framework's part that runs in the browser."""
ABOUT = marked(
    "Japan's two-plus-two meetings of foreign and defence ministers, the agreements around them and "
    "the cooperation areas they took up, each fact with its source."
)

FRAME_ANCESTORS = "TWOPLUSTWO_FRAME_ANCESTORS"
"""Environment variable: which sites may show the dashboard in a frame, as in a content security policy,
such as ``'self' https://example.org``. Without it any site may, since embedding is offered to readers."""
LONGEST_BODY = 1024 * 1024  # bytes; the dashboard takes no uploads
STATIC = re.compile(r"/static/[\w./-]+\.(js|css|svg|json)")
TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "json": "application/json"}
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
FOR_A_YEAR = "public, max-age=31536000, immutable"
"""Names of static files carry a hash of what is in them."""


def security_headers(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What every answer says about itself to the browser.

    The pages' framework sets styles in line, starts workers from blobs and draws pictures from data
    addresses; its one script in line is known by its hash. All else comes from this server alone.
    """
    hashes = [
        b64encode(sha256(script.encode()).digest()).decode()
        for script in INLINE.findall(_framework_document())
    ]
    ancestors = environment.get(FRAME_ANCESTORS, "*").strip() or "'none'"
    policy = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self' ws: wss:",
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'none'",
        "frame-ancestors": ancestors,
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


@asynccontextmanager
async def ready(_: object) -> AsyncIterator[None]:
    """Lifespan of the application: no visitor waits for what all of them need.

    The record is read and checked, and the code for charts imported, before the first one comes. All of it
    stays for as long as the process, so the collector of garbage, which the pages' framework calls after
    every run of the script, need not look through it each time.
    """
    with suppress(InvalidRecordError):  # the pages say what is wrong
        shared()
    import_module("twoplustwo.charts.agreements")
    gc.collect()
    gc.freeze()
    yield


class Guarded:
    """ASGI middleware: security headers on every answer, limits on every request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = security_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if "server" in headers:
                    del headers["server"]
            await send(message)

        refusal = too_large(scope)
        await (refusal or self.app)(scope, receive, guarded)


def too_large(scope: Scope) -> Response | None:
    """The answer to a request with too much in it; None for every other one."""
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdecimal() or int(length) > LONGEST_BODY:
        return PlainTextResponse(f"A request may carry {LONGEST_BODY:,} bytes at most.", 413)
    return None


class Packed:
    """ASGI middleware: the static files of the pages, packed as the browser understands it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(scope) if scope["type"] == "http" else None
        await (answer or self.app)(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response | None:
        if scope["method"] not in {"GET", "HEAD"}:
            return None
        accepted = Headers(scope=scope).get("accept-encoding", "")
        coding = next((coding for coding in ("br", "gzip") if coding in accepted), None)
        headers = {"Vary": "Accept-Encoding", **({"Content-Encoding": coding} if coding else {})}
        path = scope["path"]
        if (page := path.removeprefix("/") or HOME) in TITLES:
            asked = as_params(parse_qsl(scope["query_string"].decode("ascii", "replace")))
            content = await to_thread.run_sync(packed_page, page, coding, language_of(asked))
            return Response(content, headers=headers | {"Cache-Control": "no-cache"}, media_type="text/html")
        if coding is None:
            return None
        found = STATIC.fullmatch(path)
        file = FRONTEND / path.removeprefix("/")
        if not found or ".." in path or not file.is_file():
            return None
        content = await to_thread.run_sync(packed_file, file, coding)
        return Response(content, headers=headers | {"Cache-Control": FOR_A_YEAR}, media_type=TYPES[found[1]])


@lru_cache(maxsize=1024)
def packed_file(file: Path, coding: str) -> bytes:
    """A file as ``br`` or ``gzip``, kept for as long as the process lives."""
    return _pack(file.read_bytes(), coding)


@cache
def packed_page(page: str, coding: str | None, language: str = ENGLISH) -> bytes:
    """The document of a page as ``br`` or ``gzip``, or as it is."""
    content = document(page, language).encode("utf-8")
    return content if coding is None else _pack(content, coding)


def _pack(content: bytes, coding: str) -> bytes:
    return brotli.compress(content, quality=6) if coding == "br" else gzip.compress(content, 9)


def document(page: str, language: str = ENGLISH) -> str:
    """The HTML that a browser, or whoever previews a link, gets for a page.

    It is the framework's own, with the page's name, what it is about, and the language of both.
    """
    with speaking(language):
        title = "Two Plus Two" if page == HOME else f"{TITLES[page]} · Two Plus Two"
        about = _(ABOUT)
    head = [
        f"<title>{title}</title>",
        f'<meta name="description" content="{about}" />',
        f'<meta property="og:title" content="{title}" />',
        f'<meta property="og:description" content="{about}" />',
        '<meta property="og:type" content="website" />',
        '<script src="./app/static/language.js" defer></script>',
    ]
    named = re.sub("<title>.*?</title>", "\n    ".join(head), _framework_document(), count=1)
    return re.sub('<html lang="[a-z]*"', f'<html lang="{language}"', named, count=1)


@cache
def _framework_document() -> str:
    return (FRONTEND / "index.html").read_text(encoding="utf-8")
