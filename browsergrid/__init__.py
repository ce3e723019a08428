"""Wires the parts together; decides nothing."""

from browsergrid.celery import app as celery_app

__all__ = ["celery_app"]
