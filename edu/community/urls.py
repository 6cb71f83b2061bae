"""Questions and answers, reviews, announcements."""

app_name = "community"
urlpatterns: list = []
