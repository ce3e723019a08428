"""Forms of teams, shares and transfers."""

from django import forms

from apps.access.permissions import Level
from apps.accounts.models import Role, Team
from apps.core.errors import Conflict, Invalid

PERSON = ""  # the choice of a recipient by address


class Refusable(forms.Form):
    def refuse(self, error: Invalid | Conflict) -> None:
        """What the service refused, beside the field that it names."""
        for name, why in getattr(error, "fields", {}).items():
            self.add_error(name if name in self.fields else None, why)
        if not getattr(error, "fields", {}):
            self.add_error(None, error.detail)


class TeamForm(Refusable):
    name = forms.CharField(max_length=60, label="Name", widget=forms.TextInput(attrs={"autocomplete": "off"}))


class InvitationForm(Refusable):
    email = forms.CharField(
        max_length=254, label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        choices=Role.choices, initial=Role.MEMBER, label="Role", help_text="Managers invite, remove and name."
    )


class ShareForm(Refusable):
    """`teams` are those of the person who shares; without any there is only the address."""

    team = forms.ChoiceField(required=False, label="Share with")
    to = forms.CharField(
        max_length=254,
        required=False,
        label="E-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="It takes effect once somebody with this address has an account.",
    )
    level = forms.ChoiceField(widget=forms.RadioSelect, initial=Level.USE, label="They may")

    def __init__(self, *args: object, teams: list[Team], levels: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # Django's own
        named = [(team.public_id, f"The team {team.name}") for team in teams]
        self.fields["team"].choices = [(PERSON, "A person"), *named]  # type: ignore[attr-defined]
        self.fields["level"].choices = levels  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        if not cleaned.get("team") and not cleaned.get("to") and "to" not in self.errors:
            self.add_error("to", "Give an address.")
        return cleaned

    def recipient(self) -> str:
        return str(self.cleaned_data["team"] or self.cleaned_data["to"])


class TransferForm(Refusable):
    to = forms.ChoiceField(label="Give it to", widget=forms.RadioSelect)

    def __init__(self, *args: object, mates: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["to"].choices = mates  # type: ignore[attr-defined]
