"""What `up` prints once everything is ready: where to go, who may sign in, and what to paste. Pure."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody whom this start made; their secrets are shown here and nowhere else, ever again."""

    role: str
    email: str
    password: str = field(default="", repr=False)  # empty: it came from the environment
    token: str = field(default="", repr=False)


def greeting(url: str, newcomers: tuple[Newcomer, ...], *, egress_allow: tuple[str, ...], seconds: float) -> str:
    token = next((person.token for person in newcomers if person.token), "")
    lines = ["", f"BrowserGrid is ready at {url}  ({seconds:.1f} s)", ""]
    if newcomers:
        lines += ["Shown this once:"]
        for person in newcomers:
            password = person.password or "as you set it"
            lines += [f"  {person.role:<8}{person.email}   password: {password}"]
            if person.token:
                lines += [f"          token: {person.token}"]
        lines += [""]
    lines += _snippet(url, token)
    opened = f"Now: {', '.join(egress_allow)}." if egress_allow else "Now: none."
    lines += [
        "",
        "Browsers reach the internet, and nothing on this machine or its networks. To open a local port to them:",
        f'  BROWSERGRID_EGRESS_ALLOW="localhost:3000" make up        {opened}',
        "",
        "Ctrl-C ends everything.",
        "",
    ]
    return "\n".join(lines)


def _snippet(url: str, token: str) -> list[str]:
    shown = token or "bg_…"
    lines = [] if token else [f"Make a token at {url}/tokens/, then:"]
    return [
        *lines,
        "  from playwright.sync_api import sync_playwright",
        "",
        "  with sync_playwright() as playwright:",
        f'      browser = playwright.chromium.connect_over_cdp("{url}/connect?token={shown}")',
        "      page = browser.contexts[0].pages[0]",
        '      page.goto("https://example.com")',
        '      page.screenshot(path="x.png")',
    ]
