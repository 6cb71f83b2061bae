"""The trainer's desk."""

app_name = "training"
urlpatterns: list = []
