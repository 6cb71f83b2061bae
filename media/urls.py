"""Uploads and streams."""

from django.urls import path

from media import views

app_name = "media"
urlpatterns = [
    path("uploads/", views.begin, name="begin"),
    path("uploads/<uuid:public_id>/", views.upload, name="upload"),
    path("stream/<str:token>/master.m3u8", views.master, name="master"),
    path("stream/<str:token>/key", views.key, name="key"),
    path("stream/<str:token>/poster.jpg", views.poster, name="poster"),
    path("stream/<str:token>/captions/<str:language>.vtt", views.captions, name="captions"),
    path("stream/<str:token>/<str:name>/index.m3u8", views.rung, name="rung"),
    path("stream/<str:token>/<str:name>/<str:file_name>", views.segment, name="segment"),
    path("illustrations/<uuid:public_id>/", views.illustration, name="illustration"),
    path("assets/<str:token>/", views.asset, name="asset"),
]
