"""People. Staff look; superusers alone change, or staff could make themselves superusers."""

from typing import ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm
from django.db.models import Model
from django.http import HttpRequest

from apps.accounts.models import User
