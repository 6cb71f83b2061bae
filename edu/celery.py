"""The Celery application: tasks are found in every room's tasks.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edu.settings.embedded")

app = Celery("jinbang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
