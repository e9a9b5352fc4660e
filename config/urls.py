"""Root addresses. Of allauth only sign-in, sign-out and password change are mounted."""

from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("dashboards.urls")),
    path("", include("core.urls")),
    path("sign-in/", allauth_views.login, name="account_login"),
    path("sign-out/", allauth_views.logout, name="account_logout"),
    path("account/password/", allauth_views.password_change, name="account_change_password"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("", include("accounts.urls")),
    path("settings/campaign/", include("district.urls")),
    path("households/", include("households.urls")),
    path("cadres/", include("cadres.urls")),
    path("programs/", include("programs.urls")),
    path("", include("visits.urls")),
]
