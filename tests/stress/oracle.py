"""What must hold, said from the external records and the account in the database (schema.sql says why to believe it)."""
from __future__ import annotations

import collections
import pathlib

from record import read

MOST_TOLD = 5


def some(items) -> str:
    items = sorted(items)
    return ", ".join(map(str, items[:MOST_TOLD])) + (f" and {len(items) - MOST_TOLD} more" if len(items) > MOST_TOLD else "")


class Oracle:
    def __init__(self, session, folder: pathlib.Path):
        self.session, self.folder = session, folder
        self.looked_at = 0

    # While it runs: single steps that are wrong whatever comes later, and doubles.
    def look(self) -> list[str]:
        last = self.session.number("SELECT coalesce(max(step), 0) FROM stress.step")
        since = max(0, self.looked_at - 5000)  # steps of transactions that were open at the last look
        found = [what for what, in self.session.rows(
            "SELECT v.what FROM stress.vw_violation v WHERE v.step > %s AND v.what IS NOT NULL ORDER BY v.step LIMIT %s", (since, MOST_TOLD))]
        found += [f"payload {seq} has {count} effects, of jobs {jobs}" for seq, count, jobs in self.session.rows(
            "SELECT seq, count(*), array_agg(job_id) FROM stress.effect GROUP BY seq HAVING count(*) > 1 LIMIT %s", (MOST_TOLD,))]
        self.looked_at = last
        return found

    def lines(self, kind: str):
        for path in sorted(self.folder.glob(f"{kind}-*.record")):
            yield from read(path)

    def done(self) -> int:
        return self.session.number("SELECT count(*) FROM stress.effect")

    def left(self) -> int:
        return self.session.number("SELECT count(*) FROM llm.job")

    # At the end, when every process has ended and nothing is left in the queue.
    def judge(self) -> tuple[list[str], dict]:
        self.looked_at = 0
        violations = self.look()
        produced = self.enqueues(violations)
        worked = self.work(violations)
        self.rows(violations)
        return violations, {**produced, **worked}

    def enqueues(self, violations: list[str]) -> dict:
        acknowledged: dict[int, int] = {}
        unknown: set[int] = set()
        for sign, seq, *rest in self.lines("producer"):
            if sign == "!":
                violations.append(f"a producer: {seq} {' '.join(rest)}")
            elif sign == "i" or sign == "u":
                unknown.add(int(seq))
            else:
                acknowledged[int(seq)] = int(rest[0])
        unknown -= acknowledged.keys()
        effects = dict(self.session.rows("SELECT seq, min(job_id) FROM stress.effect GROUP BY seq"))
        if missing := acknowledged.keys() - effects.keys():
            violations.append(f"acknowledged and without an effect: payloads {some(missing)}")
        if strange := effects.keys() - acknowledged.keys() - unknown:
            violations.append(f"effects of what was never enqueued: payloads {some(strange)}")
        if other := [seq for seq, job_id in acknowledged.items() if effects.get(seq, job_id) != job_id]:
            violations.append(f"the effect is of another job than was acknowledged: payloads {some(other)}")
        twice = [seq for seq, in self.session.rows(
            "SELECT payload_seq FROM stress.step WHERE kind = 'enqueued' GROUP BY payload_seq HAVING count(*) > 1 LIMIT 100")]
        if twice:
            violations.append(f"one payload became several jobs: payloads {some(twice)}")
        return {"acknowledged": len(acknowledged), "unknown": len(unknown), "unknown with an effect": len(unknown & effects.keys())}

    def work(self, violations: list[str]) -> dict:
        count: collections.Counter[str] = collections.Counter()
        told: dict[str, set[str]] = {"c": set(), "e": set(), "r": set()}
        extensions: collections.Counter[str] = collections.Counter()
        for sign, *rest in self.lines("worker"):
            count[sign] += 1
            if sign == "!":
                violations.append(f"a worker: {' '.join(rest)}")
            elif sign == "x":
                extensions[rest[0]] += 1
            elif sign in told:
                told[sign].add(rest[0])
        claimed = {lease for lease, in self.session.rows("SELECT job_id || ':' || new_token FROM stress.step WHERE kind = 'claimed'")}
        if vanished := told["c"] - claimed:
            violations.append(f"workers were told of claims that the database does not have: leases {some(vanished)}")
        effects = {lease for lease, in self.session.rows("SELECT job_id || ':' || lease_token FROM stress.effect")}
        if undone := told["e"] - effects:
            violations.append(f"completions that were committed have no effect: leases {some(undone)}")
        if kept := told["r"] & effects:
            violations.append(f"completions that were refused have an effect: leases {some(kept)}")
        extended = dict(self.session.rows("SELECT job_id || ':' || old_token, count(*) FROM stress.step WHERE kind = 'extended' GROUP BY 1"))
        if unmade := [lease for lease, times in extensions.items() if times > extended.get(lease, 0)]:
            violations.append(f"workers were told of extensions that the database does not have: leases {some(unmade)}")
        return {"claims": len(claimed), "extensions": sum(extended.values()), "completions refused": count["r"],
                "leases reported lost": count["l"], "deadlocks": count["d"]}

    def rows(self, violations: list[str]):
        def none(query: str, what: str):
            if found := [job_id for job_id, in self.session.rows(query + " LIMIT 100")]:
                violations.append(f"{what}: jobs {some(found)}")

        none("SELECT job_id FROM llm.job", "left in the queue")
        none("SELECT job_id FROM llm.job_dead_letter", "dead letters")
        none("SELECT job_id FROM stress.effect GROUP BY job_id HAVING count(*) > 1", "several effects")
        none("SELECT h.job_id FROM llm.job_history h WHERE NOT EXISTS (SELECT FROM stress.effect e WHERE e.job_id = h.job_id)",
             "finished without an effect")
        none("SELECT e.job_id FROM stress.effect e WHERE NOT EXISTS (SELECT FROM llm.job_history h WHERE h.job_id = e.job_id)",
             "an effect without an end in the history")
        none("""SELECT e.job_id FROM stress.effect e
                 WHERE (SELECT array_agg(s.old_token) FROM stress.step s WHERE s.job_id = e.job_id AND s.kind = 'ended')
                       IS DISTINCT FROM ARRAY[e.lease_token]""", "the effect is of another lease than the one that ended the job")
        none("""SELECT h.job_id FROM llm.job_history h JOIN stress.step s USING (job_id)
                 GROUP BY h.job_id, h.finished_at, h.attempts
                HAVING h.attempts <> count(*) FILTER (WHERE s.kind = 'claimed') - count(*) FILTER (WHERE s.kind IN ('handed back', 'expired'))""",
             "attempts are not claims less those given back")

    def kinds(self) -> dict[str, int]:
        return dict(self.session.rows("SELECT kind, count(*) FROM stress.step GROUP BY kind ORDER BY kind"))
