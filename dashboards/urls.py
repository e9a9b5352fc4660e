"""Addresses of dashboards/."""

from django.urls import path

from dashboards import views

app_name = "dashboards"
urlpatterns = [
    path("", views.home, name="home"),
    path("dashboards/", views.index, name="index"),
    path("dashboards/district/", views.district, name="district"),
    path("dashboards/township/<str:code>/", views.township, name="township"),
]
