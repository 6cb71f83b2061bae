"""Addresses that a load balancer asks."""

from django.urls import path

from edu.operations import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
