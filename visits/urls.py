"""Addresses of visits/."""

from django.urls import path

from visits.views import changes, needs, offline, outbox, parked, visits

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
    path("offline/", offline.offline, name="offline"),
    path("offline/list/", offline.offline_list, name="offline_list"),
    path("offline/households/<int:pk>/", offline.offline_household, name="offline_household"),
    path("offline/households/<int:pk>/need/", offline.offline_need, name="offline_need"),
    path("todo/", needs.todo, name="todo"),
    path("outbox/", outbox.page, name="outbox"),
    path("outbox/token/", outbox.token, name="outbox_token"),
    path("outbox/items/", outbox.items, name="outbox_items"),
    path("outbox/photos/", outbox.photos, name="outbox_photos"),
    path("parked/", parked.parked, name="parked"),
    path("parked/<int:pk>/", parked.parked_item, name="parked_item"),
    path("parked/photos/<int:pk>/", parked.parked_photo, name="parked_photo"),
]
