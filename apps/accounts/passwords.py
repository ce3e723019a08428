"""Rules of passwords beyond Django's own: there is a longest one."""

from django.core.exceptions import ValidationError

from apps.accounts.models import User


class MaximumLengthValidator:
    """Named by AUTH_PASSWORD_VALIDATORS. Nobody types more, and hashing must not become a lever."""

    def __init__(self, max_length: int = 128) -> None:
        self.max_length = max_length

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > self.max_length:
            raise ValidationError(f"At most {self.max_length} characters.", code="password_too_long")

    def get_help_text(self) -> str:
        return f"At most {self.max_length} characters."
