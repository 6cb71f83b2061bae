"""The organizations room."""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """Registration of the organizations room."""

    name = "edu.organizations"
    label = "organizations"

    def ready(self) -> None:
        """Tell accounts what organisations know of a person."""
        from edu.accounts.deletion import register_obstacle, register_personal_data
        from edu.organizations.queries import describe_memberships, why_trainer_stays

        register_obstacle(why_trainer_stays)
        register_personal_data("organizations", lambda user_id: describe_memberships(user_id=user_id))
