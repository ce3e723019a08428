"""Addresses of WebSockets for people. Programs' sockets are the gateway's."""

from django.urls import path

from apps.dashboard.live.consumer import LiveConsumer

websocket_urlpatterns = [path("live", LiveConsumer.as_asgi(), name="live")]
