"""Events as JSON: the envelope of the contract, `{id, type, timestamp, data}`, with the session's own `sequence`."""

from typing import Any

from apps.api.v1.moments import moment
from apps.events.models import Event


def event_json(event: Event) -> dict[str, Any]:
    return {
        "id": event.public_id,
        "type": event.type,
        "timestamp": moment(event.occurred_at),
        "sequence": event.sequence,
        "data": event.data,
    }
