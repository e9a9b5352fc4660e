"""Addresses of accounts/."""

from django.urls import path

from accounts.views import audit, users

app_name = "accounts"
urlpatterns = [
    path("account/", users.me, name="me"),
    path("settings/users/", users.users, name="users"),
    path("settings/users/new/", users.user_new, name="user_new"),
    path("settings/users/<int:pk>/", users.user, name="user"),
    path("settings/users/<int:pk>/password/", users.user_password, name="user_password"),
    path("settings/users/<int:pk>/deactivate/", users.user_deactivate, name="user_deactivate"),
    path("settings/users/<int:pk>/reactivate/", users.user_reactivate, name="user_reactivate"),
    path("settings/users/<int:pk>/grants/new/", users.grant_new, name="grant_new"),
    path("settings/grants/<int:pk>/end/", users.grant_end, name="grant_end"),
    path("audit/", audit.audit, name="audit"),
    path("audit/history/", audit.audit_history, name="audit_history"),
]
