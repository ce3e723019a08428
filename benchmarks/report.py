"""What a run found, as one Markdown table with ratios and the same as JSON beside it, under `results/`."""

import datetime
import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"

Rows = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Bar:
    """One thing that has to hold, or (without a bound) that is only told."""

    what: str
    value: float
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the value is within its bounds."""
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    @property
    def bound(self) -> str:
        """In words."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else "reported"


@dataclass(frozen=True)
class Table:
    """Rows of figures; ratios are to the rows named `direct` and `peer`."""

    title: str
    rows: Rows
    direct: str = ""
    peer: str = ""

    def markdown(self) -> str:
        """Each cell: the figure (its ratio to direct; its ratio to the peer)."""
        columns = list(dict.fromkeys(column for row in self.rows.values() for column in row))
        lines = [f"| | {' | '.join(columns)} |", "|-" * (len(columns) + 1) + "|"]
        for name, row in self.rows.items():
            cells = [self._cell(name, column, row.get(column)) for column in columns]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        others = [f"{label} {name}" for label, name in (("×", self.direct), ("; then ×", self.peer)) if name]
        note = f"In brackets: {''.join(others)}.\n\n" if others else ""
        return f"### {self.title}\n\n{note}" + "\n".join(lines) + "\n"

    def _cell(self, name: str, column: str, value: float | None) -> str:
        if value is None:
            return "–"
        ratios = [
            f"{value / base:.2f}" if base else "–"
            for other in (self.direct, self.peer)
            if other and other != name
            for base in (self.rows.get(other, {}).get(column),)
        ]
        return number(value) + (f" ({'; '.join(ratios)})" if ratios else "")


@dataclass(frozen=True)
class Report:
    """One run."""

    name: str
    tables: list[Table]
    bars: list[Bar]
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether every bar does."""
        return all(bar.holds for bar in self.bars)

    def markdown(self, machine: dict[str, Any]) -> str:
        """The whole run, for people."""
        facts = " · ".join(f"{key} {value}" for key, value in {**machine, **self.facts}.items())
        verdicts = [f"| {bar.what} | {bar.value:.2f} | {bar.bound} | {verdict(bar)} |" for bar in self.bars]
        table = "\n".join(["| what | value | bar | |", "|-|-|-|-|", *verdicts])
        return f"## {self.name}\n\n{facts}\n\n{table}\n\n" + "\n".join(each.markdown() for each in self.tables)


def write(reports: list[Report]) -> Path:
    """Store Markdown and JSON side by side; the path of the former."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    machine = facts_of_machine()
    path = RESULTS / f"{now:%Y-%m-%d-%H%M}.md"
    title = f"# Measured on {now:%Y-%m-%d %H:%M} UTC\n\nRatios within one table count; compare no absolute figures."
    path.write_text(title + "\n\n" + "\n".join(report.markdown(machine) for report in reports))
    whole = {"measured_at": now.isoformat(), "machine": machine, "reports": [as_json(report) for report in reports]}
    path.with_suffix(".json").write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    return path


def as_json(report: Report) -> dict[str, Any]:
    """A report with its verdicts."""
    return {**asdict(report), "bars": [{**asdict(bar), "holds": bar.holds} for bar in report.bars]}


def facts_of_machine() -> dict[str, Any]:
    """What a reader needs to place the figures; nothing that names the machine."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "Linux": platform.release().split("-")[0],
        "Python": platform.python_version(),
        "uvicorn": version("uvicorn"),
        "uvloop": version("uvloop"),
        "node": node,
    }


def verdict(bar: Bar) -> str:
    """In a word."""
    if bar.at_most is None and bar.at_least is None:
        return ""
    return "holds" if bar.holds else "**fails**"


def number(value: float) -> str:
    """Three digits that matter."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
