"""Tokens that stand in the configuration are looked at before anything starts."""

from django.apps import AppConfig
from django.core import checks


class TokensConfig(AppConfig):
    name = "apps.tokens"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from apps.tokens.services import check_static_tokens  # noqa: PLC0415 - models must be loaded first

        checks.register(check_static_tokens, "configuration")  # `make up` begins with these
