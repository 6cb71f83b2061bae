"""The page of whom a bank is shared with."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from edu.core.errors import DomainError
from edu.core.ids import find_uuid
from exams.authoring.banks import share_bank_by_mail, unshare_bank
from exams.authoring.entries import author_page, say
from exams.models import BankShare
from exams.policies_authoring import get_editable_bank, is_steward


class ShareForm(forms.Form):
    """A colleague by mail, and what she may do."""

    email = forms.EmailField(label=gettext_lazy("Mail address of a colleague"), max_length=254)
    role = forms.ChoiceField(
        label=gettext_lazy("The colleague"), choices=BankShare.Role.choices, initial=BankShare.Role.EDIT
    )


@author_page
def sharing(request: HttpRequest, public_id: Any) -> HttpResponse:
    """Show and change with whom a bank is shared; its owner only, and trainers of its organisation."""
    bank = get_editable_bank(request.user, public_id)
    if not is_steward(request.user, bank):
        raise Http404
    form = ShareForm(request.POST if request.POST.get("do") == "add" else None)
    if request.method == "POST":
        verb, _colon, key = request.POST.get("do", "").partition(":")
        try:
            if verb == "add" and form.is_valid():
                share_bank_by_mail(bank=bank, actor=request.user, **form.cleaned_data)
                messages.success(request, _("Shared."))
                return redirect("authoring:sharing", public_id=bank.public_id)
            if verb == "remove":
                row = BankShare.objects.filter(bank=bank, user__public_id=find_uuid(key)).first()
                if row is None:
                    raise Http404
                unshare_bank(bank=bank, user_id=row.user_id, actor=request.user)
                return redirect("authoring:sharing", public_id=bank.public_id)
        except DomainError as error:
            if verb == "add":
                form.add_error("email", _(error.message))
            else:
                say(request, error)
    shares = BankShare.objects.filter(bank=bank).select_related("user").order_by("pk")
    context = {"desk": "instructor", "title": _("Sharing"), "bank": bank, "form": form, "shares": shares}
    return render(request, "exams/authoring/sharing.html", context, status=422 if form.errors else 200)
