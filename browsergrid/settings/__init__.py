"""Settings: `env` reads the environment, `grid` holds our own knobs, the rest is Django's."""
