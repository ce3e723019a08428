"""Addresses of the HTML face."""

from django.urls import path

from apps.dashboard.views import live, overview, pools, session, sessions, settings, tokens

app_name = "dashboard"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("overview/parts/", overview.parts, name="overview-parts"),
    path("overview/token/", overview.token, name="overview-token"),
    path("live/", live.live, name="live"),
    path("live/tally/", overview.tally, name="tally"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/rows/", sessions.rows, name="sessions-rows"),
    path("sessions/release/", sessions.release_many, name="sessions-release-many"),
    path("sessions/<str:id>/", session.session, name="sessions-one"),
    path("sessions/<str:id>/parts/", session.parts, name="sessions-parts"),
    path("sessions/<str:id>/release/", sessions.release, name="sessions-release"),
    path("pools/", pools.pools, name="pools"),
    path("pools/new/", pools.new, name="pools-new"),
    path("pools/strips/", pools.strips, name="pools-strips"),
    path("pools/<str:id>/", pools.pool, name="pools-one"),
    path("pools/<str:id>/edit/", pools.edit, name="pools-edit"),
    path("pools/<str:id>/delete/", pools.delete, name="pools-delete"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.new, name="tokens-new"),
    path("tokens/<str:id>/revoke/", tokens.revoke, name="tokens-revoke"),
    path("settings/", settings.settings, name="settings"),
]
