"""Journeys go through the whole product, with real clients and a real Chromium; those in `drills` through another."""

from collections.abc import Callable, Iterator

import pytest

from tests.journeys.pages import things
from tests.journeys.windows import chromium, connect, open_page, page, shoot
from tests.support.product import Product, drilled_product, running_product

__all__ = ["chromium", "connect", "drilled_product", "open_page", "page", "running_product", "shoot", "things"]


@pytest.fixture(scope="module")
def session(running_product: Product) -> Iterator[str]:
    """One of Ann's, which stays."""
    made = running_product.api("POST", "/sessions?wait=30", json={"keep_alive": True}).json()
    yield made["id"]
    running_product.api("DELETE", f"/sessions/{made['id']}")


@pytest.fixture
def make_token(running_product: Product) -> Callable[..., dict[str, str]]:
    def make(**fields: object) -> dict[str, str]:
        made: dict[str, str] = running_product.api("POST", "/tokens", json={"name": "journey", **fields}).json()
        return made

    return make
