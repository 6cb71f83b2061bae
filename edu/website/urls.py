"""Home, search, help, legal and landing pages."""

from django.urls import path

from edu.website import views

urlpatterns = [
    path("", views.home, name="home"),
]
