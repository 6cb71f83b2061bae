"""The instructor's desk."""

app_name = "teaching"
urlpatterns: list = []
