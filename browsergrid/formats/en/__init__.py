"""English, with the hours of a whole day."""
