"""Addresses of visits/."""

from django.urls import path

from visits.views import complaints, needs, open_pages, visits, voice

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
    path("todo/", needs.todo, name="todo"),
    path("visits/<int:pk>/voice/", voice.visit_voice, name="voice"),
    path("voices/", voice.voices, name="voices"),
    path("cards/", voice.cards, name="cards"),
    path("cards/village/<int:pk>/", voice.village_cards, name="cards_village"),
    path("cards/<int:pk>/", voice.card, name="card"),
    path("complaints/", complaints.complaints_list, name="complaints"),
    path("complaints/<int:pk>/", complaints.complaint, name="complaint"),
    path("complaints/<int:pk>/act/", complaints.complaint_act, name="complaint_act"),
    path("complaints/<int:pk>/phone/", complaints.complaint_phone, name="complaint_phone"),
    path("say/", open_pages.say, name="say"),
    path("say/villages/", open_pages.say_villages, name="say_villages"),
    path("say/answer/", open_pages.ask, name="ask"),
    path("say/card/", open_pages.card_voice, name="card_voice"),
]
