"""Broken variants of the queue's procedures, which the stress test must catch. Each is made from the procedures as they
are in the database by leaving something out, so it follows their changes; one that no longer finds what to leave out is an
error, not a pass."""
from __future__ import annotations

import re

# Variant: what it is, the functions concerned, what is replaced in them.
VARIANTS = {
    "completion-token": (
        "completion does not check the lease token",
        r"usp_complete_jobs$",
        [(r"AND d\.lease_token = e\.lease_token", "")],
    ),
    "extension-token": (
        "the heartbeat does not check the lease token",
        r"usp_extend_leases$",
        [(r"USING \(job_id, lease_token\)", "USING (job_id)")],
    ),
    "claim-lock": (
        "a claim does not lock what it chooses",
        r"(usp|fn)_claim",
        [(r"FOR (NO KEY )?UPDATE( OF \w+)? SKIP LOCKED", "")],
    ),
    "early-release": (
        "leases are released before they end",
        r"usp_release_expired_leases$",
        [(r"j\.lease_until < v_now", "j.lease_until < v_now + interval '1 second'")],
    ),
    "counted-hand-back": (
        "a job that is handed back has lost its attempt",
        r"usp_hand_back_jobs?$",
        [(r"attempts = j\.attempts - 1", "attempts = j.attempts")],
    ),
    "enqueue-key": (
        "a repeated dedupe key makes another job",
        r"usp_enqueue_(jobs|many)$",
        [(r"IN \(SELECT k\.job_id FROM taken k\)", "IS NOT NULL")],
    ),
}


def apply(session, name: str) -> str:
    """Puts the variant into the database; returns what it is."""
    what, functions, replacements = VARIANTS[name]
    changed = 0
    for definition, in session.rows(
            "SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.pronamespace = 'llm'::regnamespace AND p.proname ~ %s",
            (functions,)):
        broken = definition
        for pattern, instead in replacements:
            broken = re.sub(pattern, lambda _: instead, broken)
        if broken != definition:
            session.rows(broken)
            changed += 1
    if not changed:
        raise RuntimeError(f"variant {name}: nothing to leave out was found in the procedures; "
                           "correct its pattern in tests/stress/broken.py")
    return what
