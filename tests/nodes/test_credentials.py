"""Keys that can be made again and are different for everybody."""

from apps.nodes.credentials import browser_key, node_key


def test_the_same_name_has_the_same_key_and_no_other_has_it() -> None:
    keys = [node_key("a"), node_key("b"), browser_key("a"), browser_key("b")]
    assert len(set(keys)) == 4
    assert keys == [node_key("a"), node_key("b"), browser_key("a"), browser_key("b")]


def test_a_key_is_long_enough_and_says_nothing_of_its_name() -> None:
    assert len(browser_key("x")) >= 40
    assert "local" not in node_key("local")
