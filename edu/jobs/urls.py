"""Progress of long work."""

app_name = "jobs"
urlpatterns: list = []
