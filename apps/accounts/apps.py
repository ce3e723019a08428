"""Accounts listen to what allauth tells: of sign-ins, new passwords and factors, and of people who signed up."""

from django.apps import AppConfig
from django.core import checks


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.accounts import listening, sign_up  # noqa: PLC0415 - models must be loaded first

        checks.register(sign_up.check_mode, "configuration")  # `make up` begins with these
        listening.start()
