"""More of the table: teams, shares and transfers; and what two further roles are answered everywhere.

*Mate* is in a team with A, to which A's session and pool were shared with `use`. *Pooled* is A's token for A's pool
alone. Both are told by rules, and each cell still stands here: what is not named is what B (or A) is answered.
"""

from tests.permissions import live_table, recordings_table
from tests.permissions.table import ID, V1, Row, _page, _v1

TEAM, MEMBER, INVITED, SHARE = "{team}", "<str:member_id>", "<str:invitation_id>", "<str:share_id>"
PLACES = {MEMBER: "{member}", INVITED: "{invitation}"}


def _more(row: Row, share: str = "") -> Row:
    """With the places of the second id in the path."""
    path = row.path.replace(SHARE, f"{{{share}}}")
    for route, place in PLACES.items():
        path = path.replace(route, place)
    return Row(row.route, path, row.method, row.answers, row.body, row.data)


NEW_SHARE = {"to": "new@example.com", "level": "view"}

PROGRAM = [
    _v1("teams", "GET", 200, 200, 200, 200),
    _v1("teams", "POST", 201, 201, 201, 403, {"name": "x"}),
    _v1(f"teams/{ID}", "GET", 200, 404, 200, 200, of="team"),
    _v1(f"teams/{ID}", "PATCH", 200, 404, 200, 403, {"name": "x"}, of="team"),
    _v1(f"teams/{ID}", "DELETE", 204, 404, 204, 403, of="team"),
    _v1(f"teams/{ID}/members", "GET", 200, 404, 200, 200, of="team"),
    _more(_v1(f"teams/{ID}/members/{MEMBER}", "PATCH", 200, 404, 200, 403, {"role": "manager"}, of="team")),
    _more(_v1(f"teams/{ID}/members/{MEMBER}", "DELETE", 204, 404, 204, 403, of="team")),
    _v1(f"teams/{ID}/invitations", "GET", 200, 404, 200, 403, of="team"),
    _v1(f"teams/{ID}/invitations", "POST", 201, 404, 201, 403, {"email": "new@example.com"}, of="team"),
    _more(_v1(f"teams/{ID}/invitations/{INVITED}", "DELETE", 204, 404, 204, 403, of="team")),
    _v1(f"sessions/{ID}/shares", "GET", 200, 404, 200, 403, of="session"),
    _v1(f"sessions/{ID}/shares", "GET", 404, 404, 200, 403, of="warm"),
    _v1(f"sessions/{ID}/shares", "POST", 201, 404, 201, 403, NEW_SHARE, of="session"),
    _v1(f"sessions/{ID}/shares", "POST", 404, 404, 409, 403, NEW_SHARE, of="warm"),
    _more(_v1(f"sessions/{ID}/shares/{SHARE}", "DELETE", 204, 404, 204, 403, of="session"), "session_share"),
    _v1(f"sessions/{ID}/transfer", "POST", 200, 404, 200, 403, {"to": "mate@example.com"}, of="session"),
    _v1(f"sessions/{ID}/transfer", "POST", 404, 404, 409, 403, {"to": "mate@example.com"}, of="warm"),
    _v1(f"pools/{ID}/shares", "GET", 200, 404, 200, 403, of="pool"),
    _v1(f"pools/{ID}/shares", "GET", 404, 404, 200, 403, of="system"),
    _v1(f"pools/{ID}/shares", "POST", 201, 404, 201, 403, NEW_SHARE, of="pool"),
    _v1(f"pools/{ID}/shares", "POST", 404, 404, 409, 403, NEW_SHARE, of="system"),
    _more(_v1(f"pools/{ID}/shares/{SHARE}", "DELETE", 204, 404, 204, 403, of="pool"), "pool_share"),
]

PAGES = [
    _page("teams/", "GET", 200, 200, 200),
    _page("teams/new/", "GET", 200, 200, 200),
    _page("teams/new/", "POST", 422, 422, 422),
    _page(f"teams/{ID}/", "GET", 200, 404, 200, of="team"),
    _page(f"teams/{ID}/rename/", "GET", 200, 404, 200, of="team"),
    _page(f"teams/{ID}/rename/", "POST", 422, 404, 422, of="team"),
    _page(f"teams/{ID}/delete/", "GET", 200, 404, 200, of="team"),
    _page(f"teams/{ID}/delete/", "POST", 302, 404, 302, of="team"),
    _page(f"teams/{ID}/invite/", "GET", 200, 404, 200, of="team"),
    _page(f"teams/{ID}/invite/", "POST", 422, 404, 422, of="team"),
    _more(_page(f"teams/{ID}/invitations/{INVITED}/", "POST", 302, 404, 302, of="team")),
    _more(_page(f"teams/{ID}/members/{MEMBER}/role/", "POST", 422, 404, 422, of="team")),
    _more(_page(f"teams/{ID}/members/{MEMBER}/remove/", "GET", 200, 404, 200, of="team")),
    _more(_page(f"teams/{ID}/members/{MEMBER}/remove/", "POST", 302, 404, 302, of="team")),
    *(
        _page(f"{kind}/{ID}/shares/", method, *answers, of=of)
        for kind, own, other in (("sessions", "session", "warm"), ("pools", "pool", "system"))
        for method, of, answers in (
            ("GET", own, (200, 404, 200)),
            ("GET", other, (404, 404, 200)),
            ("POST", own, (422, 404, 422)),
            ("POST", other, (404, 404, 422)),
        )
    ),
    _more(_page(f"sessions/{ID}/shares/{SHARE}/", "POST", 302, 404, 302, of="session"), "session_share"),
    _more(_page(f"pools/{ID}/shares/{SHARE}/", "POST", 302, 404, 302, of="pool"), "pool_share"),
    _page(f"sessions/{ID}/transfer/", "GET", 200, 404, 200, of="session"),
    _page(f"sessions/{ID}/transfer/", "GET", 404, 404, 200, of="warm"),
    _page(f"sessions/{ID}/transfer/", "POST", 422, 404, 422, of="session"),
    _page(f"sessions/{ID}/transfer/", "POST", 404, 404, 422, of="warm"),
]

OPEN = {"invitations/": 404}  # without the link of one

KINDS = {"team": "team", "member": "usr", "invitation": "inv", "session_share": "shr", "pool_share": "shr"}
KINDS |= recordings_table.KINDS | live_table.KINDS

# What is shared is seen and used; everything else that is done to it is 403.
MATE_SEES = {
    f"{V1}sessions/{ID}": 200,
    f"{V1}sessions/{ID}/events": 200,
    **recordings_table.MATE_SEES,
    **live_table.MATE_SEES,
    f"{V1}pools/{ID}": 200,
    f"{V1}pools/{ID}/stats": 200,
    f"{V1}teams/{ID}": 200,
    f"{V1}teams/{ID}/members": 200,
    f"sessions/{ID}/": 200,
    f"sessions/{ID}/parts/": 200,
    f"sessions/{ID}/replay/": 200,
    f"sessions/{ID}/story/": 200,
    f"pools/{ID}/": 200,
    f"pools/{ID}/parts/": 200,
    f"teams/{ID}/": 200,
    f"teams/{ID}/members/{MEMBER}/remove/": 200,  # the member is the mate: leaving
}
MATE_USES = {
    **recordings_table.MATE_USES,
    **live_table.MATE_USES,
    (f"{V1}sessions/{ID}/host-root", "POST"): 200,
    (f"{V1}pools/{ID}/claim", "POST"): 202,
    (f"{V1}teams/{ID}/members/{MEMBER}", "DELETE"): 204,
    (f"sessions/{ID}/address/", "POST"): 200,
    (f"teams/{ID}/members/{MEMBER}/remove/", "POST"): 302,
}
OF_OTHERS = {"{session}", "{pool}", "{team}"}


def mate(row: Row) -> int:
    if not any(place in row.path for place in OF_OTHERS):
        return row.answers[1]
    if row.method == "GET" and row.route in MATE_SEES:
        return MATE_SEES[row.route]
    return MATE_USES.get((row.route, row.method), 403)


NOT_FOR_POOLS = ("tokens", "teams", "audit", "usage")


def pooled(row: Row) -> int:
    """Of programs alone: a token opens no page."""
    word = row.route.removeprefix(V1)
    if word.startswith(NOT_FOR_POOLS) or (word == "pools" and row.method == "POST"):
        return 403
    if "{" in row.path and "{pool}" not in row.path:
        return 404
    return row.answers[0]
