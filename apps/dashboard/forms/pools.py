"""The form of a pool. Its sentences explain; its limits are checked by `apps.pools.services`."""

from typing import Any

from django import forms
from django.conf import settings

from apps.access.actor import Actor
from apps.core.errors import Invalid
from apps.pools import launch_rules
from apps.pools.allowance import Allowance
from apps.pools.models import Pool

NUMBERS: dict[str, tuple[str, str, str]] = {  # name → label, unit, sentence
    "min": (
        "Kept warm",
        "min",
        "So many browsers wait, and a claim gets one at once. Each holds memory while it waits. 0 keeps nothing warm.",
    ),
    "max": ("Alive at once", "max", "Warm ones and those in use together never exceed this."),
    "max_concurrency": (
        "In use at once",
        "max_concurrency",
        "Further claims wait in the queue until one is released.",
    ),
    "timeout_minutes": ("Longest life", "minutes", "Counted from the claim. When it is over, the session ends."),
    "idle_timeout_seconds": (
        "Idle limit",
        "seconds",
        "A session that nobody uses for this long ends. 0 turns it off.",
    ),
    "queue_limit": ("Places in the queue", "claims", "When all are taken, a further claim is refused with 503."),
    "queue_timeout_seconds": ("Longest wait", "seconds", "Keep it below 30: Playwright itself gives up then."),
    "max_starting": ("Starting at once", "browsers", "Starting many at once slows all of them down."),
    "per_user_limit": ("For one person", "sessions", "Sessions that one person may have in use here. Empty: no limit."),
    "prepared": ("With a page ready", "browsers", "How many of the warm ones have their page open already."),
    "viewport_width": ("Width", "px", "The size of the page that a client finds."),
    "viewport_height": ("Height", "px", "Changing the size replaces the warm browsers, a few at a time."),
}
FIRST = ("min", "max", "max_concurrency", "timeout_minutes")
MORE = tuple(name for name in NUMBERS if name not in FIRST)
OPTIONAL = {"per_user_limit", "prepared"}
FROM_ZERO = {"min", "idle_timeout_seconds", "queue_limit", "prepared"}
KEPT = ("recording", "logs", "recording_days")
BIGGEST = 2**31 - 1  # of the column
LONGEST_DAYS = 3650
KINDS = (
    (Pool.Recording.NONE, "Nothing, unless a session asks for it"),
    (Pool.Recording.DOM, "DOM: small, sharp at any size"),
    (Pool.Recording.VIDEO, "Video: what was seen"),
    (Pool.Recording.ALL, "DOM and video"),
)


class PoolForm(forms.Form):
    """`room` is what the nodes hold, `allowance` what the owner may still have; both are only named here."""

    name = forms.CharField(max_length=60, label="Name", help_text="What you write in a claim: ?pool=name.")
    is_system = forms.BooleanField(
        required=False, label="A system pool", help_text="It has no owner; everybody may claim from it by its name."
    )
    launch = forms.CharField(
        required=False,
        label="Launch options",
        help_text="JSON of args, locale, timezone and user_agent, as in the API. Warm browsers are replaced by ones "
        "that are launched so.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "class": "mono", "placeholder": "{}"}),
    )

    recording = forms.ChoiceField(
        choices=KINDS,
        required=False,
        label="Recorded",
        help_text="From the claim to the end, of every session that does not ask for something else. In the DOM what "
        "people type is masked; a video shows what was seen.",
    )
    logs = forms.BooleanField(
        required=False,
        label="Keep logs",
        help_text="Console, network, the clients' commands and downloads: what explains a session that went wrong.",
    )
    recording_days = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=LONGEST_DAYS,
        label="Kept for",
        widget=forms.NumberInput(attrs={"data-unit": "days", "inputmode": "numeric"}),
    )

    def __init__(
        self,
        *arguments: Any,
        actor: Actor,
        pool: Pool | None = None,
        allowance: Allowance | None = None,
        room: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        if pool is not None or not actor.sees_all:
            del self.fields["is_system"]
        shown = pool or Pool(min=1, max=3, max_concurrency=3)
        limits = _limits(allowance, room)
        for name, (label, unit, sentence) in NUMBERS.items():
            self.fields[name] = forms.IntegerField(
                label=label,
                min_value=0 if name in FROM_ZERO else 1,
                max_value=BIGGEST,
                required=name not in OPTIONAL,
                help_text=f"{sentence} {limits.get(name, '')}".strip(),
                initial=getattr(shown, name),
                widget=forms.NumberInput(attrs={"data-unit": unit, "inputmode": "numeric"}),
            )
        self.fields["launch"].initial = launch_rules.shown(shown.launch)
        for name in KEPT:
            self.fields[name].initial = getattr(shown, name)
        self.fields["recording_days"].help_text = _days_said(settings.GRID.recording_days)
        if not settings.GRID.logs:
            self.fields["logs"].help_text += " Switched off for the whole installation: BROWSERGRID_LOGS."
        if pool is not None:
            self.fields["name"].initial = pool.name

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in FIRST]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in MORE]

    @property
    def more_has_errors(self) -> bool:
        return any(name in self.errors for name in (*MORE, "launch"))

    @property
    def kept_has_errors(self) -> bool:
        return any(name in self.errors for name in KEPT)

    def clean_launch(self) -> dict[str, Any]:
        launch, why = launch_rules.read(self.cleaned_data["launch"])
        if why:
            raise forms.ValidationError(why)
        return launch

    def clean_prepared(self) -> int:
        """Left out, as by an older page: the field's own default."""
        given = self.cleaned_data["prepared"]
        return int(self.fields["prepared"].initial if given is None else given)

    def values(self) -> dict[str, Any]:
        """What the service takes; what the page did not send stays as it is."""
        left_out = {"is_system"} | ({"launch"} if "launch" not in self.data else set())
        if "recording" not in self.data:  # then an older page: a box that was not ticked is not sent either
            left_out |= set(KEPT)
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}

    def refuse(self, error: Invalid) -> None:
        """Show what the service found wrong, each beside its field."""
        for name, why in error.fields.items():
            self.add_error(name if name in self.fields else None, why)
        if not error.fields:
            self.add_error(None, error.detail)


def _days_said(usual: int) -> str:
    everywhere = f"{usual} days" if usual else "until somebody deletes them"
    return (
        f"Recordings, logs and files of its sessions. Empty: as everywhere here, {everywhere}. 0: until somebody "
        "deletes them. A quota of the person or their team may make it shorter."
    )


def _limits(allowance: Allowance | None, room: int | None) -> dict[str, str]:
    """The limit of each field, named beside it with what is left of it."""
    said: dict[str, str] = {}
    if allowance is not None:
        said["min"] = f"Your pools together may keep {allowance.min} warm; {allowance.left_min} are left for this one."
        said["max"] = f"Your pools together may have {allowance.max} alive; {allowance.left_max} are left for this one."
    if room is not None:
        said["max"] = f"{said.get('max', '')} The nodes have room for {room} browsers in all.".strip()
    said["timeout_minutes"] = "At most 10080, which is 7 days."
    return said
