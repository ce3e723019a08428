"""Fifty light pages of ten kinds, always the same: what the cost of recording is measured on."""

from tests.support.site import Page

WORDS = [
    *("browser", "grid", "session", "pool", "claim", "frame", "record", "replay", "window", "socket", "client"),
    *("server", "page", "event", "stream", "cursor", "timeline", "segment", "mask", "field", "label", "table"),
    *("column", "figure", "chart", "legend", "filter", "search", "result", "detail", "answer"),
]

_STYLE = """body{font:15px/1.5 sans-serif;margin:2rem auto;max-width:60rem;color:#222}h1{font-size:2rem}
nav a{margin-right:1rem}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.2rem .6rem}
.card{border:1px solid #ddd;border-radius:8px;padding:1rem;margin:.5rem;display:inline-block;width:14rem}
.grid{display:grid;grid-template-columns:repeat(4,1fr);gap:.5rem}.bar{background:#48c;height:1rem}"""


def light_pages() -> dict[str, Page]:
    """By path, /light/0 to /light/49; from 2 to 40 kB."""
    return {f"/light/{number}": Page(_page(number).encode()) for number in range(50)}


def _page(number: int) -> str:
    body = _KINDS[number % len(_KINDS)](number, 1 + number // len(_KINDS))
    links = "".join(f"<a href=/light/{other}>{_words(other, 2)}</a>" for other in range(number, number + 8))
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>Page {number}</title><style>{_STYLE}</style>"
        f"</head><body><nav>{links}</nav><h1>{_words(number, 4)}</h1>{body}</body></html>"
    )


def _words(seed: int, count: int) -> str:
    return " ".join(WORDS[(seed * 7 + place * (3 + seed % 5)) % len(WORDS)] for place in range(count))


def _article(seed: int, size: int) -> str:
    return "".join(f"<h2>{_words(seed + n, 3)}</h2><p>{_words(seed + n, 90)}</p>" for n in range(8 * size))


def _table(seed: int, size: int) -> str:
    rows = (
        f"<tr>{''.join(f'<td>{_words(seed + row + column, 2)}</td>' for column in range(6))}"
        for row in range(40 * size)
    )
    return f"<table>{''.join(rows)}</table>"


def _form(seed: int, size: int) -> str:
    fields = (f"<label>{_words(n, 1)}<input name=f{n} value={n}></label><br>" for n in range(20 * size))
    return f"<form>{''.join(fields)}<select><option>a<option>b</select><textarea>{_words(seed, 9)}</textarea></form>"


def _cards(seed: int, size: int) -> str:
    return "".join(
        f"<div class=card><b>{_words(seed + n, 2)}</b><p>{_words(n, 12)}</p></div>" for n in range(24 * size)
    )


def _list(seed: int, size: int) -> str:
    items = "".join(
        f"<li>{_words(seed + n, 5)}<ul><li>{_words(n, 3)}<li>{_words(n + 1, 3)}</ul>" for n in range(40 * size)
    )
    return f"<ul>{items}</ul>"


def _drawing(seed: int, size: int) -> str:
    shapes = (
        f"<circle cx={n * 13 % 600} cy={n * 29 % 300} r={3 + n % 9} fill=hsl({n * 11 % 360},60%,50%) />"
        for n in range(120 * size)
    )
    return f"<svg width=600 height=300>{''.join(shapes)}</svg>"


def _chart(seed: int, size: int) -> str:
    return "".join(f'<div class=bar style="width:{(n * 37 + seed) % 100}%"></div>' for n in range(60 * size))


def _grid(seed: int, size: int) -> str:
    return f"<div class=grid>{''.join(f'<span>{_words(seed + n, 2)}</span>' for n in range(100 * size))}</div>"


def _made_by_script(seed: int, size: int) -> str:
    return (
        f"<div id=list></div><script>for (let n = 0; n < {150 * size}; n++) {{ const p = document.createElement('p');"
        f"p.textContent = 'made ' + n; p.dataset.n = n; list.append(p) }}</script>"
    )


def _changing(seed: int, size: int) -> str:
    return (
        f"<p id=counter>0</p><p>{_words(seed, 60 * size)}</p><script>let n = 0;"
        "setInterval(() => { counter.textContent = ++n; counter.className = 'c' + n % 3 }, 50)</script>"
    )


_KINDS = (_article, _table, _form, _cards, _list, _drawing, _chart, _grid, _made_by_script, _changing)
