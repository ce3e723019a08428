"""`manage.py up`: everything that BrowserGrid consists of, as children of one process on one machine.

`plan` says what runs and in which order (pure); `runner` starts, watches and ends it. Production runs the same commands
under its own process manager and needs nothing from here.
"""
