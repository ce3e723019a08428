"""Quotas as meters: words, amounts and what to do when they run out."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import User
from apps.quotas.rules import Measure
from apps.statistics.meters import Meter, standing

LABELS = {
    Measure.SESSIONS: "Sessions in use",
    Measure.MINUTES: "Session minutes today",
    Measure.STORAGE_BYTES: "Storage",
}
ADVICE = {
    Measure.SESSIONS: "Claims beyond it are refused with 429. Release a session, or ask staff for a higher quota.",
    Measure.MINUTES: "Once they are used up, what runs ends. The day begins anew at 0:00 UTC; staff can raise it.",
    Measure.STORAGE_BYTES: "Then recordings end and files are refused. Delete what you no longer need, or ask staff.",
}
CONTENTS = {Measure.STORAGE_BYTES: "Recordings, logs and files. "}
SCARCE = 0.8
UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


@dataclass(frozen=True)
class QuotaRow:
    label: str
    used: int
    limit: int | None
    amount: str
    most: str
    note: str
    advice: str
    share: float

    @property
    def is_scarce(self) -> bool:
        return self.limit is not None and self.share >= SCARCE

    @property
    def is_used_up(self) -> bool:
        return self.limit is not None and self.share >= 1

    @property
    def high(self) -> float:
        """From here on the meter is drawn in its warning colour."""
        return SCARCE * (self.limit or 1)

    @property
    def warning(self) -> str:
        return f"{self.label}: {self.amount} of {self.most}"


def quota_rows(user: User, now: datetime) -> list[QuotaRow]:
    """The person's own first, then those of teams."""
    return [quota_row(meter) for meter in standing(user, now).meters]


def quota_row(meter: Meter) -> QuotaRow:
    said = bytes_said if meter.measure is Measure.STORAGE_BYTES else str
    whose = f" of team {meter.team}, together" if meter.team else ""
    source = f"The limit {meter.source}." if meter.source else "" if meter.team else "No limit."
    return QuotaRow(
        label=f"{LABELS[meter.measure]}{whose}",
        used=meter.used,
        limit=meter.limit,
        amount=said(meter.used),
        most=said(meter.limit) if meter.limit is not None else "",
        note=f"{CONTENTS.get(meter.measure, '')}{source}".strip(),
        advice=ADVICE[meter.measure],
        share=meter.share,
    )


def bytes_said(number: int) -> str:
    """`1.4 GiB`, `512 B`."""
    for size, unit in UNITS:
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} B"
