"""What archives runs, and lets go what is kept of them for a time only."""

from server.clock import now_ms
from server.plans.archiver import DAY_MS, RunArchiver
from server.plans.logs import RunLogs
from server.plans.retention import Kept
from server.settings import Settings
from server.stores import Stores
from state.ids import TenantId
from state.stores.runs import OPEN_MS


def run_archiver_of(settings: Settings, stores: Stores, tenant: TenantId) -> RunArchiver:
    """Return the archiver; its sweep lets go logs, and the names of sessions and runs that the store let go itself."""
    logs_ms, ended_ms = settings.workflow_log_days * DAY_MS, settings.session_ttl_ms + DAY_MS
    kept = [
        Kept("workflow_logs", lambda: stores.workflow_logs.forget(now_ms() - logs_ms)),
        Kept("sessions", lambda: stores.sessions.forget(tenant, now_ms() - ended_ms)),
        Kept("runs", lambda: stores.runs.forget(tenant, now_ms() - OPEN_MS - ended_ms)),
    ]
    logs = RunLogs(stores.events, stores.workflow_logs)
    return RunArchiver(stores.runs, stores.run_archive, keep_days=settings.archive_days, logs=logs, kept=kept)
