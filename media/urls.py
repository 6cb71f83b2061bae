"""Uploads and streams."""

app_name = "media"
urlpatterns: list = []
