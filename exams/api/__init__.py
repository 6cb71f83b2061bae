"""The HTTP API of exams, a module for each noun. Saves are authorised by the attempt key alone (see edu/wsgi.py)."""
