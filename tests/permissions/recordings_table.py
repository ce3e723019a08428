"""More of the table: what is kept of a session. Who sees the session sees it, who controls it ends it."""

from apps.core import clock
from apps.recordings import storage
from apps.recordings.kinds import FileKind, Kind, RecordingState
from apps.recordings.models import Artifact, Recording, SessionFile
from apps.sessions.models import BrowserSession
from tests.permissions.table import ID, V1, Row, _page, _v1

RECORDING, FILE = "<str:recording_id>", "<str:file_id>"
PLACES = {RECORDING: "{recording}", FILE: "{file}", "<path:name>": "dom/1.json"}
KINDS = {"recording": "rec", "file": "fil"}


def things(session: BrowserSession) -> dict[str, str]:
    """A stored recording of that session, and a download."""
    now = clock.now()
    recording = Recording.objects.create(
        session=session, kind=Kind.DOM, state=RecordingState.STORED, started_at=now, ended_at=now
    )
    events = storage.keep(storage.artifact_name(session.pk, recording.pk, "dom/1.json"), b"[]")
    Artifact.objects.create(
        recording=recording, name="dom/1.json", media_type="application/json", bytes=events.bytes,
        sha256=events.sha256, stored_as=events.name, about={"id": "A", "number": 1},
    )  # fmt: skip
    file = SessionFile(session=session, kind=FileKind.DOWNLOAD, name="a.txt")
    stored = storage.keep(storage.file_name(session.pk, file.pk), b"data")
    file.bytes, file.sha256, file.stored_as = stored.bytes, stored.sha256, stored.name
    file.save(force_insert=True)
    return {"recording": recording.public_id, "file": file.public_id}


def _more(row: Row) -> Row:
    path = row.path
    for route, place in PLACES.items():
        path = path.replace(route, place)
    return Row(row.route, path, row.method, row.answers, row.body, row.data)


READ = ("recordings", "logs", "har", "files", "files.zip")

PROGRAM = [
    *(_v1(f"sessions/{ID}/{word}", "GET", 200, 404, 200, 200, of="session") for word in READ),
    *(_v1(f"sessions/{ID}/{word}", "GET", 404, 404, 200, 404, of="warm") for word in READ),
    _v1(f"sessions/{ID}/recordings", "POST", 201, 404, 201, 403, {"kind": "dom"}, of="session"),
    _v1(f"sessions/{ID}/recordings", "POST", 404, 404, 409, 403, {"kind": "dom"}, of="warm"),
    _more(_v1(f"sessions/{ID}/recordings/{RECORDING}", "GET", 200, 404, 200, 200, of="session")),
    _more(_v1(f"sessions/{ID}/recordings/{RECORDING}", "GET", 404, 404, 404, 404, of="warm")),
    _more(_v1(f"sessions/{ID}/recordings/{RECORDING}", "DELETE", 204, 404, 204, 403, of="session")),
    _more(_v1(f"sessions/{ID}/recordings/{RECORDING}/stop", "POST", 200, 404, 200, 403, of="session")),
    _more(_v1(f"sessions/{ID}/recordings/{RECORDING}/<path:name>", "GET", 200, 404, 200, 200, of="session")),
    _v1(f"sessions/{ID}/files", "POST", 415, 404, 415, 403, of="session"),
    _v1(f"sessions/{ID}/files", "POST", 404, 404, 415, 403, of="warm"),
    _more(_v1(f"sessions/{ID}/files/{FILE}", "GET", 200, 404, 200, 200, of="session")),
    _more(_v1(f"sessions/{ID}/files/{FILE}", "GET", 404, 404, 404, 404, of="warm")),
    _more(_v1(f"sessions/{ID}/files/{FILE}", "DELETE", 204, 404, 204, 403, of="session")),
]

SHOWN = ("logs/", "files/", "recordings/", "replay/track.json")

PAGES = [
    *(_page(f"sessions/{ID}/{word}", "GET", 200, 404, 200, of="session") for word in SHOWN),
    *(_page(f"sessions/{ID}/{word}", "GET", 404, 404, 200, of="warm") for word in SHOWN),
    _page(f"sessions/{ID}/files/upload/", "POST", 302, 404, 302, of="session"),
    _page(f"sessions/{ID}/recordings/start/", "POST", 302, 404, 302, of="session"),
    _more(_page(f"sessions/{ID}/files/{FILE}/delete/", "POST", 302, 404, 302, of="session")),
    _more(_page(f"sessions/{ID}/recordings/{RECORDING}/stop/", "POST", 302, 404, 302, of="session")),
    _more(_page(f"sessions/{ID}/recordings/{RECORDING}/delete/", "POST", 302, 404, 302, of="session")),
]

# Of a session that was shared for use.
MATE_SEES = {
    **{f"{V1}sessions/{ID}/{word}": 200 for word in READ},
    f"{V1}sessions/{ID}/recordings/{RECORDING}": 200,
    f"{V1}sessions/{ID}/recordings/{RECORDING}/<path:name>": 200,
    f"{V1}sessions/{ID}/files/{FILE}": 200,
    **{f"sessions/{ID}/{word}": 200 for word in SHOWN},
}
MATE_USES = {(f"{V1}sessions/{ID}/files", "POST"): 415, (f"sessions/{ID}/files/upload/", "POST"): 302}
UNCHANGED = {  # for the audit
    ("POST", "/api/v1/sessions/{session}/recordings/{recording}/stop"): "it has ended already",
    ("POST", "/sessions/{session}/recordings/{recording}/stop/"): "it has ended already",
    ("POST", "/sessions/{session}/recordings/start/"): "no kind is chosen",
    ("POST", "/sessions/{session}/files/upload/"): "no file is chosen",
}
