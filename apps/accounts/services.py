"""Make people: the first ones at set-up, and those whom static tokens name."""

import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction

from apps.accounts.models import User


@dataclass(frozen=True)
class FirstPerson:
    """Somebody made just now; `password` is known only here."""

    user: User
    password: str


def ensure_person(email: str, password: str = "", *, staff: bool = False) -> FirstPerson | None:
    """Make that person where nobody has the address yet; None where somebody has. Never changes anybody.

    Whoever configures people knows their addresses: these count as confirmed.
    """
    if User.objects.filter(email__iexact=email).exists():
        return None
    word = password or secrets.token_urlsafe(15)
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, word, is_staff=staff, is_superuser=staff)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    except IntegrityError:  # another process was first
        return None
    return FirstPerson(user, word)


def first_people() -> tuple[FirstPerson | None, FirstPerson | None]:
    """The first administrator and the first ordinary user, each only where no such person is there."""
    grid = settings.GRID
    admin = None
    if not User.objects.filter(is_superuser=True).exists():
        admin = ensure_person(grid.admin_email, grid.admin_password, staff=True)
    user = None
    if not User.objects.filter(is_staff=False).exists():
        user = ensure_person(grid.user_email, grid.user_password)
    return admin, user


def person_for_static_token(email: str) -> User:
    """Whom a static token stands for: made when absent, never staff by that."""
    address = email.lower()
    for people in (User.objects.filter(email=address), User.objects.filter(email__iexact=address)):
        if (user := people.order_by().first()) is not None:  # nearly always the first, which is the faster one
            return user
    ensure_person(address)
    return User.objects.get(email=address)
