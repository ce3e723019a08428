"""Journeys go through the whole product, with real clients and a real Chromium."""

from tests.support.product import drilled_product, running_product

__all__ = ["drilled_product", "running_product"]
