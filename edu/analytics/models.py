"""Roll-ups: one figure a day and metric, so that dashboards never count raw rows."""

from django.db import models


class DailyFigure(models.Model):
    """One figure of one day, in the site's time zone."""

    class Metric(models.TextChoices):
        """What is counted."""

        ORDERS = "orders", "orders paid"
        BUYERS = "buyers", "people who paid"
        INCOME = "income_minor", "money received, minor units"
        REFUNDS = "refunds_minor", "money given back, minor units"
        ACTIVE_LEARNERS = "active_learners", "people who learned, practised or sat an exam"
        NEW_ACCOUNTS = "new_accounts", "accounts made"
        ATTEMPTS = "attempts", "exam attempts handed in"
        LESSONS = "lessons", "lessons completed"

    day = models.DateField(db_comment="Day in the site's time zone")
    metric = models.CharField(max_length=20, choices=Metric, db_comment="What is counted")
    value = models.BigIntegerField(db_comment="The count; money in minor units of the site's currency")
    computed_at = models.DateTimeField(db_comment="When it was last computed")

    class Meta:
        db_table_comment = "Figures of each day"
        constraints = [models.UniqueConstraint(fields=["day", "metric"], name="figure_once_a_day")]
