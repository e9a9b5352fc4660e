"""Addresses of visits/."""

from django.urls import path

from visits.views import needs, offline, visits

app_name = "visits"
urlpatterns = [
    path("visits/", visits.visits, name="list"),
    path("visits/new/", visits.visit_new, name="new"),
    path("visits/<int:pk>/", visits.visit, name="detail"),
    path("visits/<int:pk>/correct/", visits.visit_correct, name="correct"),
    path("visits/photos/<int:pk>/", visits.photo, name="photo"),
    path("needs/", needs.needs, name="needs"),
    path("needs/new/", needs.need_new, name="need_new"),
    path("needs/<int:pk>/", needs.need, name="need"),
    path("needs/<int:pk>/close/", needs.need_close, name="need_close"),
    path("offline/", offline.offline, name="offline"),
    path("offline/list/", offline.offline_list, name="offline_list"),
    path("offline/households/<int:pk>/", offline.offline_household, name="offline_household"),
    path("offline/households/<int:pk>/need/", offline.offline_need, name="offline_need"),
    path("todo/", needs.todo, name="todo"),
]
