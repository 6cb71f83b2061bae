"""The data dictionary: every table and column of ours with the words that explain it in the database."""

from django.utils.translation import override

from edu.schema.comments import column_comment, our_models, table_comment

HEADER = """# Data dictionary

Made from the comments that every table and column carries in the database (`manage.py data_dictionary`); a test holds
it so. Times are stored in UTC, money in minor units of its currency.
"""


def write_dictionary() -> str:
    """Return the dictionary as Markdown in English, tables in the order of their rooms and names."""
    with override("en"):
        return _dictionary()


def _dictionary() -> str:
    parts = [HEADER]
    room = ""
    for model in sorted(our_models(), key=lambda row: (row._meta.app_label, row._meta.db_table)):
        meta = model._meta
        if meta.app_label != room:
            room = meta.app_label
            parts.append(f"\n## {room}\n")
        parts.append(f"\n### `{meta.db_table}`\n\n{table_comment(model)}.\n\n| column | type | null | meaning |")
        parts.append("|---|---|---|---|")
        for field in meta.local_concrete_fields:
            kind = type(field).__name__.removesuffix("Field")
            if field.is_relation and field.related_model:
                kind = f"→ `{field.related_model._meta.db_table}`"
            nullable = "yes" if field.null else ""
            meaning = column_comment(field).replace("|", "\\|")
            parts.append(f"| `{field.column}` | {kind} | {nullable} | {meaning} |")
    return "\n".join(parts) + "\n"
