"""Addresses of cadres/."""

from django.urls import path

from cadres.views import cadres, from_roster, leave, pairings, proposals, units

app_name = "cadres"
urlpatterns = [
    path("", cadres.cadres, name="list"),
    path("new/", cadres.cadre_new, name="new"),
    path("<int:pk>/", cadres.cadre, name="detail"),
    path("<int:pk>/edit/", cadres.cadre_edit, name="edit"),
    path("<int:pk>/deactivate/", cadres.cadre_deactivate, name="deactivate"),
    path("<int:pk>/reactivate/", cadres.cadre_reactivate, name="reactivate"),
    path("<int:pk>/leave/", leave.leave, name="leave"),
    path("leave/<int:pk>/end/", leave.leave_end, name="leave_end"),
    path("units/", units.units, name="units"),
    path("units/new/", units.unit_new, name="unit_new"),
    path("units/<int:pk>/edit/", units.unit_edit, name="unit_edit"),
    path("pairing/", pairings.pairing, name="pairing"),
    path("pairing/households/<int:pk>/", pairings.pair_household, name="pair"),
    path("pairing/<int:pk>/end/", pairings.pairing_end, name="pairing_end"),
    path("pairing/<int:pk>/transfer/", pairings.pairing_transfer, name="pairing_transfer"),
    path("pairing/options/", pairings.options, name="options"),
    path("pairing/propose/", proposals.propose, name="propose"),
    path("pairing/propose/<int:pk>/", proposals.proposal, name="proposal"),
    path("pairing/from-roster/<int:pk>/", from_roster.from_roster, name="from_roster"),
    path("coverage/", pairings.coverage, name="coverage"),
]
