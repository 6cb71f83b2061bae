"""My certificates, and the public check."""

app_name = "certificates"
urlpatterns: list = []
