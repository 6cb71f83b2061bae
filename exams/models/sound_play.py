"""How often sounds with a limit were played in an attempt."""

from django.db import models


class SoundPlay(models.Model):
    """One play of a sound in an attempt; the numbers of a sound's plays leave no gap and never repeat."""

    attempt = models.ForeignKey(
        "exams.Attempt", on_delete=models.CASCADE, related_name="sound_plays", db_comment="The attempt"
    )
    asset_id = models.UUIDField(db_comment="Public id of the sound in the media room")
    number = models.PositiveSmallIntegerField(db_comment="Which play it was, from 1")
    play_id = models.UUIDField(db_comment="Id that the page gave the play, so that a repeated request counts once")
    played_at = models.DateTimeField(db_comment="When it was begun")

    class Meta:
        db_table_comment = "Plays of sounds with a limit"
        constraints = [
            models.UniqueConstraint(fields=["attempt", "asset_id", "number"], name="sound_play_number_once"),
            models.UniqueConstraint(fields=["attempt", "play_id"], name="sound_play_once"),
        ]
