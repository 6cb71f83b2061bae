"""Blocks of home and landing pages: what an operator builds pages of."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

ICONS = [
    (name, name)
    for name in ("play", "target", "award", "clock", "users", "building", "chart", "check-circle", "book-open", "lock")
]


class LinkBlock(blocks.StructBlock):
    """A button."""

    label = blocks.CharBlock(label=_("label"), max_length=60, required=False)
    url = blocks.CharBlock(label=_("address"), max_length=300, required=False)


class FeatureBlock(blocks.StructBlock):
    """One reason."""

    icon = blocks.ChoiceBlock(label=_("icon"), choices=ICONS, default="check-circle")
    title = blocks.CharBlock(label=_("title"), max_length=80)
    text = blocks.TextBlock(label=_("text"))


class FeaturesBlock(blocks.StructBlock):
    """Reasons side by side."""

    title = blocks.CharBlock(label=_("title"), max_length=120)
    lead = blocks.TextBlock(label=_("lead"), required=False)
    features = blocks.ListBlock(FeatureBlock(), label=_("features"))

    class Meta:
        icon = "list-ul"
        label = _("features")
        template = "website/blocks/features.html"


class StepsBlock(blocks.StructBlock):
    """Steps in order."""

    title = blocks.CharBlock(label=_("title"), max_length=120)
    steps = blocks.ListBlock(
        blocks.StructBlock([("title", blocks.CharBlock(max_length=80)), ("text", blocks.TextBlock())]),
        label=_("steps"),
    )

    class Meta:
        icon = "order"
        label = _("steps")
        template = "website/blocks/steps.html"


class TextSectionBlock(blocks.StructBlock):
    """A heading with rich text, and a picture beside it where one is chosen."""

    title = blocks.CharBlock(label=_("title"), max_length=120)
    text = blocks.RichTextBlock(label=_("text"))
    image = ImageChooserBlock(label=_("picture"), required=False)

    class Meta:
        icon = "doc-full"
        label = _("text section")
        template = "website/blocks/text_section.html"


class BandBlock(blocks.StructBlock):
    """A dark band that calls for something."""

    title = blocks.CharBlock(label=_("title"), max_length=120)
    text = blocks.TextBlock(label=_("text"), required=False)
    link = LinkBlock(label=_("button"))

    class Meta:
        icon = "pick"
        label = _("call to action")
        template = "website/blocks/band.html"


class FaqBlock(blocks.StructBlock):
    """Questions and answers."""

    title = blocks.CharBlock(label=_("title"), max_length=120)
    entries = blocks.ListBlock(
        blocks.StructBlock([("question", blocks.CharBlock(max_length=200)), ("answer", blocks.RichTextBlock())]),
        label=_("entries"),
    )

    class Meta:
        icon = "help"
        label = _("questions and answers")
        template = "website/blocks/faq.html"


class CoursesBlock(blocks.StructBlock):
    """The newest courses."""

    title = blocks.CharBlock(label=_("title"), max_length=120)
    count = blocks.IntegerBlock(label=_("how many"), default=6, min_value=1, max_value=12)

    class Meta:
        icon = "grip"
        label = _("courses")
        template = "website/blocks/courses.html"


class EnquiryBlock(blocks.StructBlock):
    """The enquiry form for enterprises."""

    title = blocks.CharBlock(label=_("title"), max_length=120)
    text = blocks.TextBlock(label=_("text"), required=False)

    class Meta:
        icon = "form"
        label = _("enquiry form")
        template = "website/blocks/enquiry.html"


class SectionsBlock(blocks.StreamBlock):
    """Everything a page may be made of."""

    features = FeaturesBlock()
    steps = StepsBlock()
    text = TextSectionBlock()
    courses = CoursesBlock()
    band = BandBlock()
    faq = FaqBlock()
    enquiry = EnquiryBlock()
