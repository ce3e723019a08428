"""Background tasks: what is on schedule, what is resident, what ran last; running one now."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from apps.core import clock
from apps.core.errors import GridError, NotFound
from apps.dashboard.asking import actor_of
from apps.dashboard.background import described
from apps.dashboard.views.staff_page import staff_page
from apps.tasks.queries import find_job, recent_runs, scheduled_tasks
from apps.tasks.services import run_now


@staff_page
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/tasks/page.html", _shown(request))


@staff_page
@require_GET
def parts(request: HttpRequest) -> HttpResponse:
    """The three tables, for live replacement."""
    return render(request, "dashboard/tasks/parts.html", _shown(request))


@staff_page
@require_POST
def run(request: HttpRequest, name: str) -> HttpResponse:
    actor = actor_of(request)
    job = find_job(actor, name)
    try:
        run_now(job, actor=actor)
    except NotFound:
        raise
    except GridError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"“{name}” is sent. It shows among the latest runs as soon as a worker takes it.")
    return redirect("dashboard:tasks")


def _shown(request: HttpRequest) -> dict[str, object]:
    actor = actor_of(request)
    jobs, others = scheduled_tasks(actor, clock.now())
    return {"jobs": jobs, "others": [described(other) for other in others], "runs": recent_runs(actor)}
