"""A session that is given to a team mate: the windows of its former owner do not go on showing it."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.windows import Open, until_live
from tests.support.product import Product

pytestmark = [pytest.mark.browser]

PERSON, MATE = "user@browsergrid.local", "ben@example.org"
WITHIN = 4000  # milliseconds
BY_COOKIE = """async ([method, path, body]) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(`/api/v1/${path}`, { method, body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", "X-CSRFToken": token } });
  return await answer.json();
}"""
JOINS = """INSERT INTO accounts_membership (id, created_at, role, team_id, user_id)
  SELECT ?, '2026-01-01 00:00:00', 'member', team.id, person.id
  FROM accounts_team team, accounts_user person WHERE team.name = ? AND person.email = ?"""


@pytest.fixture
def window(running_product: Product, open_page: Open) -> Page:
    """Of somebody in a team with Ben, who has come into it without a mail."""
    page = open_page(PERSON)
    name = f"team {uuid.uuid4().hex[:8]}"
    page.evaluate(BY_COOKIE, ["POST", "teams", {"name": name}])
    running_product.api("GET", "/me", email=MATE)  # whom a static token names is made with its first request
    with running_product.database() as database:
        assert database.execute(JOINS, (uuid.uuid4().hex, name, MATE)).rowcount == 1
    return page


@pytest.fixture
def session(running_product: Product, window: Page) -> Iterator[str]:
    made = window.evaluate(BY_COOKIE, ["POST", "sessions?wait=30", {"name": "to give away"}])["id"]
    yield made
    running_product.api("DELETE", f"/sessions/{made}", email=MATE)


def test_its_page_and_its_row_go_by_themselves(window: Page, session: str) -> None:
    row, giving = window.context.new_page(), window.context.new_page()
    window.goto(f"/sessions/{session}/")
    row.goto("/sessions/")
    giving.goto("/settings/")
    for page in (window, row):
        until_live(page)
    expect(row.locator(f"#row-{session}")).to_be_visible()
    moved = giving.evaluate(BY_COOKIE, ["POST", f"sessions/{session}/transfer", {"to": MATE}])
    assert moved["id"] == session, moved
    expect(window.get_by_role("heading", name="There is nothing here that you may see")).to_be_visible(timeout=WITHIN)
    expect(row.locator(f"#row-{session}")).to_have_count(0, timeout=WITHIN)
    assert row.url.endswith("/sessions/")
