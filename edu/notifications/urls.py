"""The bell and its list."""

app_name = "notifications"
urlpatterns: list = []
