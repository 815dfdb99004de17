"""What a client of the stress test takes for passing: the server went away, or another transaction was in the way."""
from __future__ import annotations

import psycopg2
from psycopg2 import errorcodes

LEASE_LOST = "AL001"


def is_conflict(error: psycopg2.Error) -> bool:
    return error.pgcode in (errorcodes.DEADLOCK_DETECTED, errorcodes.SERIALIZATION_FAILURE)


def is_gone(error: psycopg2.Error) -> bool:
    """The connection is of no use any more; psycopg2 reports that in several classes, without a SQLSTATE or with one of
    connection exceptions, operator intervention or resources."""
    return isinstance(error, psycopg2.InterfaceError) or error.pgcode is None or error.pgcode[:2] in ("08", "57", "53")


def said(error: psycopg2.Error) -> str:
    return f"{error.pgcode} {' '.join(str(error).split())}"
