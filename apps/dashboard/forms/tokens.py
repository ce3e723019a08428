"""The form of a new API token."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms

from apps.access.permissions import Scope
from apps.core.errors import Invalid

LIVES = [("30", "30 days"), ("90", "90 days"), ("365", "1 year"), ("", "Never")]
MEANINGS: dict[Scope, str] = {
    Scope.SESSIONS_CONNECT: "Claim sessions and connect clients to them",
    Scope.SESSIONS_READ: "See sessions and their facts",
    Scope.SESSIONS_WRITE: "Change, release and take over sessions",
    Scope.POOLS_READ: "See pools and their numbers",
    Scope.POOLS_WRITE: "Make, change and delete pools",
    Scope.EVENTS_READ: "Read and stream events",
    Scope.TEAMS_READ: "See teams and their members",
    Scope.TEAMS_WRITE: "Make and change teams, and invite people",
    Scope.TOKENS_READ: "See the list of tokens",
    Scope.TOKENS_WRITE: "Make and revoke tokens",
    Scope.USAGE_READ: "See what was used",
    Scope.AUDIT_READ: "Read the audit log",
}
EVERYTHING, CHOSEN = "everything", "chosen"
DEFAULT = "(default)"  # no pool can be claimed by this word


class TokenForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name", help_text="Where it will be used, so that you know it again.")
    expires = forms.ChoiceField(choices=LIVES, required=False, initial="90", label="Expires after")
    power = forms.ChoiceField(
        choices=[(EVERYTHING, "All that you may do"), (CHOSEN, "Only what is ticked")],
        initial=EVERYTHING,
        widget=forms.RadioSelect,
        label="What it may do",
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, meaning) for scope, meaning in MEANINGS.items()],
        required=False,
        initial=[Scope.SESSIONS_CONNECT.value, Scope.SESSIONS_READ.value],
        widget=forms.CheckboxSelectMultiple,
        label="Scopes",
    )

    where = forms.ChoiceField(
        choices=[(EVERYTHING, "Every pool that you may use"), (CHOSEN, "Only these pools")],
        initial=EVERYTHING,
        required=False,
        widget=forms.RadioSelect,
        label="Where",
    )
    pools = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Pools",
        help_text="Such a token is for the sessions of these pools alone. It makes no pools, tokens or teams.",
    )

    def __init__(self, *args: Any, pools: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        """`pools` are those to choose from, by the words that one claims with; the default one has none."""
        super().__init__(*args, **kwargs)
        named = [(word or DEFAULT, name) for word, name in pools]
        self.fields["pools"].choices = named  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if cleaned.get("where") == CHOSEN and not cleaned.get("pools") and "pools" not in self.errors:
            self.add_error("pools", "Tick at least one, or choose every pool.")
        if cleaned.get("power") == CHOSEN and not cleaned.get("scopes"):
            self.add_error("scopes", "Tick at least one, or choose all that you may do.")
        return cleaned

    def wanted_scopes(self) -> list[Scope] | None:
        """None: all that the owner may do."""
        if self.cleaned_data["power"] == EVERYTHING:
            return None
        return [Scope(scope) for scope in self.cleaned_data["scopes"]]

    def wanted_pools(self) -> list[str] | None:
        """As one claims from them. None: all that the owner may use."""
        if self.cleaned_data["where"] != CHOSEN:
            return None
        return ["" if word == DEFAULT else word for word in self.cleaned_data["pools"]]

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["expires"]
        return now + timedelta(days=int(days)) if days else None

    def refuse(self, error: Invalid) -> None:
        for name, why in error.fields.items():
            self.add_error({"expires_at": "expires"}.get(name, name if name in self.fields else None), why)
        if not error.fields:
            self.add_error(None, error.detail)
