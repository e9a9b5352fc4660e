"""Addresses of households/."""

from django.urls import path

from households.views import casefile, edit, growth, households, imports, members, pending, statements

app_name = "households"
urlpatterns = [
    path("", households.households, name="list"),
    path("export/", households.export, name="export"),
    path("<int:pk>/", casefile.detail, name="detail"),
    path("new/", edit.new, name="new"),
    path("<int:pk>/edit/", edit.edit, name="edit"),
    path("<int:pk>/close/", edit.close, name="close"),
    path("<int:pk>/reopen/", edit.reopen, name="reopen"),
    path("<int:pk>/guarantees/", edit.guarantees, name="guarantees"),
    path("<int:pk>/members/new/", members.member_new, name="member_new"),
    path("members/<int:pk>/edit/", members.member_edit, name="member_edit"),
    path("members/<int:pk>/leave/", members.member_leave, name="member_leave"),
    path("<int:pk>/statements/new/", statements.statement_new, name="statement_new"),
    path("statements/<int:pk>/edit/", statements.statement_edit, name="statement_edit"),
    path("statements/<int:pk>/check/", statements.statement_check, name="statement_check"),
    path("pending/", pending.pending, name="pending"),
    path("pending/<int:pk>/", pending.decide, name="decide"),
    path("<int:pk>/history/", casefile.history, name="history"),
    path("<int:pk>/reveal/", casefile.reveal, name="reveal"),
    path("<int:pk>/call/", casefile.call, name="call"),
    path("growth/", growth.flags, name="growth"),
    path("growth/run/", growth.growth_run, name="growth_run"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/commit/", imports.import_commit, name="import_commit"),
    path("imports/<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("imports/<int:pk>/rejected/", imports.import_rejected, name="import_rejected"),
]
