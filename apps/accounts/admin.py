"""People. Staff look and suspend; superusers alone change, or staff could make themselves superusers."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model
from django.http import HttpRequest

from apps.access.actor import Actor
from apps.access.acts import Act
from apps.access.admin import GridAdmin
from apps.accounts.models import Invitation, Membership, Team, User
from apps.accounts.people import reinstate, sign_out, suspend

try:
    from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
except ImportError:  # Django's own, undressed
    from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm
    from django.contrib.auth.forms import AdminUserCreationForm as UserCreationForm


class PersonCreationForm(UserCreationForm):  # type: ignore[misc] # unfold is untyped
    class Meta:
        model = User
        fields = ("email", "name")


class PersonChangeForm(UserChangeForm):  # type: ignore[misc]
    class Meta:
        model = User
        fields = ("email", "name", "is_active", "is_staff", "is_superuser")


THEIRS = {"auth", "account", "mfa", "socialaccount", "usersessions"}

# A team is no group of Django's rights; addresses, factors and links to other services are their people's own.
for registered in [*admin.site._registry]:  # noqa: SLF001 - there is no public way to ask
    if registered._meta.app_label in THEIRS:  # noqa: SLF001
        admin.site.unregister(registered)


def _suspend(person: User, actor: Actor) -> str:
    suspend(person, actor=actor)
    return f"{person} is suspended: signed out everywhere, and no credential of theirs works."


def _reinstate(person: User, actor: Actor) -> str:
    reinstate(person, actor=actor)
    return f"{person} may sign in again."


def _sign_out(person: User, actor: Actor) -> str:
    sign_out(person, actor=actor)
    return f"{person} is signed out of every browser."


@admin.register(User)
class PersonAdmin(GridAdmin, UserAdmin):  # type: ignore[type-arg, misc] # not generic when it runs
    """Whoever has sessions stays as a row: they are suspended, not deleted."""

    form = PersonChangeForm
    add_form = PersonCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    acts = (
        Act(
            "suspend",
            "Suspend",
            "Nothing of theirs works from now on: cookies, tokens and tickets; open sockets close within two seconds.",
            _suspend,
            is_grave=True,
            offered=lambda person: person.is_active,
        ),
        Act(
            "reinstate",
            "Let in again",
            "They may sign in, and tokens that were not revoked work again.",
            _reinstate,
            offered=lambda person: not person.is_active,
        ),
        Act(
            "sign_out",
            "Sign out everywhere",
            "Every browser of theirs is signed out within two seconds. Tokens go on working.",
            _sign_out,
        ),
    )
    filter_horizontal: ClassVar[tuple[str, ...]] = ()
    readonly_fields = ("is_active", "date_joined", "last_login")  # suspending is an act, for it ends what is open
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("May", {"fields": ("is_active", "is_staff", "is_superuser")}),
        ("Times", {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_superuser(request)


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


class MembershipInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Membership
    fields = ("user", "role", "created_at")
    readonly_fields = fields
    can_delete = False
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Team)
class TeamAdmin(GridAdmin):
    """To look at: teams belong to their managers."""

    list_display = ("name", "ident", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    exclude = ("group",)
    inlines = (MembershipInline,)


@admin.register(Invitation)
class InvitationAdmin(GridAdmin):
    list_display = ("email", "team", "role", "invited_by", "expires_at", "accepted_at")
    list_select_related = ("team", "invited_by")
    search_fields = ("email",)
    ordering = ("-created_at",)
    exclude = ("hash",)
