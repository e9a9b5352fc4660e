"""Settings by environment, safe by default. `.env` beside manage.py is read; the environment wins.

Without DATABASE_URL: SQLite in var/. Without REDIS_URL: Celery's filesystem queue beside it.
"""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# --- Safety -----------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env("SECRET_KEY")
FIELD_KEYS = env("FIELD_KEYS")  # "1:BASE64[,2:BASE64]": AES-256 keys by version; the highest version encrypts
HASH_KEY = env("HASH_KEY")  # base64: keyed hash for look-ups
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", True)  # bin/demo on loopback turns it off
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, "tel:"],  # the call button posts, is logged, and is sent on to the phone
        "frame-ancestors": [NONE],
    }
}

# --- Apps -------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "simple_history",
    "core",
    "district",
    "accounts",
    "households",
    "cadres",
    "programs",
    "visits",
    "dashboards",
    "demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.CacheMiddleware",
    "core.middleware.InputMiddleware",
    "accounts.middleware.OwnPasswordMiddleware",
    "core.history.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.navigation.navigation",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "core.templatetags.bangfu"],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"
DJANGO_TABLES2_TABLE_ATTRS = {"class": "table"}

# --- Database and queue -----------------------------------------------------
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR_DIR / "media")))
MEDIA_URL = "/media-is-never-served/"
if env("DATABASE_URL", default=""):
    DATABASES = {"default": env.db("DATABASE_URL")}
    DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
else:
    VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)  # names and incomes are in clear in the database
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": env("SQLITE_PATH", default=str(VAR_DIR / "bangfu.sqlite3")),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # room for the indexes of a large roster (32 MB), and its log is not copied back after each township
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA busy_timeout=20000;"
                "PRAGMA cache_size=-32000;PRAGMA wal_autocheckpoint=16000;",
            },
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_DEFAULT_QUEUE = env("QUEUE_NAME", default="celery")  # a name each, where installations share a Redis
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_DB_REUSE_MAX = 1000
CELERY_BEAT_SCHEDULER = "core.beat:Schedule"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
if env("REDIS_URL", default=""):
    CELERY_BROKER_URL = env("REDIS_URL")
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"visibility_timeout": 3600}
else:
    QUEUE_DIR = (
        Path(DATABASES["default"]["NAME"]).parent / "queue"
        if not env("DATABASE_URL", default="")
        else VAR_DIR / "queue"
    )
    for folder in ("messages", "processed", "control"):
        (QUEUE_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_URL = "files://localhost//"  # core.file_queue
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        "polling_interval": 0.05,
    }
JOB_SWEEP_SECONDS = env.float("JOB_SWEEP_SECONDS", 5)
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", 60)
JOB_RESEND_SECONDS = env.int("JOB_RESEND_SECONDS", 15)
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "core.sweep", "schedule": JOB_SWEEP_SECONDS, "options": {"expires": JOB_SWEEP_SECONDS}},
    "assess-closed-years": {"task": "households.assess_closed_years", "schedule": crontab(hour=2, minute=30)},
    "remind": {"task": "visits.remind", "schedule": crontab(hour=5, minute=30)},
    "remove-roster-files": {"task": "households.remove_roster_files", "schedule": crontab(hour=3, minute=30)},
    "raise-overdue-needs": {"task": "visits.raise_overdue_needs", "schedule": crontab(hour=4, minute=0)},
}

# --- People -----------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesBackend", "accounts.backends.NameOrPhoneBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboards:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
COMPLAINT_DUE_DAYS = env.int("COMPLAINT_DUE_DAYS", 15)  # within how many days a complaint is answered
# limits by the sender's address, which the proxy names; each web process counts for itself, and a village that shares
# one address of its network must get through
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", False) else 0
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip", "login_failed": False, "change_password": "20/m/user",
    "complaint": env("COMPLAINT_LIMIT", default="10/h/ip"),
    "open_code": env("OPEN_CODE_LIMIT", default="30/h/ip"),  # receipt codes and cards' codes tried without signing in
}  # fmt: skip
AXES_FAILURE_LIMIT = env.int("SIGN_IN_FAILURE_LIMIT", 5)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "accounts.backends.locked_name"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "ip_address"]  # a phone number may stand in "login"
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["allauth.account.W001"]
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="bangfu@localhost")
PUBLIC_URL = env("PUBLIC_URL", default="")  # https://bangfu.example.org: for links in e-mails; without it none are sent
REMINDER_PAUSE_DAYS = env.int("REMINDER_PAUSE_DAYS", 60)  # the longest pause of reminders
REMINDER_KEEP_DAYS = env.int("REMINDER_KEEP_DAYS", 30)  # how long the digests of past days are kept

# --- Language, time ---------------------------------------------------------
LANGUAGE_CODE = env("LANGUAGE_CODE", default="zh-hans")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False  # core's filters place the commas; inputs and files have none

# --- Files ------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.bool("HASHED_STATIC", True)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Roster files: checked before memory is spent
ROSTER_MAX_BYTES = env.int("ROSTER_MAX_BYTES", 30 * 1024 * 1024)
ROSTER_MAX_UNPACKED_BYTES = env.int("ROSTER_MAX_UNPACKED_BYTES", 400 * 1024 * 1024)
ROSTER_MAX_ROWS = env.int("ROSTER_MAX_ROWS", 200_000)
ROSTER_MAX_CELLS = env.int("ROSTER_MAX_CELLS", 10_000_000)
ROSTER_ROWS_ONE_TRANSACTION = env.int("ROSTER_ROWS_ONE_TRANSACTION", 20_000)  # on SQLite; more rows: one a township
ROSTER_FILE_DAYS = env.int("ROSTER_FILE_DAYS", 90)  # how long an uploaded file is kept after its import ended
PHOTO_MAX_BYTES = env.int("PHOTO_MAX_BYTES", 15 * 1024 * 1024)
PHOTO_MAX_COUNT = env.int("PHOTO_MAX_COUNT", 9)
PHOTO_MAX_PIXELS = env.int("PHOTO_MAX_PIXELS", 50_000_000)

# What a cadre's phone keeps for work without network
OFFLINE_KEEP_DAYS = env.int("OFFLINE_KEEP_DAYS", 7)  # after the last time that the phone reached the server
OFFLINE_HOUSEHOLDS = env.int("OFFLINE_HOUSEHOLDS", 5)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
