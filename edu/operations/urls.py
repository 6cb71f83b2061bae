"""The operator's desk."""

app_name = "operations"
urlpatterns: list = []
