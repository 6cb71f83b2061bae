"""Checkout, orders, coupons."""

app_name = "payments"
urlpatterns: list = []
