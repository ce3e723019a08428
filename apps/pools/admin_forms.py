"""The form of a pool in the administration: what services would refuse is said beside its field at once."""

from typing import Any

from django import forms

from apps.core.errors import Invalid
from apps.nodes.use import check_egress, check_launch
from apps.pools import launch_rules
from apps.pools.models import Pool, ProviderConfiguration


class PoolAdminForm(forms.ModelForm):  # type: ignore[type-arg] # not generic when it runs
    class Meta:
        model = Pool
        fields = "__all__"  # noqa: DJ007 - the admin class names them

    def clean_launch(self) -> dict[str, Any]:
        """The same rules as the API's: no proxy of everybody's, nothing that Chromium may not be given."""
        launch = self.cleaned_data.get("launch")
        launch = {} if launch is None else launch
        if why := launch_rules.problem(launch):
            raise forms.ValidationError(why)
        try:
            check_launch(launch)
        except Invalid as error:
            raise forms.ValidationError(error.detail) from error
        found: dict[str, Any] = launch
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        lowest, highest = cleaned.get("min"), cleaned.get("max")
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("min", "Keep it at or below max.")
        return cleaned


class ProviderAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = ProviderConfiguration
        fields = "__all__"  # noqa: DJ007

    def clean_egress_allow(self) -> list[str]:
        """An entry that no node understands would keep every browser of this provider from starting."""
        entries = self.cleaned_data.get("egress_allow") or []
        if not isinstance(entries, list):
            raise forms.ValidationError("Give a list.")
        try:
            check_egress(entries)
        except Invalid as error:
            raise forms.ValidationError(error.detail) from error
        return entries

    def clean_options(self) -> dict[str, Any]:
        options = self.cleaned_data.get("options") or {}
        if not isinstance(options, dict):
            raise forms.ValidationError("Give an object.")
        return options
