"""Profile, tokens and the account's own pages."""

from django.urls import path

from edu.accounts import views

app_name = "accounts"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("security/", views.security, name="security"),
    path("security/sign-out-others/", views.sign_out_others, name="sign_out_others"),
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<uuid:public_id>/revoke/", views.token_revoke, name="token_revoke"),
    path("data/", views.data, name="data"),
    path("data/download/", views.data_download, name="data_download"),
    path("delete/", views.delete, name="delete"),
    path("demo/", views.demo_sign_in, name="demo_sign_in"),
    path("reset/phone/", views.phone_reset, name="phone_reset"),
    path("reset/phone/code/", views.phone_reset_code, name="phone_reset_code"),
    path("reset/staff/", views.staff_reset, name="staff_reset"),
]
