"""The DOM recorder: rrweb in a world of its own in every document, from the first page on, across navigations.

What it runs there stands in dom_boot.js. Frames that their embedder must not see into are recorded by themselves and
joined to their page's stream here, in the node: rrweb's own way posts them to the embedder, for its scripts to read.
"""

import asyncio
import contextlib
import functools
import itertools
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from browser_node.capture import redaction
from browser_node.capture.dom_documents import Document, Documents
from browser_node.capture.dom_shift import BASE, Event, Kind, Shift
from browser_node.capture.spool import Spool, now_ms
from browser_node.devtools import DevtoolsError
from browser_node.page import Page, Watcher
from browser_node.pages import Pages
from browser_node.wire_capture import CaptureWish, Stream

_BOOT = Path(__file__).with_name("dom_boot.js")
_MOST_EVENT_BYTES = 32 * 1024 * 1024
_MOST_WAITING_BYTES = 8 * 1024 * 1024  # of one frame that is not joined yet
_JOIN_PAUSES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
_ID_OF = "function() { return globalThis.browsergridRecorder?.id(this) ?? -1 }"
_STOP = "globalThis.browsergridRecorder?.stop()"

_numbers = itertools.count(1)


class RecorderMissing(Exception):
    """The library is not built on this machine; says what builds it."""


def read_library(path: Path) -> str:
    """rrweb's recorder as one script that defines `rrwebRecord`. Raises RecorderMissing."""
    try:
        return path.read_text()
    except OSError as error:
        detail = f"The DOM recorder is not built ({path} is missing). Install Node.js and run ./setup.sh run."
        raise RecorderMissing(detail) from error


class DomRecorder(Watcher):
    """A watcher while the DOM is recorded; `stop` before it no longer is one."""

    wants_frames = True

    def __init__(self, pages: Pages, spool: Spool, library: str, wish: CaptureWish) -> None:
        number = next(_numbers)
        self._pages = pages
        self._spool = spool
        # Names of its own: a world and a binding outlive the recorder that asked for them.
        self._world = f"browsergrid-recorder-{number}"
        self._binding = f"browsergridSend{number}"
        self._source = _source(library, self._binding, wish)
        self._documents: dict[Page, Documents] = {}
        self._scripts: dict[Page, dict[str, str]] = {}  # by session
        self._bases = itertools.count(BASE, BASE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def attached(self, page: Page) -> None:
        self._documents[page] = Documents(page.main_frame)
        await self._prepare(page, page.session)

    async def frame_attached(self, page: Page, session: str) -> None:
        await self._prepare(page, session)

    def gone(self, page: Page) -> None:
        self._documents.pop(page, None)
        self._scripts.pop(page, None)

    def event(self, page: Page, method: str, params: dict[str, Any]) -> None:
        self.frame_event(page, page.session, method, params)

    def frame_event(self, page: Page, session: str, method: str, params: dict[str, Any]) -> None:
        documents = self._documents.get(page)
        if documents is None:
            return
        match method:
            case "Runtime.bindingCalled" if params["name"] == self._binding:
                document = documents.find(session, params["executionContextId"])
                if document is not None:
                    self._took(page, documents, document, params["payload"])
            case "Runtime.executionContextCreated" if params["context"]["name"] == self._world:
                context = params["context"]
                documents.met(session, context["id"], context["auxData"]["frameId"])
            case "Runtime.executionContextDestroyed":
                documents.left(session, params["executionContextId"])
            case "Runtime.executionContextsCleared":
                documents.cleared(session)
            case "Page.frameAttached":
                documents.placed(params["frameId"], params["parentFrameId"])
            case "Page.frameDetached" if params["reason"] == "remove":
                documents.removed(params["frameId"])
            case "Page.frameStartedLoading":
                documents.leaving(session, params["frameId"])
            case "Page.frameNavigated":
                for document in documents.surviving(session, params["frame"]["id"]):
                    self._run(self._boot_again(page, document))

    async def stop(self) -> None:
        """Documents are left as they were found. Never raises."""
        for task in list(self._tasks):
            task.cancel()
        works = []
        for page, documents in self._documents.items():
            send = functools.partial(self._pages.send, page)
            for document in documents.all():
                stop = {"expression": _STOP, "contextId": document.context}
                works.append(send("Runtime.evaluate", stop, session=document.session, seconds=1.0))
        for page, scripts in self._scripts.items():
            for session, script in scripts.items():
                send = functools.partial(self._pages.send, page, session=session, seconds=1.0)
                works.append(send("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script}))
                works.append(send("Runtime.removeBinding", {"name": self._binding}))
        await asyncio.gather(*works, return_exceptions=True)  # pages may have gone meanwhile

    async def _prepare(self, page: Page, session: str) -> None:
        send = functools.partial(self._pages.send, page, session=session)
        script = {"source": self._source, "worldName": self._world, "runImmediately": True}
        answers = await asyncio.gather(
            send("Page.enable"),
            send("Runtime.enable"),  # without it no binding is heard
            send("Runtime.addBinding", {"name": self._binding, "executionContextName": self._world}),
            send("Page.addScriptToEvaluateOnNewDocument", script),
            send("Page.getFrameTree"),
        )
        if page in self._documents:
            scripts = self._scripts.setdefault(page, {})
            for left in scripts.keys() - page.frames - {page.session}:
                del scripts[left]
                self._documents[page].cleared(left)
            scripts[session] = answers[3]["identifier"]
            self._documents[page].placed_tree(answers[4]["frameTree"])

    async def _boot_again(self, page: Page, document: Document) -> None:
        """A popup's first, empty document hands its contexts on to the next, for which Chromium then runs no script."""
        again = {"expression": self._source, "contextId": document.context}
        with contextlib.suppress(DevtoolsError):  # it is gone again
            await self._pages.send(page, "Runtime.evaluate", again, session=document.session)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _took(self, page: Page, documents: Documents, document: Document, payload: str) -> None:
        if len(payload) > _MOST_EVENT_BYTES:
            self._spool.drop(Stream.DOM)
            return
        try:
            event: Event = json.loads(payload)
            if documents.is_top(document):
                self._write(page, event, len(payload))
            elif document.shift is not None:
                self._write(page, document.shift.of(event), len(payload))
            else:
                self._await_joining(page, documents, document, event, len(payload))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self._spool.drop(Stream.DOM)  # only a renderer that was taken over says such things

    def _await_joining(self, page: Page, documents: Documents, document: Document, event: Event, size: int) -> None:
        if not document.is_joining:
            if event["type"] != Kind.FULL_SNAPSHOT:
                return  # nothing can be told of a document before its first picture
            document.is_joining = True
            self._run(self._join(page, documents, document))
        document.waiting_bytes += size
        if document.waiting_bytes > _MOST_WAITING_BYTES:
            documents.left(document.session, document.context)
            self._spool.drop(Stream.DOM)
            return
        document.waiting.append(event)

    async def _join(self, page: Page, documents: Documents, document: Document) -> None:
        """Find the element that it stands in, as soon as that was recorded itself."""
        for pause in _JOIN_PAUSES:
            await asyncio.sleep(pause)
            if not documents.holds(document) or self._documents.get(page) is not documents:
                return
            with contextlib.suppress(DevtoolsError, KeyError, TypeError):
                owner = await self._owner(page, documents, document)
                if owner > 0:
                    break
        else:
            documents.left(document.session, document.context)
            self._spool.drop(Stream.DOM)
            return
        document.shift = Shift(next(self._bases), owner)
        for event in document.waiting:
            self._write(page, document.shift.of(event), document.waiting_bytes // len(document.waiting))
        document.waiting.clear()

    async def _owner(self, page: Page, documents: Documents, document: Document) -> int:
        """The id, in the page's stream, of the element around a frame; -1 where it is not known yet."""
        around = documents.around(document)
        if around is None:
            return -1
        if not documents.is_top(around) and around.shift is None:
            return -1
        send = functools.partial(self._pages.send, page, session=around.session)
        owner = (await send("DOM.getFrameOwner", {"frameId": document.frame}))["backendNodeId"]
        node = {"backendNodeId": owner, "executionContextId": around.context}
        found = (await send("DOM.resolveNode", node))["object"]["objectId"]
        asked = {"objectId": found, "functionDeclaration": _ID_OF, "returnByValue": True}
        number = int((await send("Runtime.callFunctionOn", asked))["result"]["value"])
        base = around.shift.base if around.shift is not None else 0
        return base + number if number > 0 else -1

    def _write(self, page: Page, event: Event | None, size: int) -> None:
        if event is None:
            return
        if event["type"] == Kind.META:
            event["data"]["href"] = redaction.address(event["data"]["href"])
        self._spool.append(Stream.DOM, {"t": now_ms(), "page": page.target, "e": event}, size + 80)


def _source(library: str, binding: str, wish: CaptureWish) -> str:
    options = {"binding": binding, "mask_inputs": wish.mask_inputs, "block": wish.block}
    boot = _BOOT.read_text().rstrip().replace("/* LIBRARY */", f"{library}\n;")
    return f"{boot}({json.dumps(options)});"
