"""More of the table: watching a session, and taking over. To look on one must be allowed to use it."""

from apps.accounts.models import User
from apps.sessions.models import BrowserSession
from apps.sessions.viewing import mint_view
from tests.factories.people import actor_for
from tests.permissions.table import ID, V1, Row, _page, _v1

TICKET = "<str:ticket_id>"
KINDS = {"ticket": "tkt"}


def things(session: BrowserSession, owner: User) -> dict[str, str]:
    """An address at which that session is watched."""
    ticket, _ = mint_view(session, actor=actor_for(owner))
    return {"ticket": ticket.public_id}


def _more(row: Row) -> Row:
    return Row(row.route, row.path.replace(TICKET, "{ticket}"), row.method, row.answers, row.body, row.data)


PROGRAM = [
    _v1(f"sessions/{ID}/live", "GET", 200, 404, 200, 403, of="session"),
    _v1(f"sessions/{ID}/live", "GET", 404, 404, 200, 403, of="warm"),
    _v1(f"sessions/{ID}/live", "POST", 201, 404, 201, 403, {}, of="session"),
    _v1(f"sessions/{ID}/live", "POST", 404, 404, 409, 403, {}, of="warm"),
    _more(_v1(f"sessions/{ID}/live/{TICKET}", "DELETE", 204, 404, 204, 403, of="session")),
    _v1(f"sessions/{ID}/takeover", "GET", 404, 404, 404, 404, of="session"),
    _v1(f"sessions/{ID}/takeover", "POST", 202, 404, 202, 403, {}, of="session"),
    _v1(f"sessions/{ID}/takeover", "POST", 404, 404, 409, 403, {}, of="warm"),
    _v1(f"sessions/{ID}/takeover", "DELETE", 204, 404, 204, 403, of="session"),
]
PAGES = [
    _page("sessions/wall/", "GET", 200, 200, 200),
    _page(f"sessions/{ID}/stage/", "GET", 200, 404, 200, of="session"),
    _page(f"sessions/{ID}/live/ticket/", "POST", 200, 404, 200, of="session"),
    _page(f"sessions/{ID}/live/control/", "POST", 200, 404, 200, of="session"),
    _page(f"sessions/{ID}/live/hand-back/", "POST", 200, 404, 200, of="session"),
]
# Of a session that was shared for use.
MATE_SEES = {f"{V1}sessions/{ID}/live": 200, f"{V1}sessions/{ID}/takeover": 404, f"sessions/{ID}/stage/": 200}
MATE_USES = {
    (f"{V1}sessions/{ID}/live", "POST"): 201,
    (f"{V1}sessions/{ID}/live/{TICKET}", "DELETE"): 404,  # another person's address
    (f"{V1}sessions/{ID}/takeover", "POST"): 202,
    (f"sessions/{ID}/live/ticket/", "POST"): 200,
}
OPEN = {  # a ticket says who comes
    f"sessions/{ID}/live": 401,
    f"sessions/{ID}/live/files/": 405,  # GET; what POST needs: tests/dashboard/views/test_live.py
}
UNCHANGED = {  # for the audit
    ("DELETE", "/api/v1/sessions/{session}/takeover"): "nobody has control",
    ("POST", "/sessions/{session}/live/hand-back/"): "nobody has control",
    ("POST", "/sessions/{session}/live/ticket/"): "they look on, on a page of ours",
    ("POST", "/api/v1/sessions/{session}/takeover"): "a wish of the automation, told by an event",
}
