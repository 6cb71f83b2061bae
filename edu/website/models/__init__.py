"""Pages and settings of the site as a whole."""

from edu.website.models.enquiry import Enquiry
from edu.website.models.pages import HelpArticlePage, HelpIndexPage, HomePage, LandingPage, LegalPage
from edu.website.models.settings import Banner, SiteSettings

__all__ = [
    "Banner",
    "Enquiry",
    "HelpArticlePage",
    "HelpIndexPage",
    "HomePage",
    "LandingPage",
    "LegalPage",
    "SiteSettings",
]
