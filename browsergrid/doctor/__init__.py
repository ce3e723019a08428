"""`manage.py doctor`: what this installation needs, what it found, and what to do about the difference. Changes nothing."""
