"""Addresses of visits/."""

from django.urls import path

from visits.views import needs, planned, reminders, visits

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
    path("visits/planned/new/", planned.plan_new, name="plan_new"),
    path("visits/planned/<int:pk>/", planned.plan, name="plan"),
    path("visits/planned/<int:pk>/drop/", planned.plan_drop, name="plan_drop"),
    path("calendar/", planned.calendar, name="calendar"),
    path("calendar/planned-visits.ics", planned.calendar_file, name="calendar_file"),
    path("calendar/<str:token>/feed.ics", planned.calendar_feed, name="calendar_feed"),
    path("reminders/", reminders.reminders, name="reminders"),
    path("reminders/e-mail/", reminders.reminders_mail, name="reminders_mail"),
    path("reminders/calendar-address/", reminders.calendar_address, name="calendar_address"),
    path("reminders/read/", reminders.digest_read, name="digest_read"),
]
