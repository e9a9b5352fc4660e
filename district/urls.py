"""Addresses of district/."""

from django.urls import URLPattern

app_name = "district"
urlpatterns: list[URLPattern] = []
