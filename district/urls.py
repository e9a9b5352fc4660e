"""Addresses of district/."""

from django.urls import path

from district import views

app_name = "district"
urlpatterns = [
    path("", views.campaign, name="campaign"),
    path("years/new/", views.year_new, name="year_new"),
    path("years/<int:year>/", views.campaign_year, name="campaign_year"),
]
