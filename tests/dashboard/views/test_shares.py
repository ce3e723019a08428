"""Sharing from the pages of sessions and pools, and the transfer."""

import pytest

from tests.factories.pools import ensure_default_pool, make_pool
from tests.factories.sessions import make_claimed_session
from tests.factories.teams import make_team, share

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture(params=["sessions", "pools"])
def path(request, ann):
    thing = make_claimed_session(ann, keep_alive=True) if request.param == "sessions" else make_pool(ann)
    return f"/{request.param}/{thing.public_id}/"


def test_one_shares_from_the_page_and_withdraws(path, ann, ben, sign_in):
    client, bens = sign_in(ann), sign_in(ben)
    assert "Only you, and staff" in client.get(path).content.decode()
    assert bens.get(path).status_code == 404
    page = client.post(f"{path}shares/", {"team": "", "to": "ben@example.com", "level": "view"}, follow=True)
    assert "ben@example.com" in page.content.decode()
    assert "Shared with you" in bens.get(path).content.decode()
    assert bens.get(f"{path}shares/").status_code == 403
    action = next(line for line in page.content.decode().split('"') if line.startswith(f"{path}shares/shr_"))
    client.post(action)
    assert bens.get(path).status_code == 404


def test_a_team_is_shared_with_by_choosing_it(path, ann, ben, sign_in):
    team = make_team(ann, ben)
    sign_in(ann).post(f"{path}shares/", {"team": team.public_id, "to": "", "level": "use"})
    assert sign_in(ben).get(path).status_code == 200


def test_a_form_that_names_nobody_says_so(path, ann, sign_in):
    refused = sign_in(ann).post(f"{path}shares/", {"team": "", "to": "", "level": "use"})
    assert refused.status_code == 422
    assert "Give an address." in refused.content.decode()


def test_the_sheet_is_the_same_form_and_brings_the_panel_along(path, ann, sign_in):
    client = sign_in(ann)
    sheet = client.get(f"{path}shares/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in sheet
    answer = client.post(
        f"{path}shares/", {"team": "", "to": "eve@example.com", "level": "use"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "bg:toast" in answer["HX-Trigger"]
    assert 'hx-swap-oob="true"' in answer.content.decode()
    assert answer.content.decode().count("eve@example.com") >= 2


def test_a_view_share_offers_neither_to_connect_nor_to_release_nor_to_change(ann, ben, sign_in):
    session = make_claimed_session(ann, keep_alive=True, name="theirs")
    share(session, ben, "view")
    page = sign_in(ben).get(f"/sessions/{session.public_id}/").content.decode()
    assert "?ticket=" not in page
    assert f"/sessions/{session.public_id}/release/" not in page
    assert sign_in(ben).post(f"/sessions/{session.public_id}/release/").status_code == 403
    pool = make_pool(ann)
    share(pool, ben, "view")
    assert f"/pools/{pool.public_id}/edit/" not in sign_in(ben).get(f"/pools/{pool.public_id}/").content.decode()


def test_a_shared_session_is_in_my_list_and_says_whose_it_is(ann, ben, sign_in):
    session = make_claimed_session(ann, keep_alive=True, name="theirs")
    assert "theirs" not in sign_in(ben).get("/sessions/").content.decode()
    share(session, ben, "view")
    page = sign_in(ben).get("/sessions/").content.decode()
    assert "theirs" in page
    assert "shared by ann@example.com" in page


def test_a_session_is_given_to_a_team_mate(ann, ben, sign_in):
    client = sign_in(ann)
    session = make_claimed_session(ann, keep_alive=True)
    assert "Invite somebody to a team" in client.get(f"/sessions/{session.public_id}/transfer/").content.decode()
    make_team(ann, ben)
    assert "ben@example.com" in client.get(f"/sessions/{session.public_id}/transfer/").content.decode()
    assert client.post(f"/sessions/{session.public_id}/transfer/", {"to": ben.public_id})["Location"] == "/sessions/"
    assert client.get(f"/sessions/{session.public_id}/").status_code == 404
    assert sign_in(ben).get(f"/sessions/{session.public_id}/").status_code == 200


def test_a_system_pool_says_that_it_is_for_all(staff, sign_in):
    pool = ensure_default_pool()
    assert "everybody may claim from it" in sign_in(staff).get(f"/pools/{pool.public_id}/").content.decode()
