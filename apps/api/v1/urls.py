"""Addresses of version 1. Each answers with and without a slash at its end."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from apps.api.v1 import (
    audit,
    claims,
    events,
    invitations,
    live,
    me,
    pools,
    recordings,
    releasing,
    session_files,
    session_logs,
    session_more,
    sessions,
    shares,
    teams,
    tokens,
    usage,
)
from apps.api.v1.claiming import holding


def both(route: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    return [path(route, view, name=name), path(f"{route}/", view)]


app_name = "v1"
urlpatterns = [
    *both("sessions", holding(sessions.Sessions.as_view()), "sessions"),
    *both("sessions/release", releasing.ReleaseMany.as_view(), "sessions-release-many"),
    *both("sessions/<str:id>", sessions.Session.as_view(), "session"),
    *both("sessions/<str:id>/release", releasing.Release.as_view(), "session-release"),
    *both("sessions/<str:id>/host-root", session_more.SessionHostRoot.as_view(), "session-host-root"),
    *both("sessions/<str:id>/events", session_more.SessionEvents.as_view(), "session-events"),
    *both("sessions/<str:id>/live", live.SessionLive.as_view(), "session-live"),
    *both("sessions/<str:id>/live/<str:ticket_id>", live.SessionLiveOne.as_view(), "session-live-one"),
    *both("sessions/<str:id>/takeover", live.SessionTakeover.as_view(), "session-takeover"),
    *both("sessions/<str:id>/logs", session_logs.SessionLogs.as_view(), "session-logs"),
    *both("sessions/<str:id>/har", session_logs.SessionHar.as_view(), "session-har"),
    *both("sessions/<str:id>/files", session_files.SessionFiles.as_view(), "session-files"),
    *both("sessions/<str:id>/files.zip", session_files.SessionFilesZip.as_view(), "session-files-zip"),
    *both("sessions/<str:id>/files/<str:file_id>", session_files.SessionFileOne.as_view(), "session-file"),
    *both("sessions/<str:id>/recordings", recordings.SessionRecordings.as_view(), "session-recordings"),
    *both("sessions/<str:id>/recordings/<str:recording_id>", recordings.SessionRecording.as_view(), "recording"),
    *both(
        "sessions/<str:id>/recordings/<str:recording_id>/stop",
        recordings.SessionRecordingStop.as_view(),
        "recording-stop",
    ),
    path(
        "sessions/<str:id>/recordings/<str:recording_id>/<path:name>",
        recordings.SessionRecordingContent.as_view(),
        name="recording-content",
    ),
    *both("sessions/<str:id>/shares", shares.SessionShares.as_view(), "session-shares"),
    *both("sessions/<str:id>/shares/<str:share_id>", shares.SessionShare.as_view(), "session-share"),
    *both("sessions/<str:id>/transfer", shares.SessionTransfer.as_view(), "session-transfer"),
    *both("claims/<str:id>", claims.ClaimOne.as_view(), "claim"),
    *both("pools", pools.Pools.as_view(), "pools"),
    *both("pools/<str:id>", pools.PoolOne.as_view(), "pool"),
    *both("pools/<str:id>/stats", pools.PoolStats.as_view(), "pool-stats"),
    *both("pools/<str:id>/claim", holding(pools.PoolClaim.as_view()), "pool-claim"),
    *both("pools/<str:id>/drain", pools.PoolDrain.as_view(), "pool-drain"),
    *both("pools/<str:id>/flush", pools.PoolFlush.as_view(), "pool-flush"),
    *both("pools/<str:id>/shares", shares.PoolShares.as_view(), "pool-shares"),
    *both("pools/<str:id>/shares/<str:share_id>", shares.PoolShare.as_view(), "pool-share"),
    *both("teams", teams.Teams.as_view(), "teams"),
    *both("teams/<str:id>", teams.TeamOne.as_view(), "team"),
    *both("teams/<str:id>/members", teams.TeamMembers.as_view(), "team-members"),
    *both("teams/<str:id>/members/<str:member_id>", teams.TeamMember.as_view(), "team-member"),
    *both("teams/<str:id>/invitations", invitations.TeamInvitations.as_view(), "team-invitations"),
    *both("teams/<str:id>/invitations/<str:invitation_id>", invitations.TeamInvitation.as_view(), "team-invitation"),
    *both("tokens", tokens.Tokens.as_view(), "tokens"),
    *both("tokens/<str:id>", tokens.TokenOne.as_view(), "token"),
    *both("events", events.Events.as_view(), "events"),
    *both("audit", audit.Audit.as_view(), "audit"),
    *both("usage", usage.Usage.as_view(), "usage"),
    *both("me", me.Me.as_view(), "me"),
]
