"""Steps of a sign-in that differ from django-allauth's own."""

from typing import Any

from allauth.account.stages import EmailVerificationStage, PhoneVerificationStage

BY_STAFF_NUMBER = "by_staff_number"
"""Key in the state of a sign-in that was made by organisation and staff number."""


class MailVerificationStage(EmailVerificationStage):  # type: ignore[misc] # django-allauth is untyped
    """Ask for a verified mail only from those who register or sign in by mail.

    An account needs no mail here: whoever comes by phone or staff number has proved herself otherwise.
    """

    def handle(self) -> Any:
        """Pass the person on, or send a code and stop until it is typed."""
        login = self.login
        if login.user is not None and (not login.user.email or not (login.signup or login.email)):
            return None, True
        return super().handle()


class PhoneProofStage(PhoneVerificationStage):  # type: ignore[misc] # django-allauth is untyped
    """Ask for a verified phone only from those who register or sign in by phone.

    A phone that somebody else wrote down (an import, for instance) must not lock its person out of other ways in.
    """

    def handle(self) -> Any:
        """Pass the person on, or send a code and stop until it is typed."""
        login = self.login
        if login.user is not None and (login.email or login.state.get(BY_STAFF_NUMBER)):
            return None, True
        return super().handle()


OWN_STAGES = {
    "allauth.account.stages.EmailVerificationStage": "edu.accounts.stages.MailVerificationStage",
    "allauth.account.stages.PhoneVerificationStage": "edu.accounts.stages.PhoneProofStage",
}
"""django-allauth's step -> ours."""
