"""Comments for tables and columns that Django makes by itself: many-to-many tables and inherited fields.

`db_comment` in our models covers the rest. Written after each migrate, on databases that keep comments.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, models

OUR_APPS = frozenset(
    [
        "events",
        "accounts",
        "notifications",
        "audit",
        "jobs",
        "organizations",
        "access",
        "media",
        "exams",
        "payments",
        "certificates",
        "courses",
        "training",
        "community",
        "analytics",
        "website",
        "operations",
        "search",
        "documents",
    ]
)

INHERITED: dict[str, str] = {
    "id": "Internal number of the row",
    "password": "Hash of the password",
    "last_login": "When the person last signed in",
    "is_superuser": "Whether every permission is given without being named",
    "username": "Internal name of the account; made by the house",
    "first_name": "Given name, as the editor's interface shows it",
    "last_name": "Family name, as the editor's interface shows it",
    "is_staff": "Whether the person may enter the editor's interface",
    "is_active": "Whether the account may sign in",
    "date_joined": "When the account was made",
    "groups": "Groups of the person",
    "user_permissions": "Permissions given to the person",
    "live": "Whether it is published",
    "has_unpublished_changes": "Whether the draft differs from what is published",
    "first_published_at": "When it was first published",
    "last_published_at": "When it was last published",
    "go_live_at": "When it is published by itself",
    "expire_at": "When it is taken back by itself",
    "expired": "Whether it was taken back by itself",
    "latest_revision": "Newest revision",
    "live_revision": "Revision that is published",
    "locked": "Whether editing is locked",
    "locked_at": "When editing was locked",
    "locked_by": "Who locked editing",
    "page_ptr": "The page this row extends",
    "site": "The site these settings belong to",
    "locale": "Language of the row",
    "translation_key": "The same for all translations of one thing",
    "path": "Position in the tree",
    "depth": "Level in the tree",
    "numchild": "Number of children",
    "sort_order": "Order among its siblings",
}


def our_models() -> list[type[models.Model]]:
    """Return every model of our own apps, automatic many-to-many tables included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OUR_APPS and model._meta.managed and not model._meta.proxy
    ]


def _target_name(field: "models.Field[Any, Any]") -> str:
    """Return what a relation points at, in words."""
    return str(field.related_model._meta.verbose_name) if field.related_model else ""


def table_comment(model: type[models.Model]) -> str:
    """Return the table's comment; automatic link tables get one that names both sides."""
    meta = model._meta
    if meta.db_table_comment:
        return meta.db_table_comment
    if meta.auto_created:
        sides = [_target_name(field) for field in meta.fields if field.is_relation]
        return "Links " + " and ".join(str(side) for side in sides)
    return ""


def column_comment(field: "models.Field[Any, Any]") -> str:
    """Return the column's comment: its own, that of an inherited name, or what a link points at."""
    if field.db_comment:
        return field.db_comment
    if field.model._meta.auto_created and field.is_relation:
        return f"One side of the link: {_target_name(field)}"
    return INHERITED.get(field.name, "")


def write_comments(sender: AppConfig, using: str, **_kwargs: object) -> None:
    """Put every comment that Django does not write itself into the database (post_migrate of this app)."""
    connection = connections[using]
    if not connection.features.supports_comments:
        return
    existing = set(connection.introspection.table_names())
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model in our_models():
            if model._meta.db_table not in existing:
                continue
            table = quote(model._meta.db_table)
            if not model._meta.db_table_comment and table_comment(model):
                cursor.execute(f"COMMENT ON TABLE {table} IS %s", [table_comment(model)])
            for field in model._meta.local_concrete_fields:
                if not field.db_comment and column_comment(field):
                    cursor.execute(
                        f"COMMENT ON COLUMN {table}.{quote(str(field.column))} IS %s", [column_comment(field)]
                    )
