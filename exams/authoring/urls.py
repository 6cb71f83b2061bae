"""Banks, questions, papers and exams, as instructors make them."""

app_name = "authoring"
urlpatterns: list = []
