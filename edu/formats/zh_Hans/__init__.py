"""Dates and times in simplified Chinese."""
