"""Where the operator has opened loopback to browsers: what stays closed all the same."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser_node.test_isolation import own_addresses
from tests.journeys.reach import LOOPBACK, expect_metadata_and_private_addresses_closed, first_page, visit
from tests.support.canary import Canary
from tests.support.product import Product

pytestmark = [pytest.mark.browser]
Connect = Callable[[str], Browser]


def test_metadata_and_private_addresses_are_closed(drilled_product: Product, connect: Connect) -> None:
    expect_metadata_and_private_addresses_closed(first_page(connect(drilled_product.connect_url())))


def test_the_product_itself_stays_closed(drilled_product: Product, connect: Connect) -> None:
    page = first_page(connect(drilled_product.connect_url()))
    node = int(drilled_product.environment["BROWSERGRID_NODE_ADDRESS"].rpartition(":")[2])
    with Canary("0.0.0.0") as canary:
        assert visit(page, f"http://127.0.0.1:{canary.port}/") == (200, "canary")
    for port in (drilled_product.port, node):
        for host in (*LOOPBACK, *own_addresses()):
            status, text = visit(page, f"http://{host}:{port}/healthz")
            assert status in {0, 403, 502}, (host, port, text)
            assert status != 403 or "BrowserGrid" in text
            assert '"status"' not in text
        assert "belongs to BrowserGrid itself" in visit(page, f"http://127.0.0.1:{port}/")[1]
