"""The form of a new session. Its sentences explain; what it may ask for is checked by `apps.sessions.options`."""

from typing import Any, cast

from django import forms

from apps.core.errors import Invalid
from apps.sessions.options import METADATA_KEYS

PRESETS = (
    ("", "As the pool has it"),
    ("1280x720", "1280 × 720, laptop"),
    ("1440x900", "1440 × 900, desktop"),
    ("1920x1080", "1920 × 1080, full HD"),
    ("390x844", "390 × 844, phone"),
    ("820x1180", "820 × 1180, tablet"),
)
RECORDS = (
    ("", "As the pool has it"),
    ("none", "Nothing"),
    ("dom", "DOM: small, sharp at any size"),
    ("video", "Video: what was seen"),
    ("all", "DOM and video"),
)
LOCALES = ("en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "it-IT", "pt-BR", "nl-NL", "pl-PL", "ja-JP", "zh-CN", "ko-KR")
ZONES = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
)
EMPTY_PAIRS = 2


class NewSessionForm(forms.Form):
    """`key` makes a second press of the button ask for nothing more."""

    pool = forms.ChoiceField(required=False, label="Pool", help_text="Where the browser comes from.")
    name = forms.CharField(
        required=False, max_length=120, label="Name", help_text="What you call it in lists. It may stay empty."
    )
    keep_alive = forms.BooleanField(
        required=False,
        initial=True,
        label="Keep alive",
        help_text="It waits for you between connections. Off: connect within 10 seconds; it ends when you disconnect.",
    )
    timeout = forms.IntegerField(
        required=False,
        label="Longest life",
        help_text="It ends after so long, whatever it does. Empty: the pool's limit, which is never exceeded.",
        widget=forms.NumberInput(attrs={"data-unit": "seconds", "inputmode": "numeric"}),
    )
    idle_timeout = forms.IntegerField(
        required=False,
        label="Idle limit",
        help_text="It ends when no client sends anything for so long. Empty: the pool's limit.",
        widget=forms.NumberInput(attrs={"data-unit": "seconds", "inputmode": "numeric"}),
    )
    preset = forms.ChoiceField(
        choices=PRESETS, required=False, label="Page size", help_text="The size of the page that a client finds."
    )
    viewport = forms.CharField(
        required=False,
        label="Another size",
        help_text="As 1024x768. It goes before the choice beside it.",
        widget=forms.TextInput(attrs={"inputmode": "text", "spellcheck": "false", "placeholder": "1024x768"}),
    )
    record = forms.ChoiceField(
        choices=RECORDS,
        required=False,
        label="Record",
        help_text="From the claim to the end. You can also start and stop it while the session runs.",
    )
    locale = forms.CharField(
        required=False,
        label="Locale",
        help_text="The language that pages are asked for in, as de-DE.",
        widget=forms.TextInput(attrs={"list": "locales", "spellcheck": "false", "placeholder": "en-US"}),
    )
    timezone = forms.CharField(
        required=False,
        label="Time zone",
        help_text="What clocks in pages show, as Europe/Berlin.",
        widget=forms.TextInput(attrs={"list": "zones", "spellcheck": "false", "placeholder": "UTC"}),
    )
    user_agent = forms.CharField(
        required=False,
        label="User agent",
        help_text="What the browser calls itself. Empty: its own name, without the word Headless.",
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    proxy = forms.CharField(
        required=False,
        label="Proxy",
        help_text="All its traffic goes there, as http://user:password@host:3128. Kept encrypted, shown to nobody.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    args = forms.CharField(
        required=False,
        label="Chromium arguments",
        help_text="One a line, as --force-dark-mode. Only harmless ones are allowed; a refused one is named.",
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    key = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, pools: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        cast(forms.ChoiceField, self.fields["pool"]).choices = pools

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What is noted on it, as it was typed, and room for more."""
        typed = [(key, text) for key, text in self._pairs() if key or text]
        return [*typed, *[("", "")] * max(1, EMPTY_PAIRS - len(typed))]

    @property
    def size(self) -> list[forms.BoundField]:
        return [self["preset"], self["viewport"]]

    @property
    def times(self) -> list[forms.BoundField]:
        return [self["timeout"], self["idle_timeout"]]

    @property
    def face(self) -> list[forms.BoundField]:
        return [self["locale"], self["timezone"], self["user_agent"], self["proxy"]]

    @property
    def locales(self) -> tuple[str, ...]:
        return LOCALES

    @property
    def zones(self) -> tuple[str, ...]:
        return ZONES

    @property
    def more_has_errors(self) -> bool:
        return any(name in self.errors for name in ("locale", "timezone", "user_agent", "proxy", "args"))

    @property
    def metadata_error(self) -> str:
        return self.wrong_pairs if self.is_bound else ""

    wrong_pairs = ""

    def body(self) -> dict[str, Any]:
        """The same as one would send to the API, without what is left to the pool. Call it once the form is valid."""
        data = self.cleaned_data
        body: dict[str, Any] = {"keep_alive": data["keep_alive"]}
        names = ("pool", "name", "timeout", "idle_timeout", "locale", "timezone", "user_agent", "proxy", "record")
        body |= {name: data[name] for name in names if data[name] not in {"", None}}
        if viewport := data["viewport"].replace("×", "x").replace(" ", "") or data["preset"]:
            body["viewport"] = viewport
        if args := [line.strip() for line in data["args"].splitlines() if line.strip()]:
            body["args"] = args
        if metadata := {key: text for key, text in self._pairs() if key}:
            body["metadata"] = metadata
        return body

    def refuse(self, error: Invalid) -> None:
        """Show what was found wrong, each beside its field."""
        for name, why in error.fields.items():
            if name == "metadata":
                self.wrong_pairs = why
            else:
                self.add_error(name if name in self.fields else None, why)
        if not error.fields:
            self.add_error(None, error.detail)

    def _pairs(self) -> list[tuple[str, str]]:
        return typed_pairs(self.data)


def typed_pairs(data: Any) -> list[tuple[str, str]]:
    """Keys and values of a form's rows, in order; one more than allowed is kept, so that it is refused and named."""
    if not hasattr(data, "getlist"):
        return []
    keys, texts = data.getlist("metadata_key"), data.getlist("metadata_value")
    pairs = [(key.strip(), text) for key, text in zip(keys, texts, strict=False)]
    return pairs[: METADATA_KEYS + 1]
