"""The operator's desk."""

from django.urls import path

from edu.operations.views import audit, coupons, enquiries, grants, offers, orders, overview, people, site, system

app_name = "operations"
urlpatterns = [
    path("", overview.desk, name="desk"),
    path("people/", people.index, name="people"),
    path("people/<uuid:public_id>/", people.person, name="person"),
    path("people/<uuid:public_id>/grant/", people.give, name="person_grant"),
    path("people/<uuid:public_id>/end/", people.end, name="person_end"),
    path("grants/", grants.index, name="grants"),
    path("grants/one/", grants.one, name="grant_one"),
    path("grants/file/", grants.upload, name="grant_file"),
    path("grants/template.xlsx", grants.template, name="grant_template"),
    path("grants/<uuid:public_id>/", grants.batch, name="grant_batch"),
    path("grants/<uuid:public_id>/confirm/", grants.confirm, name="grant_confirm"),
    path("grants/<uuid:public_id>/failed.xlsx", grants.failed_rows, name="grant_failed"),
    path("orders/", orders.index, name="orders"),
    path("orders/export.xlsx", orders.export, name="orders_export"),
    path("orders/<uuid:public_id>/", orders.order, name="order"),
    path("orders/<uuid:public_id>/refund/", orders.refund, name="order_refund"),
    path("orders/<uuid:public_id>/transfer/", orders.transfer, name="order_transfer"),
    path("orders/<uuid:public_id>/accept/", orders.accept_late, name="order_accept"),
    path("orders/<uuid:public_id>/refunds/<uuid:refund_id>/retry/", orders.retry, name="refund_retry"),
    path("orders/<uuid:public_id>/refunds/<uuid:refund_id>/give-up/", orders.give_up, name="refund_give_up"),
    path("orders/<uuid:public_id>/refunds/<uuid:refund_id>/transfer/", orders.answer, name="refund_answer"),
    path("offers/", offers.index, name="offers"),
    path("offers/new/", offers.create, name="offer_create"),
    path("offers/<uuid:public_id>/sale/", offers.set_sale, name="offer_sale"),
    path("coupons/", coupons.index, name="coupons"),
    path("coupons/<str:code>/active/", coupons.set_active, name="coupon_active"),
    path("enquiries/", enquiries.index, name="enquiries"),
    path("enquiries/<uuid:public_id>/", enquiries.enquiry, name="enquiry"),
    path("site/", site.index, name="site"),
    path("audit/", audit.index, name="audit"),
    path("system/", system.index, name="system"),
    path("system/jobs/<uuid:public_id>/retry/", system.retry_failed_job, name="job_retry"),
    path("system/events/<uuid:event_id>/retry/", system.retry_parked_event, name="event_retry"),
]
