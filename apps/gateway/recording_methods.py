"""`BrowserGrid.*` commands about what is kept of a session. Whoever drives it may record it."""

from collections.abc import Mapping
from typing import Any

from apps.access.permissions import Permission
from apps.core.errors import Invalid
from apps.gateway.methods import BAD_PARAMS, Call, CdpProblem, cdp_method
from apps.recordings.downloads import collect_files
from apps.recordings.kinds import FileKind, Kind
from apps.recordings.models import Recording
from apps.recordings.queries import files_of, picture_of
from apps.recordings.services import start_recording, stop_recording


@cdp_method("BrowserGrid.startRecording")
def start(call: Call) -> Mapping[str, Any]:
    """`kind`: dom (as without it), video or all. Once more with the same kind: the same recording."""
    kind = call.params.get("kind", Kind.DOM)
    try:
        recording, _ = start_recording(call.session, kind, actor=call.actor, needs=Permission.SESSION_USE)
    except Invalid as error:
        raise CdpProblem(BAD_PARAMS, "'kind' must be dom, video or all.") from error
    return _told(recording)


@cdp_method("BrowserGrid.stopRecording")
def stop(call: Call) -> Mapping[str, Any]:
    """The recording that runs; its film is made afterwards."""
    call.actor.require(Permission.SESSION_USE)
    recording = picture_of(call.session)
    if recording is None:
        raise CdpProblem(BAD_PARAMS, "Nothing is being recorded.")
    return _told(stop_recording(recording, actor=call.actor, needs=Permission.SESSION_USE))


@cdp_method("BrowserGrid.getDownloads")
def downloads(call: Call) -> Mapping[str, Any]:
    """Those that are complete; the bytes are fetched at `url` with a token."""
    call.actor.require(Permission.SESSION_USE)
    collect_files(call.session, within=2.0)
    session = call.session.public_id
    return {
        "downloads": [
            {
                "id": file.public_id,
                "name": file.name,
                "bytes": file.bytes,
                "sha256": file.sha256,
                "sourceURL": file.url,
                "error": file.error or None,
                "url": f"{call.origin}/api/v1/sessions/{session}/files/{file.public_id}" if file.stored_as else None,
            }
            for file in files_of(call.session).filter(kind=FileKind.DOWNLOAD)
        ]
    }


def _told(recording: Recording) -> dict[str, Any]:
    return {
        "id": recording.public_id,
        "kind": recording.kind,
        "state": recording.state,
        "startedAt": recording.started_at.isoformat(),
        "endedAt": recording.ended_at.isoformat() if recording.ended_at else None,
    }
