"""What is kept of a session, as panes of its page and as pages of their own; and the timeline for its player."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.access.lookup import find, may
from apps.access.permissions import Permission
from apps.core import clock
from apps.core.errors import Conflict, Ended, Invalid, NoCapacity, TooMany
from apps.core.identifiers import encode
from apps.dashboard.asking import actor_of
from apps.dashboard.log_lines import NAMES, log_lines
from apps.dashboard.rows import session_rows
from apps.dashboard.views.page import is_partial, page
from apps.recordings import services
from apps.recordings.kinds import Kind, RecordingState, Stream
from apps.recordings.logs import SHOWN, end_of, place_of, read
from apps.recordings.looking import look_now
from apps.recordings.models import Recording
from apps.recordings.queries import file_of, files_of, latest_pictures, recording_of, recordings_of
from apps.recordings.track import track_of
from apps.sessions.models import BrowserSession

LINES = 200
MOST_FILES = 200
LONGEST_TEXT = 200
REFUSALS = (Conflict, Ended, Invalid, NoCapacity, TooMany)
ADVICE = {Kind.DOM: "DOM: small, sharp at any size", Kind.VIDEO: "Video: what was seen", Kind.ALL: "Both"}


@page
@require_GET
def logs(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address's own word
    """The latest lines, or from a place on; `after` asks for what came since."""
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_VIEW)
    look_now(session)
    stream, text = request.GET.get("stream", ""), request.GET.get("q", "").replace("\x00", "")[:LONGEST_TEXT]
    streams = (Stream(stream),) if stream in SHOWN else SHOWN
    after, is_whole = request.GET.get("after", ""), request.GET.get("from") == "start"
    place = place_of(after) if after or is_whole or text else end_of(session, streams, least=LINES)
    found = read(session, streams, place, text=text, limit=LINES)
    narrowed = {"stream": stream if stream in SHOWN else "", "q": text}
    context = {
        **_session(request, session),
        "lines": log_lines(found.lines, session.claimed_at or session.created_at),
        "streams": [("", "All"), *((str(each), NAMES[each]) for each in SHOWN)],
        "narrowed": narrowed,
        "onward": urlencode({**narrowed, "after": str(found.place)}),
        "is_end": found.is_end,
        "is_whole": is_whole or bool(text) or len(found.lines) < LINES,
    }
    name = "more_lines" if after and is_partial(request) else "logs"
    return _pane(request, name, "Logs", context)


@page
@require_GET
def files(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_VIEW)
    look_now(session)
    found = list(files_of(session).order_by("-id")[: MOST_FILES + 1])
    actor = actor_of(request)
    context = {
        **_session(request, session),
        "files": found[:MOST_FILES],
        "has_more": len(found) > MOST_FILES,
        "may_upload": not session.is_ended and may(actor, Permission.SESSION_USE, session),
    }
    return _pane(request, "files", "Files", context)


@page
@require_POST
def upload(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_USE)
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile) or given.file is None:
        messages.error(request, "Choose a file first.")
        return _back(request, session, "files")
    try:
        row = services.upload(session, given.name or "", given.file, actor=actor_of(request))
    except REFUSALS as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"{row.name} can be chosen by the session's pages now.")
    return _back(request, session, "files")


@page
@require_POST
def delete_file(request: HttpRequest, id: str, file_id: str) -> HttpResponse:  # noqa: A002
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_CONTROL)
    file = file_of(session, file_id)
    with _said(request, f"{file.name} is deleted."):
        services.delete_file(file, actor=actor_of(request))
    return _back(request, session, "files")


@page
@require_GET
def recordings(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_VIEW)
    found = list(recordings_of(session))
    running = [row for row in found if row.state == RecordingState.RECORDING and row.kind != Kind.LOGS]
    context = {
        **_session(request, session),
        "recordings": found,
        "running": running,
        "kinds": ADVICE,
        "may_record": not session.is_ended and session.owner_id is not None,
    }
    return _pane(request, "recordings", "Recordings", context)


@page
@require_POST
def start(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_CONTROL)
    with _said(request, "Recording from now on."):
        services.start_recording(session, request.POST.get("kind", ""), actor=actor_of(request))
    return _back(request, session, "recordings")


@page
@require_POST
def stop(request: HttpRequest, id: str, recording_id: str) -> HttpResponse:  # noqa: A002
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_CONTROL)
    with _said(request, "Stopped. It can be played in a moment."):
        services.stop_recording(recording_of(session, recording_id), actor=actor_of(request))
    return _back(request, session, "recordings")


@page
@require_POST
def delete(request: HttpRequest, id: str, recording_id: str) -> HttpResponse:  # noqa: A002
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_CONTROL)
    with _said(request, "The recording is deleted."):
        services.delete_recording(recording_of(session, recording_id), actor=actor_of(request))
    return _back(request, session, "recordings")


@page
@require_GET
def track(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002
    """Of the recording that `?recording=` names, else of the latest, else of the session as a whole."""
    session = find(BrowserSession, id, actor_of(request), Permission.SESSION_VIEW)
    look_now(session)
    wanted = request.GET.get("recording", "")
    recording = recording_of(session, wanted) if wanted else latest_pictures(session).first()
    if recording is not None and recording.kind == Kind.LOGS:
        recording = None
    return JsonResponse(track_of(session, recording, clock.now(), _content_address))


@contextmanager
def _said(request: HttpRequest, success: str) -> Iterator[None]:
    """How it went, told on the page that one comes back to."""
    try:
        yield
    except REFUSALS as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, success)


def _content_address(recording: Recording, name: str) -> str:
    session = encode(BrowserSession.prefix, recording.session_id)
    return f"/api/v1/sessions/{session}/recordings/{recording.public_id}/{name}"


def _session(request: HttpRequest, session: BrowserSession) -> dict[str, object]:
    actor = actor_of(request)
    shown = session_rows([session], actor)[0]
    may_control = may(actor, Permission.SESSION_CONTROL, session)
    return {"session": shown, "may_control": may_control}


def _pane(request: HttpRequest, name: str, title: str, context: dict[str, object]) -> HttpResponse:
    if is_partial(request):
        return render(request, f"dashboard/recordings/{name}.html", context)
    inside = f"dashboard/recordings/{name}.html"
    return render(request, "dashboard/recordings/page.html", {**context, "inside": inside, "title": title})


def _back(request: HttpRequest, session: BrowserSession, name: str) -> HttpResponse:
    return redirect(reverse(f"dashboard:sessions-{name}", args=[session.public_id]))
