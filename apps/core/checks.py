"""Checks of ours, for Django: those of what the environment says are quick, so that `make up` can begin with them."""

CONFIGURATION = "configuration"  # their tag
