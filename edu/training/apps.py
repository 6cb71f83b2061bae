"""The training room."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Registration of the training room."""

    name = "edu.training"
    label = "training"
