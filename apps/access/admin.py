"""The base of every page of the administration: staff look at all; what may be changed each page says itself.

Rights are staff's as a whole, not Django's per model, as everywhere else. Changes go through services where there are
any; what these refuse is told on the page.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from apps.access.actor import Actor
from apps.core.errors import GridError

if TYPE_CHECKING:
    from apps.accounts.models import User

try:
    from unfold.admin import ModelAdmin
except ImportError:  # it only dresses; the pages work without
    from django.contrib.admin import ModelAdmin


def actor_of(request: HttpRequest) -> Actor:
    return Actor.by_cookie(cast("User", request.user))


class GridAdmin(ModelAdmin):  # type: ignore[misc] # unfold is untyped
    may_add: ClassVar[bool] = False
    may_change: ClassVar[bool] = False
    may_delete: ClassVar[bool] = False

    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return _is_staff(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and _is_staff(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_change and _is_staff(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_delete and _is_staff(request)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _told(request, lambda: super(GridAdmin, self).changeform_view(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _told(request, lambda: super(GridAdmin, self).delete_view(request, *args, **kwargs))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _told(request, lambda: super(GridAdmin, self).changelist_view(request, *args, **kwargs))


def _told(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """What a service refuses as words on the page that one came from; nothing of it was done."""
    try:
        return view()
    except GridError as error:
        messages.error(request, error.detail)
        return HttpResponseRedirect(request.get_full_path())


def _is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_staff", False))
