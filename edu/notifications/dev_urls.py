"""The development mailbox."""

app_name = "dev"
urlpatterns: list = []
