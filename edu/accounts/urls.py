"""Profile, tokens and the account's own pages."""

app_name = "accounts"
urlpatterns: list = []
