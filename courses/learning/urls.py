"""My learning and the lesson room."""

app_name = "learning"
urlpatterns: list = []
