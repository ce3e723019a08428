"""The OpenAPI document as people read it: groups of operations, each with its fields, answers and a command. Pure."""

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from apps.api.samples import is_nullable, kind_of, resolved

Document = Mapping[str, Any]
METHODS = ("get", "post", "patch", "put", "delete")
ORIGIN = "$BROWSERGRID"
DEEPEST = 3
MOST_CHOICES = 12  # more are folded away
JSON = "application/json"


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    words: str
    is_required: bool
    place: str = ""  # path, query or header; empty: the body
    sample: str = ""  # what its input begins with

    @property
    def choices(self) -> list[str]:
        return self.kind.split(" | ") if " | " in self.kind else []

    @property
    def is_long(self) -> bool:
        return len(self.choices) > MOST_CHOICES


@dataclass(frozen=True)
class Answer:
    status: str
    words: str
    media: str
    fields: tuple[Field, ...]
    example: str

    @property
    def is_problem(self) -> bool:
        return self.status >= "400"


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    words: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    body_example: str
    answers: tuple[Answer, ...]
    curl: str

    @property
    def search(self) -> str:
        """What a search looks through."""
        names = " ".join(field.name for field in (*self.parameters, *self.body))
        return f"{self.method} {self.path} {self.summary} {self.words} {names}".lower()

    @property
    def good(self) -> list[Answer]:
        return [answer for answer in self.answers if not answer.is_problem]

    @property
    def problems(self) -> list[Answer]:
        return [answer for answer in self.answers if answer.is_problem]


@dataclass(frozen=True)
class Group:
    name: str
    operations: tuple[Operation, ...]


def groups(document: Document) -> list[Group]:
    """By tag, in the order of the addresses; reads before writes as METHODS has them."""
    found: dict[str, list[Operation]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                tag = operations[method]["tags"][0]
                found.setdefault(tag, []).append(_operation(method, path, operations[method], document["components"]))
    return [Group(tag, tuple(found[tag])) for tag in sorted(found)]


def _operation(method: str, path: str, said: Mapping[str, Any], components: Mapping[str, Any]) -> Operation:
    content = said.get("requestBody", {}).get("content", {}).get(JSON, {})
    body = _example(content)
    return Operation(
        id=said["operationId"],
        method=method.upper(),
        path=path,
        summary=_plain(said.get("summary", "")),
        words=_plain(said.get("description", "")),
        parameters=tuple(_parameter(parameter, components) for parameter in said.get("parameters", ())),
        body=tuple(fields_of(content.get("schema", {}), components)),
        body_example=body,
        answers=tuple(_answers(said["responses"], components)),
        curl=curl(method.upper(), path, json.loads(body) if body else None),
    )


def curl(method: str, path: str, body: Any = None) -> str:
    """The command as one would type it; the token comes from the environment."""
    words = ["curl"] if method == "GET" else ["curl", "-X", method]
    lines = [f'{" ".join(words)} "{ORIGIN}{path}"', '-H "Authorization: Bearer $BROWSERGRID_TOKEN"']
    if body is not None:
        lines += [f'-H "Content-Type: {JSON}"', f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}"]
    return " \\\n  ".join(lines)


def fields_of(schema: Mapping[str, Any], components: Mapping[str, Any], before: str = "") -> Iterator[Field]:
    """Every field of an object, those of inner objects with a dot."""
    schema = resolved(schema, components)
    if kind_of(schema) == "array":
        yield from fields_of(schema.get("items", {}), components, f"{before}[]")
        return
    for choice in schema.get("oneOf", ()):
        yield from fields_of(choice, components, before)
    required = set(schema.get("required", ()))
    for name, inner in schema.get("properties", {}).items():
        whole, path = _of(inner, components), f"{before}.{name}" if before else name
        yield Field(path, kind_in_words(whole, components), _plain(inner.get("description", "")), name in required)
        if path.count(".") < DEEPEST:
            yield from fields_of(whole, components, path)


def kind_in_words(schema: Mapping[str, Any], components: Mapping[str, Any]) -> str:
    schema = resolved(schema, components)
    if "const" in schema:
        return f"“{schema['const']}”"
    if schema.get("enum"):
        return " | ".join(str(word) for word in schema["enum"] if word is not None)
    kind = kind_of(schema)
    if kind == "array":
        return f"list of {kind_in_words(_of(schema.get('items', {}), components), components)}"
    words = {"date-time": "time"}.get(schema.get("format", ""), {"string": "text", "boolean": "true | false"}.get(kind))
    bounds = " to ".join(f"{schema[side]:,}" for side in ("minimum", "maximum") if side in schema)
    return f"{words or kind}{f', {bounds}' if bounds else ''}{' or null' if is_nullable(schema) else ''}"


def _of(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    """The one schema that `allOf`, or an `oneOf` with null, stands for."""
    for choice in ("allOf", "anyOf", "oneOf"):
        kinds = [each for each in schema.get(choice, ()) if each.get("type") != "null"]
        if len(kinds) == 1:
            return _of(kinds[0], components)
    return resolved(schema, components)


def _parameter(said: Mapping[str, Any], components: Mapping[str, Any]) -> Field:
    schema = said["schema"]
    begins = str(said.get("example", "")) if said["in"] == "path" else ""
    return Field(
        said["name"],
        kind_in_words(schema, components),
        _plain(said.get("description", "")),
        bool(said.get("required")),
        said["in"],
        begins,
    )


def _answers(responses: Mapping[str, Any], components: Mapping[str, Any]) -> Iterator[Answer]:
    for status, said in responses.items():
        kinds = list(said.get("content", {}).items()) or [("", {})]
        for media, content in kinds:
            fields = () if status >= "400" else tuple(fields_of(content.get("schema", {}), components))
            yield Answer(status, _plain(said.get("description", "")), media, fields, _example(content))


def _plain(words: str) -> str:
    """The document's words are Markdown, whose marks for code are no sight for people."""
    return words.replace("`", "")


def _example(content: Mapping[str, Any]) -> str:
    if "examples" in content:
        value = next(iter(content["examples"].values()))["value"]
    elif "example" in content:
        value = content["example"]
    else:
        return ""
    return json.dumps(value, indent=2, ensure_ascii=False)
