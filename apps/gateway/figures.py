"""Numbers of this gateway process for /metrics."""

from prometheus_client import Counter, Gauge, Histogram

CONNECTIONS = Gauge("browsergrid_gateway_connections", "Client connections open at this gateway.")
BYTES = Counter("browsergrid_gateway_bytes_total", "Bytes carried by ended connections.", ["direction"])
CLAIMS = Counter("browsergrid_gateway_claims_total", "Claims at the connect addresses, by how they ended.", ["result"])
CLAIM_SECONDS = Histogram(
    "browsergrid_gateway_claim_seconds",
    "From the request to a usable browser.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
