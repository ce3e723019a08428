"""Everything that is audited. The first word is what it is done to."""

from enum import StrEnum


class Action(StrEnum):
    ACCESS_REFUSED = "access.refused"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_DELETED = "account.deleted"
    ACCOUNT_EMAIL_CHANGED = "account.email_changed"
    ACCOUNT_EXPORTED = "account.exported"
    ACCOUNT_PASSWORD_CHANGED = "account.password_changed"  # noqa: S105 - a name, not a secret
    ACCOUNT_SECOND_FACTOR_ADDED = "account.second_factor_added"
    ACCOUNT_SECOND_FACTOR_REMOVED = "account.second_factor_removed"
    ACCOUNT_SIGN_IN_FAILED = "account.sign_in_failed"
    ACCOUNT_SIGNED_IN = "account.signed_in"
    ACCOUNT_SIGNED_OUT = "account.signed_out"
    ACCOUNT_SIGNED_OUT_EVERYWHERE = "account.signed_out_everywhere"
    FILE_DELETED = "file.deleted"
    FILE_UPLOADED = "file.uploaded"
    INVITATION_ACCEPTED = "invitation.accepted"
    INVITATION_SENT = "invitation.sent"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    POOL_CHANGED = "pool.changed"
    POOL_CREATED = "pool.created"
    POOL_DELETED = "pool.deleted"
    POOL_FLUSHED = "pool.flushed"
    POOL_PAUSED = "pool.paused"
    POOL_RESUMED = "pool.resumed"
    PROVIDER_CHANGED = "provider.changed"
    PROVIDER_CREATED = "provider.created"
    PROVIDER_DELETED = "provider.deleted"
    QUOTA_CHANGED = "quota.changed"
    RECORDING_DELETED = "recording.deleted"
    RECORDING_STARTED = "recording.started"
    RECORDING_STOPPED = "recording.stopped"
    ROW_ADDED = "row.added"  # in the administration, of what has no action of its own
    ROW_CHANGED = "row.changed"
    ROW_REMOVED = "row.removed"
    SESSION_CHANGED = "session.changed"
    SESSION_CONTROL_GIVEN_BACK = "session.control_given_back"
    SESSION_CONTROL_TAKEN = "session.control_taken"
    SESSION_RELEASED = "session.released"
    SESSION_TRANSFERRED = "session.transferred"
    SHARE_GIVEN = "share.given"
    SHARE_WITHDRAWN = "share.withdrawn"
    TASK_STARTED = "task.started"
    TEAM_CHANGED = "team.changed"
    TEAM_CREATED = "team.created"
    TEAM_DELETED = "team.deleted"
    TEAM_MEMBER_ADDED = "team.member_added"
    TEAM_MEMBER_CHANGED = "team.member_changed"
    TEAM_MEMBER_REMOVED = "team.member_removed"
    TICKET_CREATED = "ticket.created"
    TICKET_REVOKED = "ticket.revoked"
    TOKEN_CHANGED = "token.changed"  # noqa: S105
    TOKEN_CREATED = "token.created"  # noqa: S105
    TOKEN_REVOKED = "token.revoked"  # noqa: S105


WORDS: dict[Action, str] = {
    Action.ACCESS_REFUSED: "Was refused",
    Action.ACCOUNT_CHANGED: "Changed an account",
    Action.ACCOUNT_CREATED: "Created an account",
    Action.ACCOUNT_DELETED: "Deleted an account",
    Action.ACCOUNT_EMAIL_CHANGED: "Changed an e-mail address",
    Action.ACCOUNT_EXPORTED: "Exported an account",
    Action.ACCOUNT_PASSWORD_CHANGED: "Changed a password",
    Action.ACCOUNT_SECOND_FACTOR_ADDED: "Added a second factor",
    Action.ACCOUNT_SECOND_FACTOR_REMOVED: "Removed a second factor",
    Action.ACCOUNT_SIGN_IN_FAILED: "Failed to sign in",
    Action.ACCOUNT_SIGNED_IN: "Signed in",
    Action.ACCOUNT_SIGNED_OUT: "Signed out",
    Action.ACCOUNT_SIGNED_OUT_EVERYWHERE: "Signed out everywhere",
    Action.FILE_DELETED: "Deleted a file of a session",
    Action.FILE_UPLOADED: "Uploaded a file to a session",
    Action.INVITATION_ACCEPTED: "Accepted an invitation",
    Action.INVITATION_SENT: "Sent an invitation",
    Action.INVITATION_WITHDRAWN: "Withdrew an invitation",
    Action.POOL_CHANGED: "Changed a pool",
    Action.POOL_CREATED: "Created a pool",
    Action.POOL_DELETED: "Deleted a pool",
    Action.POOL_FLUSHED: "Flushed a pool",
    Action.POOL_PAUSED: "Paused a pool",
    Action.POOL_RESUMED: "Resumed a pool",
    Action.PROVIDER_CHANGED: "Changed a provider",
    Action.PROVIDER_CREATED: "Created a provider",
    Action.PROVIDER_DELETED: "Deleted a provider",
    Action.QUOTA_CHANGED: "Changed a quota",
    Action.RECORDING_DELETED: "Deleted a recording",
    Action.RECORDING_STARTED: "Started a recording",
    Action.RECORDING_STOPPED: "Stopped a recording",
    Action.ROW_ADDED: "Added a row",
    Action.ROW_CHANGED: "Changed a row",
    Action.ROW_REMOVED: "Removed a row",
    Action.SESSION_CHANGED: "Changed a session",
    Action.SESSION_CONTROL_GIVEN_BACK: "Gave back control of a session",
    Action.SESSION_CONTROL_TAKEN: "Took control of a session",
    Action.SESSION_RELEASED: "Released a session",
    Action.SESSION_TRANSFERRED: "Transferred a session",
    Action.SHARE_GIVEN: "Shared",
    Action.SHARE_WITHDRAWN: "Stopped sharing",
    Action.TASK_STARTED: "Started a task",
    Action.TEAM_CHANGED: "Changed a team",
    Action.TEAM_CREATED: "Created a team",
    Action.TEAM_DELETED: "Deleted a team",
    Action.TEAM_MEMBER_ADDED: "Added a team member",
    Action.TEAM_MEMBER_CHANGED: "Changed a team member",
    Action.TEAM_MEMBER_REMOVED: "Removed a team member",
    Action.TICKET_CREATED: "Made an address with a ticket",
    Action.TICKET_REVOKED: "Revoked an address with a ticket",
    Action.TOKEN_CHANGED: "Renamed a token",
    Action.TOKEN_CREATED: "Created a token",
    Action.TOKEN_REVOKED: "Revoked a token",
}
