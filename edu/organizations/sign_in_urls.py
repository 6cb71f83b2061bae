"""Sign-in by organisation and staff number, and joining by invitation."""

app_name = "organizations"
urlpatterns: list = []
