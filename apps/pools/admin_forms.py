"""Forms of pools and providers in the administration: what services would refuse is said beside its field at once."""

from typing import Any, ClassVar

from django import forms
from django.forms.fields import InvalidJSONInput

from apps.core.errors import Invalid
from apps.nodes.use import check_launch
from apps.pools import launch_rules
from apps.pools.configurations import problem
from apps.pools.models import Pool, ProviderConfiguration


class Typed(forms.JSONField):
    """JSON that is shown again as it was typed: Django would write half a letter of it into the page, and fail."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise forms.ValidationError("This is nested too deeply.") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial if self.disabled or data is None else InvalidJSONInput(data)


class PoolAdminForm(forms.ModelForm):  # type: ignore[type-arg] # not generic when it runs
    class Meta:
        model = Pool
        fields = "__all__"  # noqa: DJ007 - the admin class names them
        field_classes: ClassVar = {"launch": Typed, "labels": Typed}

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
        field_classes: ClassVar = {"egress_allow": Typed, "options": Typed}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("egress_allow", "options"):
            if name in cleaned and (why := problem(name, cleaned[name])):
                self.add_error(name, why)
        return cleaned

    def clean_egress_allow(self) -> Any:
        """An empty field is an empty list."""
        entries = self.cleaned_data["egress_allow"]
        return [] if entries is None else entries

    def clean_options(self) -> Any:
        options = self.cleaned_data["options"]
        return {} if options is None else options
