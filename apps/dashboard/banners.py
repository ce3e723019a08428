"""What stands above every page for a while: the operator's notice."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class Banner:
    words: str
    level: str = ""  # "", "warn" or "bad"
    icon: str = "info"
    url: str = ""
    label: str = ""


def banners(request: HttpRequest) -> list[Banner]:
    notice = settings.GRID.notice.strip()
    return [Banner(notice, level="warn", icon="warn")] if notice else []
