"""Devices: where one is signed in, ending one of them, and signing out everywhere."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.agents import name_of
from apps.accounts.devices import devices_of, end_device, is_this, own_device
from apps.accounts.models import Device
from apps.dashboard.asking import actor_of, person
from apps.dashboard.views.page import page
from apps.tokens.queries import own_tokens
from apps.tokens.sign_out import sign_out_everywhere


@dataclass(frozen=True)
class Row:
    id: str
    name: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


@page
@require_GET
def devices(request: HttpRequest) -> HttpResponse:
    rows = [_row(device, request) for device in devices_of(person(request))]
    rows.sort(key=lambda row: not row.is_this)
    context = {"devices": rows, "tokens": own_tokens(actor_of(request)).count()}
    return render(request, "dashboard/settings/devices.html", context)


@page
@require_POST
def end(request: HttpRequest, id: str) -> HttpResponse:  # noqa: A002 - the address calls it so
    device = own_device(person(request), id)
    end_device(device, actor=actor_of(request))
    messages.success(request, f"Signed out: {name_of(device.user_agent)}.")
    return redirect("dashboard:settings-devices")


@page
@require_POST
def everywhere(request: HttpRequest) -> HttpResponse:
    tokens = sign_out_everywhere(person(request), actor=actor_of(request), with_tokens="tokens" in request.POST)
    logout(request)
    told = f" {tokens} token{'s' * (tokens != 1)} revoked." if tokens else ""
    messages.success(request, f"Signed out on every device.{told}")
    return redirect("account_login")


def _row(device: Device, request: HttpRequest) -> Row:
    return Row(
        id=device.public_id,
        name=name_of(device.user_agent),
        address=device.address or "this machine",
        created_at=device.created_at,
        last_seen_at=device.last_seen_at,
        is_this=is_this(device, request.session),
    )
