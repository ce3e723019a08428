"""Numbers of this process's API for /metrics. Labels are few and fixed: no ids, no names that people choose."""

from prometheus_client import Counter, Histogram

CLAIMS = Counter("browsergrid_api_claims", "Claims by the API, by their first answer.", ["result"])
CLAIM_SECONDS = Histogram(
    "browsergrid_api_claim_seconds",
    "From the request to the answer with a usable session.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)


def claim_answered(result: str, seconds: float) -> None:
    """`result`: usable, starting, queued, repeated or refused; only a usable session has a latency."""
    CLAIMS.labels(result).inc()
    if result == "usable":
        CLAIM_SECONDS.observe(seconds)
