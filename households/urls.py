"""Addresses of households/."""

from django.urls import path

from households.views import growth, imports

app_name = "households"
urlpatterns = [
    path("growth/", growth.flags, name="growth"),
    path("growth/run/", growth.growth_run, name="growth_run"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/commit/", imports.import_commit, name="import_commit"),
    path("imports/<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("imports/<int:pk>/rejected/", imports.import_rejected, name="import_rejected"),
]
