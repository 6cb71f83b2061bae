"""Checkout, orders, coupons."""

from django.urls import path

from payments import order_views, views, webhooks

app_name = "payments"
urlpatterns = [
    path("offers/<uuid:public_id>/", views.offer, name="offer"),
    path("orders/", order_views.orders, name="orders"),
    path("orders/<uuid:public_id>/", order_views.order, name="order"),
    path("orders/<uuid:public_id>/pay/", views.pay, name="pay"),
    path("orders/<uuid:public_id>/cancel/", views.cancel, name="cancel"),
    path("orders/<uuid:public_id>/result/", views.result, name="result"),
    path("orders/<uuid:public_id>/status/", views.status, name="status"),
    path("transfers/<uuid:reference>/", views.transfer, name="transfer"),
    path("sandbox/<uuid:reference>/", views.sandbox, name="sandbox"),
    path("coupons/", order_views.coupons, name="coupons"),
    path("webhooks/<slug:provider>/", webhooks.notification, name="webhook"),
]
