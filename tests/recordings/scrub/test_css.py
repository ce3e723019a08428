"""Style sheets: what loads goes, all else stays."""

import pytest

from apps.recordings.scrub.css import NOTHING, quiet_css

FONT = "data:font/woff2;base64,d09GMg=="
PICTURE = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    "text",
    [
        "p{background:url(https://e.example/x)}",
        "p{background:URL( 'https://e.example/x' )}",
        "p{background:u\\72l(//e.example/x)}",
        "p{background:\\75\\72\\6c(/x.png)}",
        "p{background:u\\rl(x.png)}",
        'p{content:"\nbackground:url(https://e.example/)}',
        "p{background:url(https://e.example/a\\)b)}",
        "p{src:src('https://e.example/x')}",
        "p{background:url(data:text/html,x)}",
        "p{background:url(https://e.example/x",
    ],
)
def test_an_address_leads_nowhere(text):
    quiet = quiet_css(text)
    assert "e.example" not in quiet
    assert "x.png" not in quiet
    assert NOTHING in quiet


@pytest.mark.parametrize(
    "text", ["@import 'x';", "@IMPORT url(x) screen;", "@\\69mport 'x';", "@import/**/'a;b';", "@namespace url(x);"]
)
def test_rules_that_load_or_name_addresses_are_left_out(text):
    assert quiet_css(text + "p{color:red}") == "p{color:red}"


def test_an_image_set_is_void():
    assert quiet_css("p{background:image-set('x' 1x)}") == "p{background:no-image-set('x' 1x)}"


@pytest.mark.parametrize("address", [FONT, PICTURE, "#clip"])
def test_what_a_sheet_carries_with_it_stays(address):
    assert quiet_css(f"p{{x:url({address})}}") == f'p{{x:url("{address}")}}'


@pytest.mark.parametrize(
    "text",
    [
        '.a\\:b{content:"url(x) \\"@import"} /* url(x) @import "x" */',
        ".\\31 0{margin:-1px} .iframe,#iframe,[x=iframe]{} a:not(:root-x){}".replace("[x=iframe]", "[x='iframe']"),
        "@media (min-width:1px){p{color:red}} @font-face{font-family:x} @importance{}",
        "p{--a:b;transition:all 1s}",
    ],
)
def test_everything_else_stays_as_it_was(text):
    assert quiet_css(text) == text


def test_rules_for_frames_are_for_what_stands_for_them():
    assert quiet_css("iframe,div>iframe.x{border:0}") == "bg-frame,div>bg-frame.x{border:0}"


def test_inside_a_frame_the_root_is_its_page():
    assert quiet_css(":root{--a:1}", in_frame=True) == "html{--a:1}"
    assert quiet_css(":root{--a:1}") == ":root{--a:1}"
