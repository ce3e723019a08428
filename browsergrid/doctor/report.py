"""Findings as lines for people. Pure."""

from collections.abc import Iterable

from browsergrid.doctor.finding import Finding

_WIDTH = 16


def lines(findings: Iterable[Finding]) -> list[str]:
    told = []
    for finding in findings:
        mark = "ok" if finding.is_well else "NO" if finding.is_fatal else "!"
        told.append(f"{mark:<3} {finding.name:<{_WIDTH}} {finding.seen}")
        if finding.remedy:
            told.append(f"{'':<{_WIDTH + 5}}→ {finding.remedy}")
    return told
