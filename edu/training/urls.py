"""The trainer's desk, and the learner's page of what was assigned."""

from django.urls import path

from edu.training.views import assignments, desk, imports, people, seats, structure

app_name = "training"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("switch/", structure.switch, name="switch"),
    path("tasks/<uuid:public_id>/", assignments.task, name="task"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="add_person"),
    path("people/bulk/", people.bulk, name="people_bulk"),
    path("people/restore/", people.restore, name="people_restore"),
    path("people/<uuid:public_id>/", people.person, name="person"),
    path("people/<uuid:public_id>/role/", people.role, name="person_role"),
    path("people/<uuid:public_id>/password/", people.reset, name="person_password"),
    path("departments/", structure.departments, name="departments"),
    path("departments/<uuid:public_id>/", structure.department, name="department"),
    path("invitations/", structure.invitations, name="invitations"),
    path("invitations/<uuid:public_id>/", structure.invitation, name="invitation"),
    path("invitations/<uuid:public_id>/qr.svg", structure.invitation_qr, name="invitation_qr"),
    path("invitations/<uuid:public_id>/revoke/", structure.invitation_revoke, name="invitation_revoke"),
    path("imports/", imports.imports, name="imports"),
    path("imports/template.xlsx", imports.template, name="import_template"),
    path("imports/<uuid:public_id>/", imports.detail, name="import"),
    path("imports/<uuid:public_id>/progress/", imports.progress, name="import_progress"),
    path("imports/<uuid:public_id>/start/", imports.start, name="import_start"),
    path("imports/<uuid:public_id>/failed.xlsx", imports.failed, name="import_failed"),
    path("imports/<uuid:public_id>/first-passwords/", imports.credentials, name="import_credentials"),
    path("seats/", seats.seats, name="seats"),
    path("seats/<uuid:public_id>/", seats.pool, name="pool"),
    path("seats/<uuid:public_id>/take-back/", seats.take_back, name="seats_take_back"),
    path("assignments/", assignments.assignments, name="assignments"),
    path("assignments/add/", assignments.add, name="add_assignment"),
    path("assignments/<uuid:public_id>/", assignments.assignment, name="assignment"),
    path("assignments/<uuid:public_id>/remind/", assignments.remind_people, name="remind"),
    path("assignments/<uuid:public_id>/list.xlsx", assignments.export, name="assignment_export"),
    path("assignments/<uuid:public_id>/evidence.xlsx", assignments.evidence, name="assignment_evidence"),
    path("assignments/<uuid:public_id>/deadline/", assignments.extend, name="assignment_extend"),
    path("assignments/<uuid:public_id>/close/", assignments.close, name="assignment_close"),
    path("assignments/<uuid:public_id>/delete/", assignments.delete, name="assignment_delete"),
    path("library/", desk.library, name="library"),
    path("audit/", desk.audit, name="audit"),
]
