"""The catalogue and course pages."""

app_name = "courses"
urlpatterns: list = []
