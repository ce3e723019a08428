"""Attributes of recorded elements."""

import pytest

from apps.recordings.scrub.attributes import quiet_attributes

PICTURE = "data:image/png;base64,iVBORw0KGgo="


def test_how_an_element_looks_stays():
    given = {"class": "a b", "id": "x", "style": "color: red", "width": 10, "hidden": True, "data-x": "y", "title": "t"}
    assert quiet_attributes("div", given) == given


@pytest.mark.parametrize(
    "name", ["onclick", "ONLOAD", "srcdoc", "nonce", "ping", "formaction", "srcset", "action", "autofocus", "target"]
)
def test_what_acts_or_loads_goes(name):
    assert quiet_attributes("button", {name: "x"}) == {}


@pytest.mark.parametrize(("tag", "name"), [("img", "src"), ("input", "src"), ("video", "poster"), ("image", "href")])
def test_pictures_stay_where_the_page_carried_them(tag, name):
    assert quiet_attributes(tag, {name: PICTURE}) == {name: PICTURE}
    assert quiet_attributes(tag, {name: "https://e.example/x.png"}) == {}


def test_a_link_still_looks_like_one():
    assert quiet_attributes("a", {"href": "https://e.example/"}) == {"href": "#"}


def test_svg_may_point_within_itself():
    assert quiet_attributes("use", {"xlink:href": "#shape"}) == {"xlink:href": "#shape"}
    assert quiet_attributes("use", {"href": "x.svg#shape"}) == {}


@pytest.mark.parametrize(
    "value", ["javascript:x", " java\tscript:x", "\x01JAVASCRIPT:x", "vbscript:x", "data:text/html,x"]
)
def test_a_script_is_no_value_of_anything(value):
    assert quiet_attributes("div", {"data-url": value}) == {}


def test_names_of_buttons_exclude_each_other_and_shadow_nothing():
    assert quiet_attributes("input", {"name": "parentNode"}) == {"name": "recorded-parentNode"}
    assert quiet_attributes("img", {"name": "createElement"}) == {}


def test_style_that_a_mutation_sets():
    style = {"color": "red", "mask": ["url(https://e.example)", "important"], "top": False, "a b": "x", "x": 5}
    assert quiet_attributes("p", {"style": style}) == {
        "style": {"color": "red", "mask": ['url("data:,")', "important"], "top": False}
    }


@pytest.mark.parametrize("given", [None, [], "x", {5: "x"}, {"a b": "c"}, {"x>": "y"}, {"a": {"b": 1}}])
def test_what_are_no_attributes_is_none(given):
    assert quiet_attributes("p", given) == {}
