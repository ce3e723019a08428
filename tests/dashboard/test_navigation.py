"""Where one can go."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.dashboard import navigation

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("default_pool")


def test_the_place_where_one_is_lights_up(ann: User, sign_in: SignIn) -> None:
    page = sign_in(ann).get("/tokens/").content.decode()
    assert 'href="/tokens/" data-key="t" data-label="Tokens" aria-current="page"' in page


def test_every_place_is_opened_by_a_letter_of_its_own() -> None:
    places = {*navigation.MAIN, *navigation.FOOT}
    assert len({key for _, _, key in places}) == len(places)


def test_the_operators_notice_stands_above_every_page(ann: User, sign_in: SignIn, settings: Settings) -> None:
    settings.GRID = replace(settings.GRID, notice="Maintenance on Sunday, 10:00 UTC.")
    assert "Maintenance on Sunday, 10:00 UTC." in sign_in(ann).get("/tokens/").content.decode()
