"""The clients people have, unchanged, against the whole product: each drives a browser that it claimed by a URL."""

import json
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect
from selenium import webdriver

from tests.support.eventually import eventually
from tests.support.product import Product

pytestmark = [pytest.mark.browser]
CLIENTS = Path(__file__).resolve().parent.parent / "clients"
MEGABYTE = 1_000_000


def node(script: str, *words: str) -> dict[str, object]:
    ended = subprocess.run(
        ["node", f"{script}.mjs", *words], cwd=CLIENTS, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    answer: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
    return answer


def new_session(product: Product, **body: object) -> dict[str, object]:
    answer = product.api("POST", "/sessions?wait=30", json=body)
    assert answer.status_code == 201, answer.text
    session: dict[str, object] = answer.json()
    return session


@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_playwright_python_runs_the_snippet_of_the_readme(running_product: Product, connect, scheme: str) -> None:
    browser = connect(running_product.connect_url().replace("http", scheme, 1))
    page = browser.contexts[0].pages[0]
    page.goto(running_product.site.url)
    assert page.title() == "Home"
    assert page.evaluate("[innerWidth, innerHeight]") == [1280, 720]
    assert page.screenshot()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.clients
@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_playwright_for_node_runs_the_same(running_product: Product, scheme: str) -> None:
    answer = node("playwright", running_product.connect_url().replace("http", scheme, 1), running_product.site.url)
    assert answer["title"] == "Hello Node"
    assert answer["size"] == {"width": 1280, "height": 720}


@pytest.mark.clients
@pytest.mark.parametrize("end", ["disconnect", "close"])
def test_puppeteer_connects_by_browser_ws_endpoint(running_product: Product, end: str) -> None:
    answer = node(
        "puppeteer", "ws", running_product.connect_url().replace("http", "ws", 1), running_product.site.url, end
    )
    assert answer["title"] == "Home"
    assert answer["big"] == MEGABYTE


def host_root(product: Product, session: dict[str, object]) -> str:
    answer = product.api("POST", f"/sessions/{session['id']}/host-root")
    assert answer.status_code in {200, 201}, answer.text
    url: str = answer.json()["url"]
    return url


@pytest.mark.clients
def test_puppeteer_connects_by_browser_url_to_a_host_root(running_product: Product) -> None:
    session = new_session(running_product, keep_alive=False)
    answer = node("puppeteer", "url", host_root(running_product, session), running_product.site.url, "disconnect")
    assert answer["title"] == "Home"


@pytest.mark.clients
def test_chrome_remote_interface_finds_its_page_at_a_host_root(running_product: Product) -> None:
    root = urlsplit(host_root(running_product, new_session(running_product, keep_alive=False)))
    answer = node("remote_interface", str(root.hostname), str(root.port), running_product.site.url)
    assert answer["title"] == "Home"


@pytest.mark.clients
def test_selenium_drives_a_session_by_its_host_root(running_product: Product) -> None:
    session = new_session(running_product, keep_alive=True)
    root = urlsplit(host_root(running_product, session))
    options = webdriver.ChromeOptions()
    options.debugger_address = f"{root.hostname}:{root.port}"
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        driver.get(running_product.site.url)
        assert driver.title == "Home"
        assert driver.find_element("tag name", "h1").text == "Home"
    finally:
        driver.quit()
        running_product.api("DELETE", f"/sessions/{session['id']}")


def test_curl_claims_with_get_and_the_address_it_is_given_connects(running_product: Product, connect) -> None:
    answer = httpx.get(f"{running_product.url}/connect/json?token={running_product.token}", timeout=30, trust_env=False)
    version = answer.json()
    assert answer.status_code == 200
    assert version["Browser"].startswith("Chrome/")
    assert running_product.token not in answer.text
    browser = connect(version["webSocketDebuggerUrl"])
    assert len(browser.contexts[0].pages) == 1
    assert version["sessionId"] in {session["id"] for session in running_product.sessions(state="running")}


def test_a_result_of_60_megabytes_arrives_whole(running_product: Product, connect) -> None:
    page = connect(running_product.connect_url()).contexts[0].pages[0]
    assert len(page.evaluate("'x'.repeat(60 * 1000 * 1000)")) == 60 * MEGABYTE


def test_an_argument_of_20_megabytes_arrives_whole(running_product: Product, connect) -> None:
    page = connect(running_product.connect_url()).contexts[0].pages[0]
    assert page.evaluate("text => text.length", "y" * 20 * MEGABYTE) == 20 * MEGABYTE


def test_a_popup_and_a_download_work_as_on_a_browser_of_ones_own(
    running_product: Product, connect, tmp_path: Path
) -> None:
    page = connect(running_product.connect_url()).contexts[0].pages[0]
    page.goto(running_product.site.url)
    with page.expect_popup() as popup:
        page.click("#popup")
    expect(popup.value).to_have_title("Other")
    with page.expect_download() as download:
        page.click("#download")
    assert download.value.suggested_filename == "numbers.txt"


def test_two_clients_share_one_session(running_product: Product, connect) -> None:
    session = new_session(running_product, keep_alive=True)
    first, second = connect(session["connect_url"]), connect(session["connect_url"])
    first.contexts[0].pages[0].goto(running_product.site.url)
    expect(second.contexts[0].pages[0]).to_have_title("Home")  # of a page that is loading Playwright makes one up
    assert running_product.api("GET", f"/sessions/{session['id']}").json()["clients"] == 2
    running_product.api("DELETE", f"/sessions/{session['id']}")


def test_with_keep_alive_the_same_address_connects_again_to_the_same_page(running_product: Product, connect) -> None:
    session = new_session(running_product, keep_alive=True)
    first = connect(session["connect_url"])
    first.contexts[0].pages[0].goto(f"{running_product.site.url}/other")
    first.close()
    eventually(lambda: running_product.api("GET", f"/sessions/{session['id']}").json()["state"] == "claimed")
    assert connect(session["connect_url"]).contexts[0].pages[0].title() == "Other"
    running_product.api("DELETE", f"/sessions/{session['id']}")


@pytest.mark.alone
@pytest.mark.clients
def test_a_client_that_is_killed_ends_its_session_within_two_seconds(running_product: Product) -> None:
    script = (
        "import { chromium } from 'playwright-core'; await chromium.connectOverCDP(process.argv[1]); "
        "console.log('up'); setInterval(() => 0, 1000)"
    )
    client = subprocess.Popen(
        ["node", "--input-type=module", "-e", script, running_product.connect_url(**{"metadata.test": "killed"})],
        cwd=CLIENTS,
        stdout=subprocess.PIPE,
    )
    assert client.stdout is not None
    assert client.stdout.readline() == b"up\n"
    (session,) = running_product.sessions(**{"metadata.test": "killed"})
    client.kill()
    client.wait()

    def end_reason() -> object:
        return running_product.api("GET", f"/sessions/{session['id']}").json()["end_reason"]

    assert eventually(end_reason, within=2.0) == "client_disconnected"
