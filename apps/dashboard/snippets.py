"""The lines that join a client to BrowserGrid: for a new session, and for one that is there."""

import re
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from apps.access.outside import Origin

PLACEHOLDER = "YOUR_TOKEN"


@dataclass(frozen=True)
class Snippet:
    client: str  # one of CLIENTS
    label: str
    code: str
    note: str
    marked: str = ""  # what to point out: the secret

    @property
    def html(self) -> SafeString:
        return coloured(self.code, self.marked)


CLIENTS = {
    "playwright-python": "Playwright Py",
    "playwright-node": "Playwright JS",
    "puppeteer": "Puppeteer",
    "selenium": "Selenium",
    "browser-use": "browser-use",
    "curl": "curl",
}


def for_claim(origin: Origin, token: str = PLACEHOLDER, pool: str = "") -> list[Snippet]:
    """Each claims a new session and uses it."""
    option = f"&pool={pool}" if pool else ""
    socket, page = f"{origin.ws}/connect?token={token}{option}", f"{origin.http}/connect?token={token}{option}"
    body = f', json={{"pool": "{pool}"}}' if pool else ""
    selenium = f"""import requests
from selenium import webdriver

api = requests.Session()
api.headers["Authorization"] = "Bearer {token}"
session = api.post("{origin.http}/api/v1/sessions?wait=30"{body}).json()
root = api.post(f"{origin.http}/api/v1/sessions/{{session['id']}}/host-root").json()

options = webdriver.ChromeOptions()
options.debugger_address = root["host"]
driver = webdriver.Chrome(options=options)
driver.get("https://example.com")"""
    notes = {"selenium": "Needs chromedriver on your machine. The session stays until you release it or it is idle."}
    curl = f"""# claims a browser and answers with its address; connect within 10 seconds
curl '{origin.http}/connect/json/version?token={token}{option}'

# or over the API
curl -X POST '{origin.http}/api/v1/sessions' \\
  -H 'Authorization: Bearer {token}'"""
    return _all(page, socket, selenium, curl, notes, marked=token)


def for_session(origin: Origin, session: str, connect_url: str, root: Origin | None = None) -> list[Snippet]:
    """Each joins the session of that address; the ticket inside it serves this one session.

    `root` is a host of the session's own, for clients that drop path and query; without it they have to ask for one.
    """
    page = "http" + connect_url.removeprefix("ws")
    address, _, query = page.partition("?")
    version = f"{address}/json/version?{query}" if query else f"{address}/json/version"
    curl = f"""# the version object of Chrome, with the address that clients connect to
curl '{version}'"""
    marked = query.removeprefix("ticket=")
    selenium = _selenium_at(root.netloc) if root else _selenium_by_api(origin, session)
    notes = {"selenium": "Needs chromedriver on your machine." if root else "Needs chromedriver and an API token."}
    secrets = (marked, root.netloc.partition(".")[0] if root else "")
    return _all(page, connect_url, selenium, curl, notes, marked=marked, secrets=secrets)


def _selenium_at(host: str) -> str:
    return f"""from selenium import webdriver

options = webdriver.ChromeOptions()
options.debugger_address = "{host}"
driver = webdriver.Chrome(options=options)
driver.get("https://example.com")
print(driver.title)"""


def _selenium_by_api(origin: Origin, session: str) -> str:
    return f"""import requests
from selenium import webdriver

root = requests.post(
    "{origin.http}/api/v1/sessions/{session}/host-root",
    headers={{"Authorization": "Bearer {PLACEHOLDER}"}},
).json()

options = webdriver.ChromeOptions()
options.debugger_address = root["host"]
driver = webdriver.Chrome(options=options)"""


def _all(
    page: str,
    socket: str,
    selenium: str,
    curl: str,
    notes: dict[str, str],
    *,
    marked: str,
    secrets: tuple[str, ...] = (),
) -> list[Snippet]:
    code = {
        "playwright-python": f"""from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    browser = playwright.chromium.connect_over_cdp(
        "{page}"
    )
    page = browser.contexts[0].pages[0]
    page.goto("https://example.com")
    print(page.title())""",
        "playwright-node": f"""import {{ chromium }} from "playwright";

const browser = await chromium.connectOverCDP(
  "{page}"
);
const page = browser.contexts()[0].pages()[0];
await page.goto("https://example.com");
console.log(await page.title());
await browser.close();""",
        "puppeteer": f"""import puppeteer from "puppeteer-core";

const browser = await puppeteer.connect({{
  browserWSEndpoint: "{socket}",
  defaultViewport: null,
}});
const [page] = await browser.pages();
await page.goto("https://example.com");
console.log(await page.title());
await browser.disconnect();""",
        "selenium": selenium,
        "browser-use": f"""import asyncio
from browser_use import Agent, Browser, ChatOpenAI

browser = Browser(
    cdp_url="{page}"
)
agent = Agent(
    task="Find the title of example.com",
    llm=ChatOpenAI(model="gpt-4.1-mini"),
    browser=browser,
)
asyncio.run(agent.run())""",
        "curl": curl,
    }
    return [
        Snippet(
            client=client,
            label=label,
            code=code[client],
            note=notes.get(client, ""),
            marked=next((secret for secret in (marked, *secrets) if secret and secret in code[client]), ""),
        )
        for client, label in CLIENTS.items()
    ]


_PARTS = re.compile(
    r"""(?P<c>(?:^|(?<=\n))\#[^\n]*)|(?P<s>f?"[^"\n]*"|'[^'\n]*')|"""
    r"""(?P<k>\b(?:from|import|with|as|const|await|print|curl)\b)"""
)


def coloured(code: str, marked: str = "") -> SafeString:
    """The code as HTML: strings, words and comments in spans, the secret in a <mark>; its text stays what it was."""
    out, at = [], 0
    for match in _PARTS.finditer(code):
        kind = match.lastgroup or "k"
        out += [escape(code[at : match.start()]), f'<span class="{kind}">{escape(match.group())}</span>']
        at = match.end()
    html = "".join([*out, escape(code[at:])])
    if marked:
        secret = escape(marked)
        html = html.replace(secret, f"<mark>{secret}</mark>")
    return mark_safe(html)  # noqa: S308 - every piece was escaped above
