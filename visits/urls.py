"""Addresses of visits/."""

from django.urls import path

from visits.views import needs, referrals, visits

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
    path("needs/<int:pk>/refer/", referrals.referral_new, name="referral_new"),
    path("referrals/", referrals.referrals, name="referrals"),
    path("referrals/<int:pk>/", referrals.referral, name="referral"),
    path("referrals/<int:pk>/told/", referrals.referral_told, name="referral_told"),
    path("referrals/<int:pk>/take-back/", referrals.referral_take_back, name="referral_take_back"),
    path("referrals/photos/<int:pk>/", referrals.referral_photo, name="referral_photo"),
    path("todo/", needs.todo, name="todo"),
]
