"""gunicorn, by environment: WEB_BIND, WEB_PROCESSES, WEB_THREADS. Loopback by default."""

import os

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_PROCESSES", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 20
keepalive = 5
max_requests = 5000
max_requests_jitter = 500
loglevel = os.environ.get("LOG_LEVEL", "INFO").lower()
accesslog = "-" if os.environ.get("ACCESS_LOG") else None
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
control_socket_disable = True  # nobody asks for it, and it would lie in the working folder
if os.path.isdir("/dev/shm"):  # noqa: PTH112, S108 - gunicorn's own advice for its heartbeat files in containers
    worker_tmp_dir = "/dev/shm"  # noqa: S108
