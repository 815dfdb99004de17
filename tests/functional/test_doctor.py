"""`almagest doctor`: what is unhealthy, what to do about it, and the exit code that tells a script."""
import time

from home import HomeCase, PAGES


class Doctor(HomeCase):
    def setUp(self):
        super().setUp()
        if not self.home.home.exists():
            page = self.home.write("page.md", (PAGES / "eras.md").read_text(encoding="utf-8"))
            self.assertDone(self.home.run("ingest", page))
            self.home.sql("DELETE FROM llm.job")

    def findings(self, status: int) -> dict[str, dict]:
        result = self.home.run("doctor", "--json")
        self.assertDone(result, status)
        document = result.json()
        self.assertEqual(status == 0, document["healthy"])
        return {finding["check"]: finding for finding in document["findings"]}

    def assertNames(self, finding: dict, severity: str, *words: str):
        self.assertEqual(severity, finding["severity"], finding)
        for word in words:
            self.assertIn(word, finding["message"] + " → " + finding["remedy"])
        self.assertTrue(finding["remedy"], finding)
        self.assertNotIn("\n", finding["message"] + finding["remedy"])

    def test_a_healthy_home_is_well(self):
        found = self.findings(0)
        self.assertEqual({"well"}, {finding["severity"] for finding in found.values()}, found)
        for check in ("disk", "data disk", "contracts", "database", "queue", "dead letters", "leases", "pauses",
                      "endpoint", "transactions", "prepared", "slots", "dead rows", "history", "registration"):
            self.assertIn(check, found)
        self.assertGreater(found["data disk"]["figure"]["free_megabytes"], 0)

    def test_late_jobs_and_dead_letters_are_unwell(self):
        self.home.sql("SELECT ingest.usp_begin_reading(source_page_id) FROM sem.source_page")
        self.home.sql("SELECT llm.usp_enqueue_job(1, 'CHUNK_SOURCE', NULL, source_page_id, NULL, NULL, 'late', NULL, NULL) FROM sem.source_page")
        self.home.sql("UPDATE llm.job SET enqueued_at = now() - interval '30 days', due_at = now() - interval '20 days'")
        found = self.findings(1)
        self.assertNames(found["queue"], "unwell", "past its deadline", "almagest work")
        self.home.sql("SELECT llm.usp_bury_jobs(array_agg(job_id), array_agg('{\"reason\": \"it broke\"}'::jsonb)) FROM llm.job")
        found = self.findings(1)
        self.assertNames(found["dead letters"], "unwell", "it broke", "almagest jobs retry --dead")
        text = self.home.run("doctor")
        self.assertDone(text, 1)
        self.assertIn("UNWELL dead letters", text.out)
        self.assertIn("→ see them with almagest jobs list --status DEADLETTER", text.out)
        self.home.sql("DELETE FROM llm.job_dead_letter")
        self.findings(0)

    def test_a_pause_is_noticed_and_no_illness(self):
        self.home.sql("UPDATE llm.tenant SET paused_at = now(), paused_reason = 'too dear' WHERE name = 'default'")
        found = self.findings(0)
        self.assertNames(found["pauses"], "notice", "tenant default", "too dear", "almagest queue resume")
        self.home.sql("UPDATE llm.tenant SET paused_at = NULL")

    def test_a_contract_that_changed_is_unwell_until_it_is_registered(self):
        self.home.sql("UPDATE llm.job_type SET sha256 = 'of before' WHERE job_type = 'entity_extraction'")
        found = self.findings(1)
        self.assertNames(found["registration"], "unwell", "entity_extraction", "almagest contracts sync")
        self.assertDone(self.home.run("contracts", "sync"))
        self.findings(0)

    def test_a_decision_that_was_changed_afterwards_is_unwell(self):
        self.home.sql("INSERT INTO dbo.name (tenant_id, name_key) VALUES (1, 'orla'); "
                      "INSERT INTO dbo.dim_entity (tenant_id, name_id, entity_name, name_key, entity_type, type_key, confidence, support, promotion_state) "
                      "SELECT 1, name_id, 'Orla', name_key, 'person', 'person', 0.8, 1, 'candidate' FROM dbo.name WHERE name_key = 'orla'")
        entity = self.home.number("SELECT entity_id FROM dbo.dim_entity WHERE entity_name = 'Orla'")
        self.assertDone(self.home.run("review", "approve", f"entity:{entity}", "--reason", "it says so"))
        self.assertEqual("well", self.findings(0)["audit"]["severity"])
        refused = self.home.run("sql", "UPDATE dbo.audit_entity_adjudication SET reason = 'forged'")
        self.assertNotEqual(0, refused.status, "the audit can be changed")
        forge = "ALTER TABLE dbo.audit_entity_adjudication DISABLE TRIGGER USER; UPDATE dbo.audit_entity_adjudication SET reason = '{}'; ALTER TABLE dbo.audit_entity_adjudication ENABLE TRIGGER USER"
        self.home.sql(forge.format("forged"))
        self.assertNames(self.findings(1)["audit"], "unwell", "audit")
        self.home.sql(forge.format("it says so"))
        self.findings(0)

    def test_a_transaction_open_for_longer_than_the_configuration_says_is_unwell(self):
        holder = self.home.start("sql", "BEGIN; SELECT txid_current(); SELECT pg_sleep(120)")
        held = "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'txid_current' AND pid <> pg_backend_pid() AND clock_timestamp() - xact_start > interval '1.1 s'"
        deadline = time.monotonic() + 60
        while self.home.number(held) == 0:
            self.assertLess(time.monotonic(), deadline, "the transaction never opened")
        self.findings(0)
        self.home.settings = {"doctor": {"long_transaction_seconds": 1}}
        found = self.findings(1)
        self.assertNames(found["transactions"], "unwell", "vacuum is held back", "pg_terminate_backend(")
        self.home.sql(found["transactions"]["remedy"].partition("almagest sql ")[2].strip('"'))
        self.home.finish(holder)
        self.findings(0)

    def test_a_full_disk_is_unwell(self):
        self.home.settings = {"cluster": {"minimum_free_megabytes": 1 << 40}}
        found = self.findings(1)
        self.assertNames(found["disk"], "unwell", "free", "ALMAGEST_HOME")
        self.assertNames(found["data disk"], "unwell", "free", "larger disk")
