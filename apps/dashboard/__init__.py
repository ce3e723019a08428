"""The HTML face: parses, asks, renders. It holds no rules and reads no model without `apps.access.lookup`."""
