"""Several sessions that write events, their participants and facts of overlapping pages at once."""
import json
import threading

from home import HomeCase

NAMES = 8
ROUNDS = 3


class WritingFamiliesAtOnce(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number in range(2):
            page = cls.home.write(f"page {number}.txt", f"Page {number} tells of many battles.\n")
            result = cls.home.run("ingest", page)
            assert result.status == 0, result.err
        cls.page_ids = [row[0] for row in cls.home.sql("SELECT source_page_id FROM sem.source_page ORDER BY 1")]

    @staticmethod
    def statement(page: str, order) -> str:
        """Routes events, participants and facts of the same names, in the given order, in one transaction."""
        said = {"confidence": 0.95, "grounding": "exact"}
        people = [f"Person {n}" for n in order]
        events = [{"name": f"Battle {n}", "type": "battle", "start_date": "1996-01-01", "end_date": "1996-12-31", **said} for n in order]
        parts = [{"subject": name, "subject_type": "person", "predicate": "fought in", "object": event["name"], "object_type": "battle",
                  "start_work": "The First Tide", **said} for name, event in zip(people, reversed(events))]
        facts = [{"kind": "assertion", "subject": name, "subject_type": "person", "predicate": "born", "value": "1701", **said}
                 for name in reversed(people)]
        arguments = "1, NULL, {}, NULL, {}'{}'::jsonb".format
        return ("SELECT (SELECT count(*) FROM dbo.usp_batch_insert_dimensions({})), (SELECT count(*) FROM dbo.usp_batch_insert_entity_events({})), "
                "(SELECT count(*) FROM dbo.usp_batch_insert_facts({}))".format(
                    arguments(page, "'event', ", json.dumps(events)), arguments(page, "", json.dumps(parts)), arguments(page, "", json.dumps(facts))))

    def route(self, page: str, order, failures: list) -> None:
        for _ in range(ROUNDS):
            for _ in range(5):
                result = self.home.run("sql", self.statement(page, order))
                if result.status == 0 or "deadlock" not in result.err:
                    break
            if result.status != 0:
                failures.append(result.err)
                return

    def test_sessions_with_overlapping_names_fail_in_nothing_and_make_no_row_twice(self):
        failures: list = []
        orders = [range(NAMES), range(NAMES - 1, -1, -1)]
        threads = [threading.Thread(target=self.route, args=(page, order, failures)) for page in self.page_ids for order in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], failures)
        pages = len(self.page_ids)
        self.assertEqual([[str(NAMES), str(NAMES * pages)]], self.home.sql("SELECT count(*), sum(support) FROM dbo.dim_event"))
        self.assertEqual(NAMES, self.home.number("SELECT count(*) FROM dbo.dim_entity"))
        self.assertEqual([["The First Tide", str(pages)]], self.home.sql("SELECT work_name, support FROM dbo.dim_work"))
        self.assertEqual([[str(NAMES), str(NAMES * pages)]], self.home.sql("SELECT count(*), sum(support) FROM dbo.fact_assertion"))
        # Either order pairs the same people with the same battles.
        self.assertEqual([[str(NAMES), str(NAMES * pages)]], self.home.sql("SELECT count(*), sum(support) FROM dbo.bridge_entity_event"))
        self.assertEqual(0, self.home.number(
            "SELECT count(*) FROM dbo.evidence v WHERE v.target_table = 'dbo.bridge_entity_event' "
            "AND NOT EXISTS (SELECT FROM dbo.bridge_entity_event b WHERE b.entity_event_id = v.target_id)"))
