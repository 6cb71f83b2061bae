"""Practice and the wrong-answer book."""

app_name = "practice"
urlpatterns: list = []
