"""The community room."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    """Registration of the community room, and of what it puts on the pages of courses and lessons."""

    name = "edu.community"
    label = "community"

    def ready(self) -> None:
        """Register the panels."""
        from courses.panels import register_panel
        from edu.community import panels

        register_panel(where="course", order=10, build=panels.news_panel)
        register_panel(where="course", order=20, build=panels.reviews_panel)
        register_panel(where="lesson", order=10, build=panels.questions_panel)
