"""One reader of server-sent events."""

import asyncio

from django.test import AsyncClient, Client


class Stream:
    """What it was told so far; by a token, or by the cookie of a browser."""

    def __init__(self, secret: str, path: str, last: str = "", *, browser: Client | None = None) -> None:
        self.headers = {"Accept": "text/event-stream"}
        if secret:
            self.headers["Authorization"] = f"Bearer {secret}"
        if last:
            self.headers["Last-Event-ID"] = last
        self.path = path
        self.client = AsyncClient()
        if browser is not None:
            for name, morsel in browser.cookies.items():
                self.client.cookies[name] = morsel.value

    async def __aenter__(self) -> "Stream":
        response = await self.client.get(self.path, headers=self.headers)
        assert response.status_code == 200, response.content
        assert response["Content-Type"].startswith("text/event-stream")
        assert response["Cache-Control"] == "no-store"
        self.parts = response.streaming_content
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.parts.aclose() if hasattr(self.parts, "aclose") else None

    async def next(self) -> dict[str, str]:
        """The next event; comments are passed over. Empty at the end."""
        async with asyncio.timeout(10):
            async for part in self.parts:
                fields = dict(line.split(": ", 1) for line in part.decode().splitlines() if line and line[0] != ":")
                if "data" in fields:
                    return fields
        return {}
