"""Looking sessions up by what callers noted on them. Keys are texts, also those that look like numbers or lookups."""

import json
from collections.abc import Mapping
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.sql.compiler import SQLCompiler

from apps.sessions.models import BrowserSession


class MetadataText(Func):
    """The text noted under a key, NULL where there is none. Not Django's key transform: that reads `42` as an index."""

    output_field = TextField()

    def __init__(self, key: str) -> None:
        super().__init__(F("metadata"), Value(key))

    @classmethod
    def _on(cls, *expressions: Any) -> Func:
        return Func(*expressions, output_field=TextField())

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> Any:
        column, key = self.get_source_expressions()
        path = Value(f"$.{json.dumps(key.value, ensure_ascii=False)}")
        return self._on(column, path).as_sql(compiler, connection, function="JSON_EXTRACT")

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> Any:
        expressions = self.get_source_expressions()
        return self._on(*expressions).as_sql(compiler, connection, function="JSONB_EXTRACT_PATH_TEXT")


def noted(rows: QuerySet[BrowserSession], wanted: Mapping[str, str]) -> QuerySet[BrowserSession]:
    """Those whose metadata has every wanted value under its key."""
    for number, (key, value) in enumerate(wanted.items()):
        rows = rows.alias(**{f"noted_{number}": MetadataText(key)}).filter(**{f"noted_{number}": value})
    return rows
