from browsergrid.supervisor.greeting import Newcomer, greeting

ADMIN = Newcomer("admin", "admin@localhost.local", "a-password")
USER = Newcomer("user", "user@localhost.local", "b-password", "bg_token")


def test_the_first_start_shows_who_may_sign_in_and_a_snippet_that_works_as_it_is():
    said = greeting("http://localhost:8000", (ADMIN, USER), egress_allow=(), seconds=7.25)
    assert "ready at http://localhost:8000  (7.2 s)" in said
    for word in ("admin@localhost.local", "a-password", "user@localhost.local", "b-password"):
        assert word in said
    assert 'connect_over_cdp("http://localhost:8000/connect?token=bg_token")' in said


def test_later_starts_show_no_secret_and_say_where_a_token_is_made():
    said = greeting("http://localhost:8000", (), egress_allow=(), seconds=3)
    assert "Shown this once" not in said
    assert "http://localhost:8000/tokens/" in said


def test_a_password_from_the_environment_is_not_repeated():
    said = greeting("http://localhost:8000", (Newcomer("admin", "a@b.c"),), egress_allow=(), seconds=3)
    assert "as you set it" in said


def test_it_says_how_to_open_a_local_port_and_which_are_open():
    said = greeting("http://localhost:8000", (), egress_allow=("localhost:3000",), seconds=3)
    assert "BROWSERGRID_EGRESS_ALLOW=" in said
    assert "Now: localhost:3000." in said


def test_secrets_do_not_show_in_a_repr():
    assert "b-password" not in repr(USER)
    assert "bg_token" not in repr(USER)
