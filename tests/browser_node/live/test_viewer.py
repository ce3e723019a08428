"""One viewer without a browser: what becomes of one who takes nothing."""

from typing import NoReturn

from browser_node.casts import Casts
from browser_node.devtools import DevtoolsError
from browser_node.live.viewer import MOST_WAITING, Mode, Viewer
from browser_node.pages import Pages
from browser_node.tabs import Tabs


async def refuse(*_: object) -> NoReturn:
    raise DevtoolsError("there is no browser")


def viewer() -> Viewer:
    pages = Pages(refuse, Tabs())
    return Viewer(Mode.VIEW, pages, Casts(pages), path_of=str, send_text=refuse, send_bytes=refuse)


async def test_one_who_takes_nothing_is_given_up_before_he_fills_our_memory() -> None:
    slow = viewer()
    for _ in range(2 * MOST_WAITING):
        slow.tell({"type": "download", "name": "x", "bytes": 1, "state": "started"})
    assert slow.is_slow
    assert slow.is_lost.is_set()
    assert len(slow._waiting) == MOST_WAITING


async def test_many_changes_of_pages_are_one_message() -> None:
    patient = viewer()
    for _ in range(2 * MOST_WAITING):
        patient.changed()
    assert not patient.is_slow
    assert len(patient._waiting) == 1


async def test_inputs_are_told_to_one_who_asked_for_them() -> None:
    asking, other = viewer(), viewer()
    await asking.hear('{"type": "want", "inputs": true}')
    for each in (asking, other):
        each.saw_input({"t": 1, "method": "Input.insertText"})
    assert [message["type"] for message in asking._waiting] == ["hello", "input"]
    assert [message["type"] for message in other._waiting] == ["hello"]
