"""Every state has a word, a meaning, a shape and a colour."""

from pathlib import Path

import pytest

from apps.dashboard.states import WORDS
from apps.sessions.lifecycle import SessionState

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("state", list(SessionState))
def test_a_state_is_told_by_word_shape_and_colour(state: SessionState) -> None:
    assert WORDS[state].word
    assert WORDS[state].meaning.endswith(".")
    assert f'id="g-{state}"' in (ROOT / "templates/dashboard/_symbols.html").read_text()
    assert f'[data-state="{state}"]' in (ROOT / "static/dashboard/css/tokens.css").read_text()
