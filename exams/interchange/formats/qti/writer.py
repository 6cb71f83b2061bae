"""Writing a QTI 3.0 package: one item file a question, its pictures, and a manifest.

Each item is complete for other systems. What QTI cannot carry is listed as a loss; the manifest keeps the whole record
beside it, with the digest of the item file, so that our own reader restores the question as long as nobody changed it.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from exams.domain.text import one_line
from exams.interchange.formats.base import ExportedRecord, Remark, gettext_noop
from exams.interchange.formats.qti.pieces import CANNOT, WRITERS, Piece
from exams.interchange.formats.qti.xhtml import ASSETS, block, escaped, number

NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
RECORD_NAMESPACE = "urn:jinbang:question-record:1"
_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"
_PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_FORMULA = re.compile(r"\\\(|\\\[|\$\$")
_FORMULAS = gettext_noop("Formulas are written as LaTeX text.")
_EXTRAS = gettext_noop("Explanation, difficulty, tags and source are kept for this system only.")
_SAFE = re.compile(r"[^A-Za-z0-9_.\-]+")


def _hotspot(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    picture = content["picture"]
    if picture.startswith("attachment:"):
        picture = f"{ASSETS}/{picture.removeprefix('attachment:')}"
    image = (
        f'<img src="{escaped(picture)}" alt="{escaped(content.get("picture_alt", ""))}" '
        f'width="{content["width"]}" height="{content["height"]}"/>'
    )
    limit = content.get("maximum_choices", 1) or 0
    if content.get("mode", "regions") == "points":
        _points(piece, content, key, image, limit)
        return
    options = [{"id": region["id"], "text": region.get("label", "")} for region in content["regions"]]
    WRITERS["multiple_choice"](piece, {"stem": content["stem"], "options": options}, {"rule": "all_or_nothing", **key})
    spots = "".join(
        f'<qti-hotspot-choice identifier="{region["id"]}" shape="{region["shape"]}" '
        f'coords="{_coords(region)}" hotspot-label="{escaped(region.get("label", ""))}"/>'
        for region in content["regions"]
    )
    piece.body = (
        f'{block(content["stem"])}<qti-hotspot-interaction response-identifier="{piece.response}" '
        f'max-choices="{limit}">{image}{spots}</qti-hotspot-interaction>'
    )


def _coords(area: Mapping[str, Any]) -> str:
    return ",".join(number(place) for place in area.get("coords", ()))


def _points(piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any], image: str, limit: int) -> None:
    marks = piece.marks
    areas = "".join(
        f'<qti-area-map-entry shape="{area["shape"]}" coords="{_coords(area)}" '
        f'mapped-value="{number(area.get("fraction", 1) * marks)}"/>'
        for area in key["areas"]
    )
    mapping = (
        f'<qti-area-mapping default-value="{number((key.get("default") or 0) * marks)}" '
        f'lower-bound="{number((key.get("floor") or 0) * marks)}" upper-bound="{number(marks)}">'
        f"{areas}</qti-area-mapping>"
    )
    piece.declare("multiple", "point", mapping=mapping)
    amount = piece.add(f'<qti-map-response-point identifier="{piece.response}"/>')
    test = f'<qti-not><qti-is-null><qti-variable identifier="{piece.response}"/></qti-is-null></qti-not>'
    branch = f"<qti-response-if>{test}{amount}</qti-response-if>"
    piece.rules.append(f"<qti-response-condition>{branch}</qti-response-condition>")
    piece.body = (
        f'{block(content["stem"])}<qti-select-point-interaction response-identifier="{piece.response}" '
        f'max-choices="{limit}">{image}</qti-select-point-interaction>'
    )


def _pieces(record: Mapping[str, Any]) -> tuple[str, list[Piece]]:
    """Return the text above all, and the question or questions; ValueError for a type that QTI cannot carry."""
    marks = float(record.get("marks") or 1)
    content, key = record["content"], record["key"]
    if record["type"] != "material":
        piece = Piece("", marks)
        _write_piece(record["type"], piece, content, key)
        return "", [piece]
    total = sum(question.get("marks", 1) for question in content["questions"])
    pieces = []
    is_together = key.get("grading") == "all_or_nothing"
    for question in content["questions"]:
        piece = Piece(f"_{question['id']}", 1.0 if is_together else marks * question.get("marks", 1) / total)
        _write_piece(question["type"], piece, question["content"], key["questions"][question["id"]])
        pieces.append(piece)
    return block(content["stem"]), pieces


def _write_piece(type_: str, piece: Piece, content: Mapping[str, Any], key: Mapping[str, Any]) -> None:
    if type_ == "hotspot":
        _hotspot(piece, content, key)
    elif type_ in WRITERS:
        WRITERS[type_](piece, content, key)
    else:
        raise ValueError(type_)


def item_xml(record: Mapping[str, Any], *, identifier: str) -> tuple[str, list[str]]:
    """Return a question as an item of QTI 3.0, and what is lost; ValueError for a type that QTI cannot carry."""
    above, pieces = _pieces(record)
    marks = float(record.get("marks") or 1)
    is_together = record["type"] == "material" and record["key"].get("grading") == "all_or_nothing"
    every = [declaration for piece in pieces for declaration in piece.declared]
    declared = [declaration for declaration in every if "response-declaration" in declaration]
    is_human = any(piece.is_human for piece in pieces)
    external = ' external-scored="human"' if is_human and len(pieces) == 1 else ""
    declared.append(
        f'<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" '
        f'normal-maximum="{number(marks)}"{external}><qti-default-value><qti-value>0</qti-value></qti-default-value>'
        "</qti-outcome-declaration>"
    )
    declared.append(
        '<qti-outcome-declaration identifier="MAXSCORE" cardinality="single" base-type="float"><qti-default-value>'
        f"<qti-value>{number(marks)}</qti-value></qti-default-value></qti-outcome-declaration>"
    )
    rules = [rule for piece in pieces for rule in piece.rules]
    for piece in pieces:
        declared += [declaration for declaration in piece.declared if "response-declaration" not in declaration]
        if piece.suffix:
            declared.append(
                f'<qti-outcome-declaration identifier="{piece.score}" cardinality="single" base-type="float"/>'
            )
    if len(pieces) > 1 or pieces[0].suffix:
        rules.append(_total(pieces, marks, is_together=is_together))
    losses = list(dict.fromkeys(loss for piece in pieces for loss in piece.losses))
    title = one_line(record["content"].get("stem", ""))[:60] or identifier
    language = {"zh-hans": "zh-Hans", "en": "en"}.get(record.get("language") or "", "")
    lang = f' xml:lang="{language}"' if language else ""
    processing = f"<qti-response-processing>{''.join(rules)}</qti-response-processing>" if rules else ""
    feedback = "".join(text for piece in pieces for text in piece.feedback)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<qti-assessment-item xmlns="{NAMESPACE}" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{NAMESPACE} {_SCHEMA}" '
        f'identifier="{identifier}" title="{escaped(title)}" adaptive="false" time-dependent="false"{lang}>'
        f"{''.join(declared)}<qti-item-body>{above}{''.join(piece.body for piece in pieces)}</qti-item-body>"
        f"{processing}{feedback}</qti-assessment-item>\n"
    ), losses


def _total(pieces: list[Piece], marks: float, *, is_together: bool) -> str:
    parts = "".join(f'<qti-variable identifier="{piece.score}"/>' for piece in pieces)
    total = f"<qti-sum>{parts}</qti-sum>"
    if not is_together:
        return f'<qti-set-outcome-value identifier="SCORE">{total}</qti-set-outcome-value>'
    return (
        f'<qti-response-condition><qti-response-if><qti-gte>{total}<qti-base-value base-type="float">'
        f'{len(pieces)}</qti-base-value></qti-gte><qti-set-outcome-value identifier="SCORE">'
        f'<qti-base-value base-type="float">{number(marks)}</qti-base-value></qti-set-outcome-value></qti-response-if>'
        "</qti-response-condition>"
    )


def digest_of(data: bytes) -> str:
    """Return the digest by which a record is known to belong to an item file."""
    return hashlib.sha256(data).hexdigest()


def write_package(records: Iterable[ExportedRecord], stream: BinaryIO) -> list[Remark]:
    """Write records as a QTI 3.0 package; return what other systems will not find in it (`row` counts from 1)."""
    losses: list[Remark] = []
    resources: list[str] = []
    written: dict[str, bytes] = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for row, exported in enumerate(records, start=1):
            record = exported.record
            identifier = f"item-{row}"
            try:
                text, lost = item_xml(record, identifier=identifier)
            except ValueError:
                losses.append(Remark(row=row, field="type", text=CANNOT, values={"type": str(record["type"])}))
                continue
            names = {}
            for attachment in exported.attachments:
                name = attachment.name
                if written.get(name, attachment.data) != attachment.data:
                    name = f"{row}-{attachment.name}"
                    text = text.replace(f'"{ASSETS}/{attachment.name}"', f'"{ASSETS}/{name}"')
                if name not in written:
                    written[name] = attachment.data
                    archive.writestr(f"{ASSETS}/{name}", attachment.data)
                names[attachment.name] = name
            data = text.encode("utf-8")
            archive.writestr(f"{identifier}.xml", data)
            resources.append(_resource(identifier, record, data, names))
            losses += [Remark(row=row, field="key", text=loss) for loss in lost]
            if _FORMULA.search(json.dumps(record["content"], ensure_ascii=False)):
                losses.append(Remark(row=row, field="content", text=_FORMULAS))
            if any(record.get(name) for name in ("explanation", "tags", "source")):
                losses.append(Remark(row=row, field="explanation", text=_EXTRAS))
        archive.writestr("imsmanifest.xml", _manifest(resources))
    return losses


def _resource(identifier: str, record: Mapping[str, Any], data: bytes, names: Mapping[str, str]) -> str:
    kept = {"digest": digest_of(data), "files": dict(names), "record": record}
    files = "".join(f'<file href="{ASSETS}/{escaped(name)}"/>' for name in names.values())
    body = escaped(json.dumps(kept, ensure_ascii=False, default=str, sort_keys=True))
    return (
        f'<resource identifier="{identifier}" type="imsqti_item_xmlv3p0" href="{identifier}.xml"><metadata>'
        f'<jb:record xmlns:jb="{RECORD_NAMESPACE}">{body}</jb:record></metadata><file href="{identifier}.xml"/>'
        f"{files}</resource>"
    )


def _manifest(resources: list[str]) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest xmlns="{_PACKAGE}" identifier="questions"><metadata>'
        "<schema>QTI Package</schema><schemaversion>3.0.0</schemaversion></metadata><organizations/>"
        f"<resources>{''.join(resources)}</resources></manifest>\n"
    )
