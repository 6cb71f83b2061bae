"""Marking by hand."""

app_name = "marking"
urlpatterns: list = []
