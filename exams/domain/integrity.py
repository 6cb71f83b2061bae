"""The integrity options of an exam, as they are stored with it, and the signals that each of them lets a room send."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict


class SignalKind(StrEnum):
    """Something that was noticed during an attempt. It proves nothing by itself; a person judges it."""

    LEFT_PAGE = "left_page"
    PASTED = "pasted"
    COPIED = "copied"
    LEFT_FULL_SCREEN = "left_full_screen"
    OFFLINE = "offline"
    SECOND_PAGE = "second_page"
    SECOND_DEVICE = "second_device"
    DEVICE_REFUSED = "device_refused"
    OTHER_ADDRESS = "other_address"


class Integrity(BaseModel):
    """What an exam does about honesty in the room; everything is off until somebody turns it on.

    Access code and address ranges are fields of the exam itself, since they are checked at the start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    watermark: bool = False
    no_clipboard: bool = False
    log_page_leaves: bool = False
    full_screen: bool = False
    one_device: bool = False

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any] | None, /) -> "Integrity":
        """Return the options stored with an exam; what a later or an earlier version wrote besides is passed over."""
        known = {name: value for name, value in (fields or {}).items() if name in cls.model_fields}
        return cls(**{name: value for name, value in known.items() if isinstance(value, bool)})

    @property
    def reported(self) -> frozenset[SignalKind]:
        """Return the kinds of signals that the room sends under these options; losing the network is always noted."""
        kinds = {SignalKind.OFFLINE}
        if self.no_clipboard:
            kinds |= {SignalKind.PASTED, SignalKind.COPIED}
        if self.log_page_leaves:
            kinds.add(SignalKind.LEFT_PAGE)
        if self.full_screen:
            kinds.add(SignalKind.LEFT_FULL_SCREEN)
        return frozenset(kinds)
