"""What a page tries to reach, by every spelling, and what comes of it."""

from playwright.sync_api import Browser, Error, Page

from tests.support.spellings import METADATA

LOOPBACK = (
    "127.0.0.1",
    "127.1",
    "127.0.0.2",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0.0.0.0",
    "0",
    "localhost",
    "LOCALHOST.",
    "any.localhost",
    "localhost.localdomain",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
)
PRIVATE = ("10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.1.1", "[fd00::1]", "[fe80::1]", "198.18.0.1")


def first_page(browser: Browser) -> Page:
    return browser.contexts[0].pages[0]


def visit(page: Page, url: str) -> tuple[int, str]:
    """The status and text that come; 0 and the error where nothing does."""
    try:
        answer = page.goto(url, timeout=10_000, wait_until="commit")
    except Error as error:
        return 0, str(error)
    return answer.status if answer else 0, page.locator("body").inner_text(timeout=10_000)


def expect_metadata_and_private_addresses_closed(page: Page) -> None:
    for host in METADATA:
        status, text = visit(page, f"http://{host}/latest/meta-data/")
        assert status == 403, host
        assert "No setting opens it" in text, host
    for host in PRIVATE:
        status, text = visit(page, f"http://{host}:8080/")
        assert status == 403, host
        assert "This address is closed to browsers" in text, host
