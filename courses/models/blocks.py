"""What the body of a lesson and the text of a course page are built of. No block takes raw HTML."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.images.blocks import ImageChooserBlock

TEXT_FEATURES = ["bold", "italic", "superscript", "subscript", "code", "link", "document-link", "ol", "ul", "hr"]
CODE_LANGUAGES = [
    ("text", _("Plain text")),
    ("python", "Python"),
    ("sql", "SQL"),
    ("javascript", "JavaScript"),
    ("html", "HTML"),
    ("css", "CSS"),
    ("shell", "Shell"),
]


class HeadingBlock(blocks.StructBlock):
    """A heading of the second or third rank; the first is the title."""

    text = blocks.CharBlock(label=_("Heading"), max_length=200)
    level = blocks.ChoiceBlock(
        label=_("Rank"), choices=[("2", _("Section")), ("3", _("Part of a section"))], default="2"
    )

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "courses/blocks/heading.html"


class PictureBlock(blocks.StructBlock):
    """A picture with what it shows in words."""

    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(label=_("What it shows, for those who cannot see it"), required=False, max_length=300)
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=300)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "courses/blocks/picture.html"


class CodeBlock(blocks.StructBlock):
    """Text whose spaces and lines matter: a program, a journal entry."""

    language = blocks.ChoiceBlock(label=_("Language"), choices=CODE_LANGUAGES, default="text")
    text = blocks.TextBlock(label=_("Text"))

    class Meta:
        icon = "code"
        label = _("Code or set text")
        template = "courses/blocks/code.html"


class CalloutBlock(blocks.StructBlock):
    """A boxed remark."""

    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[("info", _("Remark")), ("success", _("Tip")), ("warning", _("Warning"))],
        default="info",
    )
    title = blocks.CharBlock(label=pgettext_lazy("heading", "Title"), required=False, max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)

    class Meta:
        icon = "help"
        label = _("Boxed remark")
        template = "courses/blocks/callout.html"


class QuoteBlock(blocks.StructBlock):
    """A quotation, or a sentence to remember."""

    text = blocks.TextBlock(label=_("Quotation"))
    source = blocks.CharBlock(label=_("Source"), required=False, max_length=200)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "courses/blocks/quote.html"


class BodyBlock(blocks.StreamBlock):
    """The body of a lesson."""

    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES)
    heading = HeadingBlock()
    picture = PictureBlock()
    table = TableBlock(label=_("Table"), template="courses/blocks/table.html")
    code = CodeBlock()
    callout = CalloutBlock()
    quote = QuoteBlock()


class FaqBlock(blocks.StructBlock):
    """A question before buying, and its answer."""

    question = blocks.CharBlock(label=_("Question asked"), max_length=300)
    answer = blocks.RichTextBlock(label=_("Answer"), features=["bold", "italic", "link", "ol", "ul"])


class CourseBodyBlock(blocks.StreamBlock):
    """The text of a course page."""

    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES, template="courses/blocks/text.html")
    picture = PictureBlock()
    outcomes = blocks.ListBlock(
        blocks.CharBlock(label=_("After the course you can")),
        label=_("Outcomes"),
        icon="tick",
        template="courses/blocks/outcomes.html",
    )
    audience = blocks.RichTextBlock(
        label=_("Who it is for"),
        features=["bold", "italic", "link", "ol", "ul"],
        icon="group",
        template="courses/blocks/audience.html",
    )
    faq = blocks.ListBlock(FaqBlock(), label=_("Frequent questions"), icon="help", template="courses/blocks/faq.html")
