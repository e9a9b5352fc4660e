"""Addresses of households/."""

from django.urls import path

from households.views import casefile, growth, households, imports

app_name = "households"
urlpatterns = [
    path("", households.households, name="list"),
    path("export/", households.export, name="export"),
    path("<int:pk>/", casefile.detail, name="detail"),
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
