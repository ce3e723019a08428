"""Pages as a hostile reader sees them: the forms that are in one, and what in it could run or lead away."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

QUIET = {"csrfmiddlewaretoken"}
FIXED = {"checkbox", "radio", "submit", "button", "file", "image", "reset"}
SCHEMES = ("javascript:", "data:text", "vbscript:")
ALLOWED_SCRIPTS = {"module", "application/json", "speculationrules"}


@dataclass
class Form:
    """`fields` have the values that the page came with; `texts` are those that one writes into."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Reads one page. `wrong` lists what must be in none of ours."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self._script: list[str] | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._judge(tag, given)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None and given.get("name") and given["name"] not in QUIET:
            self._take(tag, given, self._form)
        elif self._form is not None and tag == "option" and self._select:
            chosen = self._form.fields[self._select]
            self._form.fields[self._select] = [given.get("value", "")] if "selected" in given or not chosen else chosen
        if tag == "script":
            self._script = [] if "src" not in given and given.get("type") not in ALLOWED_SCRIPTS else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "script":
            if self._script is not None:
                self.wrong.append(f"a script in the page: {''.join(self._script)[:60]!r}")
            self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script.append(data)

    def _judge(self, tag: str, given: dict[str, str]) -> None:
        for name, value in given.items():
            if name.startswith("on") or name in {"style", "srcdoc"}:
                self.wrong.append(f"<{tag} {name}={value[:60]!r}>")
            address = value.strip().lower().replace("\t", "").replace("\n", "")
            if name in {"href", "src", "action", "formaction", "data"} and address.startswith(SCHEMES):
                self.wrong.append(f"<{tag} {name}={value[:60]!r}>")
        if tag in {"base", "object", "embed", "iframe", "applet", "plaintext", "style"}:
            self.wrong.append(f"<{tag}>")

    def _take(self, tag: str, given: dict[str, str], form: Form) -> None:
        name, kind = given["name"], given.get("type", "text").lower()
        if tag == "input" and kind in FIXED:
            if "checked" in given:
                form.fields.setdefault(name, []).append(given.get("value", "on"))
            else:
                form.fields.setdefault(name, [])
            return
        if tag in {"input", "select", "textarea"}:
            form.fields.setdefault(name, []).append(given.get("value", ""))
            form.texts.append(name)
            if tag == "select":
                form.fields[name], self._select = [], name
