"""What staff may do to a row beside changing it. One declaration serves the row's own page and the list's actions;
each goes through a service, is a POST, and asks first where it cannot be undone.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.access.acts import Act
from apps.access.callers import signed_in
from apps.core.errors import GridError

MOST = 1000  # rows of one press
SHOWN = 12
CONFIRMED = "confirmed"


class Acting:
    """Mixed into an admin class; its rows have the acts of `acts`."""

    acts: ClassVar[tuple[Act, ...]] = ()
    change_form_outer_before_template: str | None = "admin/acts.html"
    actions_selection_counter = True

    model: type[Model]
    opts: Any
    admin_site: Any

    def acts_for(self, request: HttpRequest, row: Model) -> list[Act]:
        """Those that the person may do to the row, and that make sense for it now."""
        return [act for act in self._allowed(request) if act.offered(row)]

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        view = self.admin_site.admin_view(self.act_view)
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc] # of the admin class
        return [path("<path:object_id>/act/<slug:name>/", view, name=name), *urls]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        if getattr(self, "may_delete", False) is False:
            found.pop("delete_selected", None)
        for act in self._allowed(request):
            found[act.name] = (self._bulk(act), act.name, act.label)
        return found

    def act_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """On one row. Without a POST it only leads back to the row."""
        act = next((act for act in self._allowed(request) if act.name == name), None)
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if act is None or row is None:
            raise Http404
        place = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        if request.method != "POST":
            return HttpResponseRedirect(place)
        if act.is_grave and CONFIRMED not in request.POST:
            return self._ask(request, act, [row], 1, {})
        self._carry_out(request, act, [row])
        return HttpResponseRedirect(place)

    def _bulk(self, act: Act) -> Callable[..., HttpResponse | None]:
        def action(_: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
            rows = list(queryset[: MOST + 1])
            if len(rows) > MOST:
                messages.error(request, f"Choose at most {MOST} at once; nothing was done.")
                return None
            if act.is_grave and CONFIRMED not in request.POST:
                kept = {"action": act.name, "_selected_action": [str(row.pk) for row in rows]}
                return self._ask(request, act, rows, len(rows), kept)
            self._carry_out(request, act, rows)
            return None

        return action

    def _carry_out(self, request: HttpRequest, act: Act, rows: Iterable[Any]) -> None:
        """Row by row: one that refuses does not undo the others."""
        actor = signed_in(request)
        done, said, refused = 0, "", ""
        for row in rows:
            try:
                told = act.do(row, actor)
            except GridError as error:
                refused = f"{row}: {error.detail}"
                continue
            done += told is not False
            said = told if isinstance(told, str) else said
        if done == 1 and said:
            messages.success(request, said)
        elif done or not refused:
            messages.success(request, f"{act.label}: {done} done.")
        if refused:
            messages.error(request, refused)

    def _ask(
        self, request: HttpRequest, act: Act, rows: list[Any], number: int, kept: dict[str, Any]
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{act.label}?",
            "opts": self.opts,
            "act": act,
            "rows": rows[:SHOWN],
            "more": max(number - SHOWN, 0),
            "kept": kept,
            "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        }
        return TemplateResponse(request, "admin/ask_first.html", context)

    def _allowed(self, request: HttpRequest) -> tuple[Act, ...]:
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        return self.acts
