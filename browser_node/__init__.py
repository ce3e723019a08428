"""The agent that runs browsers on one machine: Starlette on uvicorn, no Django.

`wire` and `client` are what the control plane imports; everything else belongs to the node's own process.
"""
