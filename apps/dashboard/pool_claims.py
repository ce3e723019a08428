"""How often a pool was claimed from in the last day, as the chart of its page."""

from datetime import datetime

from apps.dashboard.charts import Chart, points
from apps.pools.models import Pool
from apps.statistics.pool_hours import claims_by_hour


def claims_chart(pool: Pool, now: datetime) -> Chart:
    hours = claims_by_hour(pool, now)
    entries = [(f"{hour:%H:%M}", float(number)) for hour, number in hours]
    return Chart(
        name="claims",
        title="Claims",
        now=f"{sum(number for _, number in hours)} in 24 hours",
        points=points(entries, lambda number: f"{number:.0f}"),
        begin=f"{hours[0][0]:%H:%M} UTC",
    )
