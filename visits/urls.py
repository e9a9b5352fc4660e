"""Addresses of visits/."""

from django.urls import path

from visits.views import changes, needs, visits

app_name = "visits"
urlpatterns = [
    path("visits/", visits.visits, name="list"),
    path("visits/new/", visits.visit_new, name="new"),
    path("visits/<int:pk>/", visits.visit, name="detail"),
    path("visits/<int:pk>/correct/", visits.visit_correct, name="correct"),
    path("visits/<int:pk>/link/", changes.link, name="link"),
    path("visits/changes/<int:pk>/", changes.change, name="change"),
    path("visits/changes/<int:pk>/undo/", changes.change_undo, name="change_undo"),
    path("visits/photos/<int:pk>/", visits.photo, name="photo"),
    path("needs/", needs.needs, name="needs"),
    path("needs/new/", needs.need_new, name="need_new"),
    path("needs/<int:pk>/", needs.need, name="need"),
    path("needs/<int:pk>/close/", needs.need_close, name="need_close"),
    path("todo/", needs.todo, name="todo"),
]
