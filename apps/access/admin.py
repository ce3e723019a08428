"""The base of every page of the administration: staff look at all; what may be changed each page says itself.

Rights are staff's as a whole, not Django's per model, as everywhere else. Changes go through services where there are
any; what these refuse is told on the page.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.dispatch import Signal
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from apps.access.admin_acts import Acting
from apps.access.admin_lists import InfinitePaginator
from apps.core.errors import GridError

try:
    from unfold.admin import ModelAdmin
except ImportError:  # it only dresses; the pages work without
    from django.contrib.admin import ModelAdmin


admin.site.index_title = "Overview"
row_changed = Signal()  # request, row, change (added | changed | removed), before, after: of rows without a service


class GridAdmin(Acting, ModelAdmin):  # type: ignore[misc] # unfold is untyped
    may_add: ClassVar[bool] = False
    may_change: ClassVar[bool] = False
    may_delete: ClassVar[bool] = False

    list_per_page = 25  # a row costs 3 ms to draw
    paginator = InfinitePaginator
    show_full_result_count = False
    list_filter_sheet = False
    warn_unsaved_form = True
    compressed_fields = True

    @admin.display(description="id")
    def ident(self, row: Any) -> str:
        return str(row.public_id)

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

    def save_model(self, request: HttpRequest, obj: Model, form: "ModelForm[Any]", change: bool) -> None:  # noqa: FBT001 - Django's signature
        """A page whose changes go through services has its own, and these tell the audit themselves."""
        super().save_model(request, obj, form, change)
        names = [name for name in form.changed_data if name in form.cleaned_data]
        before = {name: _plain(form.initial.get(name)) for name in names} if change else None
        after = {name: _plain(form.cleaned_data[name]) for name in names}
        kind = "changed" if change else "added"
        row_changed.send(type(self), request=request, row=obj, change=kind, before=before, after=after)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        row_changed.send(type(self), request=request, row=obj, change="removed", before={"name": str(obj)}, after=None)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Django's page for a new password saves past `save_model`."""
        if getattr(request.resolver_match, "url_name", "") == "auth_user_password_change":
            row_changed.send(type(self), request=request, row=obj, change="changed", after={"password": "new"})
        return super().log_change(request, obj, message)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _told(request, lambda: super(GridAdmin, self).changeform_view(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _told(request, lambda: super(GridAdmin, self).delete_view(request, *args, **kwargs))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _told(request, lambda: super(GridAdmin, self).changelist_view(request, *args, **kwargs))


def _plain(value: Any) -> Any:
    """A row is told by its name."""
    return str(value) if isinstance(value, Model) else value


def _told(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """What a service refuses as words on the page that one came from; nothing of it was done."""
    try:
        return view()
    except GridError as error:
        messages.error(request, error.detail)
        return HttpResponseRedirect(request.get_full_path())


def _is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_staff", False))
