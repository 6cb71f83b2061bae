"""What the operator's desk does when something happens elsewhere."""

from django.urls import reverse

from edu.accounts.queries import list_operator_ids
from edu.events.types import EnquiryReceived
from edu.notifications.services import notify
from edu.website.queries import find_enquiry_by_id


def tell_operators(event: EnquiryReceived) -> None:
    """Tell every operator of a new enquiry; a repeated delivery tells nobody twice."""
    enquiry = find_enquiry_by_id(enquiry_id=event.enquiry_id)
    if enquiry is None:
        return
    url = reverse("operations:enquiry", args=[enquiry.public_id])
    for user_id in list_operator_ids():
        notify(
            user_id=user_id,
            kind="operations.enquiry",
            context={"company": enquiry.company, "name": enquiry.name, "staff_count": enquiry.staff_count},
            url=url,
            dedupe_key=f"enquiry:{enquiry.pk}:{user_id}",
        )
