"""What a person in control does beside input: addresses, tabs, dialogs, files, the clipboard, the window's size."""

from collections.abc import Awaitable, Callable

from browser_node.live import selection
from browser_node.live.messages import Message, Refused, number, text, texts
from browser_node.page import Page
from browser_node.pages import Pages

MOST_FILES = 100

_SCHEMES = ("http", "https", "data")
_MOST_ADDRESS = 2_000_000  # what Chromium takes
_MOST_ANSWER = 100_000
_LEAST_SIDE, _MOST_SIDE = 100, 8192

PathOf = Callable[[str], str]


class Steering:
    """One person's. Each of `deeds` takes a page and a message of its name; all raise Refused or DevtoolsError.

    `path_of` gives the place of an uploaded file as the browser sees it, or raises Refused. `settled` waits for what
    the same person's hands did: a command may overtake input.
    """

    def __init__(self, pages: Pages, path_of: PathOf, settled: Callable[[], Awaitable[None]]) -> None:
        self.deeds = {
            "copy": self._copy,
            "dialog_answer": self._answer,
            "files": self._choose,
            "navigate": self._navigate,
            "close_page": self._close_page,
            "resize": self._resize,
        }
        self._pages = pages
        self._path_of = path_of
        self._settled = settled

    async def new_page(self, beside: Page | None) -> None:
        """In the same browser context, where there is one."""
        params = {"url": "about:blank"}
        others = (await self._pages.send_browser("Target.getBrowserContexts"))["browserContextIds"]
        if beside is not None and beside.context in others:
            params["browserContextId"] = beside.context
        await self._pages.send_browser("Target.createTarget", params)

    async def _copy(self, page: Page, _: Message) -> Message:
        await self._settled()
        return {"type": "clipboard", "text": await selection.read(self._pages, page)}

    async def _answer(self, page: Page, message: Message) -> None:
        if page.dialog is None:
            raise Refused("No dialog is open.")
        answer = {"accept": message.get("accept") is True, "promptText": text(message, "text", _MOST_ANSWER)}
        self._pages.post(page, "Page.handleJavaScriptDialog", answer)

    async def _choose(self, page: Page, message: Message) -> None:
        """No names: nothing is chosen, as by Cancel."""
        names, chooser = texts(message, "names", MOST_FILES), page.chooser
        if chooser is None:
            raise Refused("No page asks for files now.")
        if len(names) > 1 and not chooser.is_multiple:
            raise Refused("The page takes one file.")
        paths = [self._path_of(name) for name in names]
        self._pages.answered(page)
        if paths:
            chosen = {"files": paths, "backendNodeId": chooser.node}
            await self._pages.send(page, "DOM.setFileInputFiles", chosen, session=chooser.session)

    async def _navigate(self, page: Page, message: Message) -> None:
        where = text(message, "url", _MOST_ADDRESS)
        if where == "reload":
            self._pages.post(page, "Page.reload")
        elif where in ("back", "forward"):
            history = await self._pages.send(page, "Page.getNavigationHistory")
            index = history["currentIndex"] + (1 if where == "forward" else -1)
            if 0 <= index < len(history["entries"]):
                entry = {"entryId": history["entries"][index]["id"]}
                self._pages.post(page, "Page.navigateToHistoryEntry", entry)
        else:
            self._pages.post(page, "Page.navigate", {"url": address(where)})

    async def _close_page(self, page: Page, message: Message) -> None:
        named = text(message, "page", 64)
        target = named or page.target
        if self._pages.find(target) is None:
            raise Refused("That page is closed.")
        await self._pages.send_browser("Target.closeTarget", {"targetId": target})

    async def _resize(self, page: Page, message: Message) -> None:
        """The window's: where a client set a size of its own, that stays."""
        width, height = (
            round(min(max(number(message, side), _LEAST_SIDE), _MOST_SIDE)) for side in ("width", "height")
        )
        window = await self._pages.send_browser("Browser.getWindowForTarget", {"targetId": page.target})
        size = {"windowId": window["windowId"], "width": width, "height": height}
        await self._pages.send_browser("Browser.setContentsSize", size)


def address(typed: str) -> str:
    """What a person typed as an address, in full. Raises Refused for a kind that may not be opened by hand."""
    typed = typed.strip()
    if not typed:
        raise Refused("Type an address.")
    scheme, colon, rest = typed.partition(":")
    if colon and rest.partition("/")[0].isdigit():
        return f"http://{typed}"  # a host and a port
    if not colon or "/" in scheme or "." in scheme:
        return f"https://{typed}"
    if scheme.lower() not in _SCHEMES and typed.lower() != "about:blank":
        raise Refused(f"Addresses that begin with {scheme[:20]}: are not opened here.")
    return typed
