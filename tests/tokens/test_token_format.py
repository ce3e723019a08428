"""The shape of a token: recognised without a look-up, wherever it leaked to."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.tokens.token_format import CHECKSUM, LETTERS, RANDOM, checksum, is_well_formed, make


def test_a_token_has_its_prefix_190_bits_and_a_checksum() -> None:
    token = make()
    assert re.fullmatch(r"bg_[A-Za-z0-9]{38}", token)
    assert is_well_formed(token)
    assert len(LETTERS) ** RANDOM > 2**190
    assert len({make() for _ in range(1000)}) == 1000


def test_a_secret_scanner_finds_it_by_its_prefix() -> None:
    assert make("whsec").startswith("whsec_")
    assert is_well_formed(make("whsec"), "whsec")
    assert not is_well_formed(make("whsec"))


@given(position=st.integers(0, RANDOM + CHECKSUM - 1), letter=st.sampled_from(LETTERS))
def test_one_wrong_letter_is_noticed(position: int, letter: str) -> None:
    token = make()
    changed = token[: 3 + position] + letter + token[4 + position :]
    assert is_well_formed(changed) is (changed == token)


@pytest.mark.parametrize("cut", [1, 2, 6, 38])
def test_a_token_cut_short_or_drawn_out_is_noticed(cut: int) -> None:
    assert not is_well_formed(make()[:-cut])
    assert not is_well_formed(make() + "a" * cut)


@given(st.text() | st.text(alphabet=string.printable).map(lambda text: f"bg_{text}"))
def test_anything_else_is_no_token(text: str) -> None:
    assert not is_well_formed(text)


def test_the_checksum_is_pinned_so_that_tokens_outlive_a_release() -> None:
    assert checksum("a" * RANDOM) == "TtKiSd"
