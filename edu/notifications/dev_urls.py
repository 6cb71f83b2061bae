"""The development mailbox."""

from django.urls import path

from edu.notifications import dev_views

app_name = "dev"
urlpatterns = [
    path("mailbox/", dev_views.mailbox, name="mailbox"),
    path("mailbox/<int:message_id>/", dev_views.message, name="message"),
    path("mailbox/<int:message_id>/html/", dev_views.message_html, name="message_html"),
]
