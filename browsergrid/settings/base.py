"""Django, its apps, and how they are stored and joined. What differs between machines is read through `env`."""

from urllib.parse import urlsplit

from csp.constants import NONCE

from browsergrid.schedule import JOBS
from browsergrid.settings import env, grid, mail, oidc, recorded
from browsergrid.settings.admin_theme import UNFOLD  # noqa: F401 - read by unfold

BASE_DIR = env.BASE_DIR
DATA_DIR = env.data_dir()
GRID = grid.load()
MAIL = mail.settings()
NODE_ADDRESS = GRID.node_address or f"unix:{grid.run_dir() / 'node.sock'}"

DEBUG = False
SECRET_KEY = env.secret("BROWSERGRID_SECRET_KEY", "secret_key")
KEY_RING = tuple(env.secret("BROWSERGRID_KEYS", "key_ring").split(","))  # first: current; the rest: still accepted

PUBLIC_HOST = urlsplit(GRID.public_url).hostname or ""
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", ".localhost", *GRID.allowed_hosts]
if PUBLIC_HOST:
    ALLOWED_HOSTS += [PUBLIC_HOST, f".connect.{PUBLIC_HOST}", f"connect.{PUBLIC_HOST}"]
CSRF_TRUSTED_ORIGINS = [GRID.public_url] if GRID.public_url.startswith("https") else []

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_celery_beat",
    "django_htmx",
    "csp",
    "browsergrid",
    "apps.core",
    "apps.access",
    "apps.accounts.apps.AccountsConfig",
    "apps.saved_views",
    "apps.audit",
    "apps.events",
    "apps.tasks",
    "apps.nodes",
    "apps.quotas",
    "apps.tokens",
    "apps.pools",
    "apps.sessions.apps.SessionsConfig",
    "apps.recordings",
    "apps.statistics",
    "apps.reconciler",
    "apps.gateway",
    "apps.api",
    "apps.dashboard",
]
MIDDLEWARE = [
    "browsergrid.requests.RequestIdentity",
    "browsergrid.inline.Security",
    "browsergrid.inline.Csp",
    "browsergrid.inline.Frames",
    "browsergrid.hosts.OurHosts",
    "browsergrid.static_files.StaticFiles",
    "browsergrid.inline.Sessions",
    "browsergrid.inline.Common",
    "browsergrid.inline.Csrf",
    "browsergrid.inline.Authentication",
    "browsergrid.inline.Messages",
    "browsergrid.signed_in.SignedIn",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "browsergrid.urls"
ASGI_APPLICATION = "browsergrid.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]

# The database is the truth; SQLite for one machine, PostgreSQL for everything else.
DATABASES = {"default": env.database(env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis carries hints, live fan-out and rate limits; losing it costs seconds, never correctness.
REDIS_URL = env.text("REDIS_URL", f"unix://{grid.run_dir() / 'redis.sock'}")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL}], "prefix": "browsergrid"},
    }
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 0}  # of who sends: without Redis it would wait for six seconds
CELERY_TASK_IGNORE_RESULT = True
CELERY_IMPORTS = ("browsergrid.worker",)
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "browsergrid.beat:PatientScheduler"  # django_celery_beat's, which waits
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
DJANGO_CELERY_BEAT_TZ_AWARE = True
PERIODIC_JOBS = JOBS

# People
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # the address is unique by a constraint on its lower case
    *(
        "security.W001",
        "security.W002",
        "security.W003",
    ),  # they look for the names of what `browsergrid.inline` extends
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None  # guardian: no row for nobody
GUARDIAN_MONKEY_PATCH_USER = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "apps.accounts.passwords.MaximumLengthValidator", "OPTIONS": {"max_length": 128}},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_CHANGE_EMAIL = True  # one address; the new one counts once it is confirmed
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL["MAIL_IS_CONFIGURED"] else "optional"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # for another address, too
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {  # per address; `key` is the account and the address together, so that nobody locks others out
    "login": "60/m/ip",
    "login_failed": "20/5m/ip,5/5m/key",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
CACHES = {"default": {"BACKEND": "apps.accounts.cache.DatabaseCache"}}  # limits hold for all processes, without Redis
MFA_ADAPTER = "apps.accounts.second_factor.FactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = not MAIL["MAIL_IS_CONFIGURED"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "BrowserGrid"
SOCIALACCOUNT_ADAPTER = "apps.accounts.social.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": oidc.providers()}}
MAIL_IS_CONFIGURED = MAIL["MAIL_IS_CONFIGURED"]
EMAIL_BACKEND = MAIL["EMAIL_BACKEND"]
EMAIL_TIMEOUT = MAIL["EMAIL_TIMEOUT"]
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL["EMAIL_FROM"]
EMAIL_HOST = MAIL["EMAIL_HOST"]
EMAIL_PORT = MAIL["EMAIL_PORT"]
EMAIL_HOST_USER = MAIL["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_SSL = MAIL["EMAIL_USE_SSL"]
EMAIL_USE_TLS = MAIL["EMAIL_USE_TLS"]

# Cookies and headers
SESSION_ENGINE = "apps.accounts.cookie_sessions"  # the table holds no cookie's value
SESSION_COOKIE_NAME = "browsergrid_session"
CSRF_COOKIE_NAME = "browsergrid_csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True  # scripts take the token from the page
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = (
    "same-origin"  # `no-referrer` makes browsers send `Origin: null` with forms, which CSRF refuses
)
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}
APPEND_SLASH = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# Files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no page of another site needs them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "media"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "recordings": recorded.storage(GRID, DATA_DIR),
}

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.api.authentication.CredentialAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.api.parser.StrictJson"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.api.errors.problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "BrowserGrid",
    "DESCRIPTION": "Browsers you run yourself: claim one by a URL, drive it with the client you already use.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "PREPROCESSING_HOOKS": ["apps.api.openapi.without_twins"],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "apps.api.openapi.completed"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {"RecordEnum": ["none", "dom", "video", "all"]},  # of sessions and of pools
    "COMPONENT_SPLIT_REQUEST": False,
}

# Words and time
LANGUAGE_CODE = "en"
USE_I18N = False
FORMAT_MODULE_PATH = ["browsergrid.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
LOG_FORMAT = env.text("BROWSERGRID_LOG_FORMAT", "pretty")
LOG_LEVEL = env.text("BROWSERGRID_LOG_LEVEL", "INFO")
LOGGING_CONFIG = "browsergrid.logs.configure"  # structlog and the standard library together, without secrets
LOGGING = {
    "format": LOG_FORMAT,
    "level": LOG_LEVEL,
    "hide": "\n".join(entry.partition("=")[0] for entry in GRID.static_tokens),
}
