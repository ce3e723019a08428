"""`manage.py doctor`: what this installation needs, what is there, and what to do about the difference."""
