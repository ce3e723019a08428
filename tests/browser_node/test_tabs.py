"""The order of tabs, from what Chromium tells of its targets."""

from browser_node.tabs import Tabs


def heard(*events: tuple[str, str, str]) -> Tabs:
    tabs = Tabs()
    for kind, target, address in events:
        info = {"targetId": target, "url": address}
        tabs.hear(f"Target.target{kind}", {"targetInfo": info} if kind != "Destroyed" else {"targetId": target})
    return tabs


def test_who_moves_is_the_last_that_moved_and_keeps_its_place() -> None:
    tabs = heard(("Created", "b", "about:blank"), ("Created", "a", "about:blank"), ("InfoChanged", "b", "https://b/"))
    assert tabs.opened("b") < tabs.opened("a")
    assert tabs.moved("a") < tabs.moved("b")


def test_another_title_is_no_move() -> None:
    tabs = heard(("Created", "b", "https://b/"), ("Created", "a", "https://a/"), ("InfoChanged", "b", "https://b/"))
    assert tabs.moved("b") < tabs.moved("a")


def test_what_is_told_again_on_another_connection_changes_nothing() -> None:
    tabs = heard(("Created", "b", "https://b/"), ("Created", "a", "https://a/"))
    for target in "ab":
        tabs.hear("Target.targetCreated", {"targetInfo": {"targetId": target, "url": f"https://{target}/"}})
    assert tabs.opened("b") < tabs.opened("a")
    assert tabs.moved("b") < tabs.moved("a")


def test_one_not_heard_of_yet_is_newer_than_all() -> None:
    tabs = heard(("Created", "a", "about:blank"))
    assert tabs.opened("a") < tabs.opened("new")
    assert tabs.moved("a") < tabs.moved("new")


def test_nothing_stays_of_a_tab_that_was_closed() -> None:
    assert heard(("Created", "a", "about:blank"), ("Destroyed", "a", ""))._tabs == {}
