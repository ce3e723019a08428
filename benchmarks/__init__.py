"""What `make bench` measures: the splice alone beside node http-proxy, and the whole product beside bare Chromium.

Ratios within one run count; absolute figures are this machine's, this hour's.
"""
