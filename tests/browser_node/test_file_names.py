"""What becomes of names that sites suggest and people give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from browser_node.file_names import LONGEST, free_name, safe_name


@pytest.mark.parametrize(
    ("suggested", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Übersicht 2026 – März.xlsx", "Übersicht 2026 – März.xlsx"),
        ("日本語.txt", "日本語.txt"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("/etc/shadow", "shadow"),
        ("a/", "file"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        (".bashrc", "bashrc"),
        ("x\0y.txt", "xy.txt"),
        ("two\r\nlines.txt", "twolines.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),  # would be shown as invoiceexe.pdf
        ('a:b*c?"d".txt', "a_b_c__d_.txt"),
        ("  spaces   inside .txt ", "spaces inside .txt"),
        ("trailing. . .", "trailing"),
        ("con.txt", "_con.txt"),
        ("\ud800broken.txt", "broken.txt"),
    ],
)
def test_a_suggested_name_becomes_a_plain_one(suggested: str, safe: str) -> None:
    assert safe_name(suggested) == safe


def test_a_long_name_keeps_its_extension() -> None:
    name = safe_name("ü" * 500 + ".tar.gz")
    assert len(name.encode()) <= LONGEST
    assert name.endswith(".gz")


@given(st.text(max_size=300))
def test_no_name_leaves_its_directory_and_a_safe_one_stays_as_it_is(suggested: str) -> None:
    name = safe_name(suggested)
    assert name not in ("", ".", "..")
    assert not set(name) & set("/\\\0\r\n")
    assert len(name.encode()) <= LONGEST + 1
    assert safe_name(name) == name


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert free_name("a.txt", {}) == "a.txt"
    assert free_name("a.txt", {"a.txt"}) == "a (1).txt"
    assert free_name("a.txt", {"a.txt", "a (1).txt"}) == "a (2).txt"
    assert free_name("Makefile", {"Makefile"}) == "Makefile (1)"
