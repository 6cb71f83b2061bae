"""Dates in English: day, month by name, year, 24-hour clock; a number never stands for a month, because readers of
different countries would take it for the day."""

DATE_FORMAT = "j M Y"  # 22 Nov 2026
TIME_FORMAT = "H:i"  # 06:00
DATETIME_FORMAT = "j M Y, H:i"  # 22 Nov 2026, 06:00
YEAR_MONTH_FORMAT = "M Y"
MONTH_DAY_FORMAT = "j M"
SHORT_DATE_FORMAT = DATE_FORMAT
SHORT_DATETIME_FORMAT = DATETIME_FORMAT
FIRST_DAY_OF_WEEK = 1
