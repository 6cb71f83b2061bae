"""The JSON plan of imports is gone: its entries are rows."""

from django.db import migrations


class Migration(migrations.Migration):
    """Remove the column."""

    dependencies = [("exams", "0005_old_plans")]
    operations = [migrations.RemoveField(model_name="importbatch", name="plan")]
