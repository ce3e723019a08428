"""A browser seen live and driven by hand: what a viewer is shown, what a person in control does, a video stream."""
