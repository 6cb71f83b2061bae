"""Tables of files and films; private to this app."""

from media.models.file import Asset, Upload
from media.models.video import CaptionTrack, Video

__all__ = ["Asset", "CaptionTrack", "Upload", "Video"]
