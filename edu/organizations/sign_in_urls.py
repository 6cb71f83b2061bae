"""Sign-in by organisation and staff number, and joining by invitation."""

from django.urls import path

from edu.organizations import sign_in_views

app_name = "organizations"
urlpatterns = [
    path("organization/", sign_in_views.sign_in, name="sign_in"),
    path("organization/<slug:code>/", sign_in_views.sign_in, name="sign_in_at"),
    path("join/<str:token>/", sign_in_views.join, name="join"),
]
