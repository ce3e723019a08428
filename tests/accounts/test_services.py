"""The first people, and those whom a configuration names."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from pytest_django import Settings

from apps.accounts.models import User
from apps.accounts.services import ensure_person, first_people, person_for_static_token
from tests.support.at_once import at_once, failures

pytestmark = pytest.mark.django_db


def test_the_first_people_are_an_administrator_and_an_ordinary_user() -> None:
    admin, user = first_people()
    assert admin is not None
    assert user is not None
    assert (admin.user.is_staff, admin.user.is_superuser) == (True, True)
    assert (user.user.is_staff, user.user.is_superuser) == (False, False)
    assert authenticate(email=user.user.email, password=user.password) == user.user


def test_their_passwords_are_long_and_their_own() -> None:
    admin, user = first_people()
    assert admin is not None
    assert user is not None
    assert admin.password != user.password
    assert min(len(admin.password), len(user.password)) >= 16


def test_a_second_start_makes_nobody_and_changes_nobody() -> None:
    first_people()
    before = list(User.objects.order_by("id").values())
    assert first_people() == (None, None)
    assert list(User.objects.order_by("id").values()) == before


def test_a_configured_password_is_taken(settings: Settings) -> None:
    settings.GRID = replace(settings.GRID, admin_email="root@example.com", admin_password="as configured")
    admin, _ = first_people()
    assert admin is not None
    assert (admin.user.email, admin.password) == ("root@example.com", "as configured")


def test_somebody_who_is_there_already_is_left_alone(make_user: Callable[..., User]) -> None:
    make_user("Me@Example.com")
    assert ensure_person("me@example.COM", staff=True) is None
    assert not User.objects.get().is_staff


def test_a_static_tokens_person_is_made_without_power() -> None:
    user = person_for_static_token("robot@example.com")
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert person_for_static_token("ROBOT@example.com") == user


@pytest.mark.database
def test_an_address_belongs_to_one_person_whatever_its_case(make_user: Callable[..., User]) -> None:
    make_user("me@example.com")
    other = make_user("you@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=other.pk).update(email="ME@example.com")


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_two_starts_at_once_make_each_person_once() -> None:
    answers = at_once([first_people] * 6)
    assert failures(answers) == []
    assert sum(admin is not None for admin, _ in answers) == 1
    assert sum(user is not None for _, user in answers) == 1
    assert User.objects.count() == 2
