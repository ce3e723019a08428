"""HTTP Archive 1.2 of the network lines that a node wrote down. Pure; what it does not know it leaves out or at -1."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from apps.recordings.numbers import is_number

Line = Mapping[str, Any]
CREATOR = {"name": "BrowserGrid", "version": "1.0"}
UNKNOWN = -1


def pieces(pages: Iterable[Line], requests: Iterable[Line], *, browser: str = "") -> Iterator[str]:
    """The document as text, written as it is read: a long session has many requests.

    `pages` are lines of the stream `page`, `requests` of `network`, each with its `t` in unix milliseconds.
    """
    name, _, version = browser.partition("/")
    head = {"version": "1.2", "creator": CREATOR, "browser": {"name": name or "Chromium", "version": version}}
    yield f'{{"log":{{{json.dumps(head)[1:-1]},"pages":['
    visits = _visits(pages)
    yield ",".join(json.dumps(_page(visit)) for visit in visits)
    yield '],"entries":['
    known = _Visits(visits)
    separator = ""
    for request in requests:
        yield separator + json.dumps(entry(request, known.at(str(request.get("page", "")), _number(request, "t"))))
        separator = ",\n"
    yield "]}}"


def entry(line: Line, page: str = "") -> dict[str, Any]:
    """One request with its response."""
    start, end = _number(line, "t"), _number(line, "end")
    timings = _timings(line.get("timing"), max(0.0, end - start))
    told: dict[str, Any] = {
        **({"pageref": page} if page else {}),
        "startedDateTime": _moment(start),
        "time": round(sum(value for name, value in timings.items() if name != "ssl" and value > 0), 3),
        "request": _request(line),
        "response": _response(line),
        "cache": {},
        "timings": timings,
    }
    if line.get("ip"):
        told["serverIPAddress"] = str(line["ip"]).strip("[]")
    if line.get("type"):
        told["_resourceType"] = str(line["type"]).lower()
    if line.get("error"):
        told["_error"] = str(line["error"])
    return told


def _request(line: Line) -> dict[str, Any]:
    url = str(line.get("url", ""))
    return {
        "method": str(line.get("method") or "GET"),
        "url": url,
        "httpVersion": _version(line),
        "cookies": [],
        "headers": _pairs(line.get("request_headers")),
        "queryString": _query(url),
        "headersSize": UNKNOWN,
        "bodySize": int(_number(line, "request_bytes", UNKNOWN)),
    }


def _response(line: Line) -> dict[str, Any]:
    headers = _pairs(line.get("response_headers"))
    location = next((pair["value"] for pair in headers if pair["name"].lower() == "location"), "")
    return {
        "status": int(_number(line, "status")),
        "statusText": str(line.get("status_text") or ""),
        "httpVersion": _version(line),
        "cookies": [],
        "headers": headers,
        "content": {
            "size": max(0, int(_number(line, "body_bytes"))),
            "mimeType": str(line.get("mime") or "x-unknown"),
        },
        "redirectURL": location,
        "headersSize": UNKNOWN,
        "bodySize": 0 if line.get("from_cache") else int(_number(line, "bytes", UNKNOWN)),
    }


def _timings(timing: Any, total: float) -> dict[str, float]:
    """From Chrome's offsets; what happened before the request's own start is `blocked`."""
    if not isinstance(timing, dict):
        return {"blocked": UNKNOWN, "dns": UNKNOWN, "connect": UNKNOWN, "ssl": UNKNOWN} | {
            "send": 0, "wait": round(total, 3), "receive": 0,
        }  # fmt: skip
    sent, received = max(0.0, _number(timing, "sendEnd")), max(0.0, _number(timing, "receiveHeadersEnd"))
    first = [_number(timing, name, UNKNOWN) for name in ("dnsStart", "connectStart", "sendStart")]
    return {
        "blocked": round(next((at for at in first if at >= 0), 0.0), 3),
        "dns": _span(timing, "dnsStart", "dnsEnd"),
        "connect": _span(timing, "connectStart", "connectEnd"),
        "ssl": _span(timing, "sslStart", "sslEnd"),
        "send": max(0.0, _span(timing, "sendStart", "sendEnd")),
        "wait": round(max(0.0, received - sent), 3),
        "receive": round(max(0.0, total - received), 3),
    }


def _span(timing: Line, first: str, last: str) -> float:
    began, ended = _number(timing, first, UNKNOWN), _number(timing, last, UNKNOWN)
    return round(ended - began, 3) if 0 <= began <= ended else UNKNOWN


def _visits(pages: Iterable[Line]) -> list[dict[str, Any]]:
    """Each navigation of each page is a page of the archive; a title belongs to the visit before it."""
    visits: list[dict[str, Any]] = []
    latest: dict[str, dict[str, Any]] = {}
    for line in pages:
        target = str(line.get("page", ""))
        if line.get("kind") == "navigated":
            visit = {"id": f"page_{len(visits) + 1}", "page": target, "t": _number(line, "t")}
            visits.append(visit | {"title": str(line.get("title") or line.get("url") or "")})
            latest[target] = visits[-1]
        elif line.get("title") and target in latest:
            latest[target]["title"] = str(line["title"])
    return visits


class _Visits:
    """Which visit a request belongs to: the last of its page that had begun, else the first."""

    def __init__(self, visits: list[dict[str, Any]]) -> None:
        self._by_page: dict[str, list[dict[str, Any]]] = {}
        for visit in visits:
            self._by_page.setdefault(visit["page"], []).append(visit)

    def at(self, page: str, moment: float) -> str:
        visits = self._by_page.get(page, [])
        begun = [visit for visit in visits if visit["t"] <= moment]
        return str((begun or visits)[-1 if begun else 0]["id"]) if visits else ""


def _page(visit: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": visit["id"],
        "startedDateTime": _moment(visit["t"]),
        "title": visit["title"],
        "pageTimings": {"onContentLoad": UNKNOWN, "onLoad": UNKNOWN},
    }


def _pairs(headers: Any) -> list[dict[str, str]]:
    if isinstance(headers, dict):
        headers = list(headers.items())
    if not isinstance(headers, list):
        return []
    pairs = [pair for pair in headers if isinstance(pair, list | tuple) and len(pair) == 2]
    return [{"name": str(name), "value": str(value)} for name, value in pairs]


def _query(url: str) -> list[dict[str, str]]:
    try:
        pairs = parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        return []
    return [{"name": name, "value": value} for name, value in pairs]


def _version(line: Line) -> str:
    word = str(line.get("protocol") or "").lower()
    return {"h2": "HTTP/2.0", "h3": "HTTP/3.0", "http/1.1": "HTTP/1.1", "http/1.0": "HTTP/1.0"}.get(word, word)


def _moment(ms: float) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _number(line: Line, name: str, otherwise: float = 0.0) -> float:
    value = line.get(name)
    return float(value) if is_number(value) else otherwise
