"""Addresses of programs/."""

from django.urls import path

from programs import views

app_name = "programs"
urlpatterns = [
    path("measures/", views.measures, name="measures"),
    path("measures/new/", views.measure_new, name="measure_new"),
    path("measures/<int:pk>/", views.measure, name="measure"),
]
