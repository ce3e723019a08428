"""Join an authorised WebSocket client to an upstream, byte for byte.

`protocol.SpliceProtocol` is what uvicorn's `--ws` names; `messages.relay_messages` is the fallback for servers that
cannot splice. Nothing here knows Django, browsers, sessions or frames.
"""
