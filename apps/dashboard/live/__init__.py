"""The one WebSocket of a tab: who may open it, what it tells, and the watch that all tabs of a process share."""
