"""Journeys go through the whole product, with real clients and a real Chromium."""

from tests.support.product import running_product

__all__ = ["running_product"]
