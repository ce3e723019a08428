"""What a tab asks for, as it says it: `{"topics": ["session", "pool_…"], "after": 1234}`. Pure."""

import json
from dataclasses import dataclass

MOST_TOPICS = 1000
LONGEST_TOPIC = 64
MOST_POSITION = 2**63 - 1


class NotUnderstood(Exception):
    """The page speaks another language than this server, or it is no page of ours."""


@dataclass(frozen=True)
class Wants:
    """`topics`: ids, whole event types, or their first word. `after`: the last position the page knows; None: none."""

    topics: frozenset[str] = frozenset()
    after: int | None = None


def parse(text: str | None) -> Wants:
    """Raises NotUnderstood."""
    try:
        said = json.loads(text or "")
    except (ValueError, RecursionError) as error:
        raise NotUnderstood from error
    if not isinstance(said, dict):
        raise NotUnderstood
    topics, after = said.get("topics", []), said.get("after")
    if not isinstance(topics, list) or len(topics) > MOST_TOPICS:
        raise NotUnderstood
    if not all(isinstance(topic, str) and len(topic) <= LONGEST_TOPIC for topic in topics):
        raise NotUnderstood
    if after is not None and (isinstance(after, bool) or not isinstance(after, int) or not 0 <= after <= MOST_POSITION):
        raise NotUnderstood
    return Wants(frozenset(topics), after)
