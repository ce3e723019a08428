"""What is kept of browsers: recorders, the spool they write to, the files that browsers get and are given.

Nothing here talks to the control plane; it comes and fetches. `keeping` holds it together for one browser.
"""
