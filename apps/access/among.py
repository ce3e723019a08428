"""`column__among=subquery`: what `__in` means, written so that PostgreSQL can join it by OR with another index.

`owner = x OR id IN (SELECT …)` makes PostgreSQL look at every row; with `= ANY (ARRAY (SELECT …))`, which it works out
once, either side may use its index. SQLite does the same with IN.
"""

from typing import Any

from django.db.models import UUIDField
from django.db.models.lookups import In


@UUIDField.register_lookup
class Among(In):
    lookup_name = "among"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        if connection.vendor == "postgresql":
            return f"= ANY (ARRAY {rhs})"
        return str(super().get_rhs_op(connection, rhs))
