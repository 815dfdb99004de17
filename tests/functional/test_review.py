"""Reviewing from the command line, on a database that recorded answers filled; many reviewers at once."""
import random
import subprocess

from home import HomeCase, pages
from test_recorded import RECORDED

REVIEWERS = 50
DECISIONS_EACH = 20


class Reviewing(HomeCase):
    # Below the confidence that the default model's exact answers get, so that much waits.
    GOVERNANCE = {"governance": {"auto_promote_threshold": 0.99, "manual_review_threshold": 0.5}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home.settings = cls.GOVERNANCE
        result = cls.home.run("run", *pages(), "--model", f"recorded:{RECORDED}")
        assert result.status in (0, 3), result.err

    def setUp(self):
        super().setUp()
        self.home.settings = self.GOVERNANCE

    def waiting(self, kind: str, count: int) -> list:
        items = self.done("review", "list", "--type", kind, "--limit", 500, "--json").json()["items"]
        self.assertGreaterEqual(len(items), count)
        return [f"{kind}:{item['item_id']}" for item in items[:count]]

    def state(self, item: str) -> str:
        return self.done("review", "show", item, "--json").json()["state"]

    def test_what_waits_is_listed_with_its_reason_and_quote(self):
        listed = self.done("review", "list", "--limit", 5)
        self.assertIn("low confidence · “", listed.out)
        self.assertRegex(listed.out, r"5 of \d+ that wait\. More: --after ")
        first = self.done("review", "list", "--limit", 5, "--json").json()
        second = self.done("review", "list", "--limit", 5, "--after", first["next"], "--json").json()
        named = [(item["item_type"], item["item_id"]) for part in (first, second) for item in part["items"]]
        self.assertEqual(10, len(set(named)))
        confidences = [item["confidence"] for part in (first, second) for item in part["items"]]
        self.assertEqual(sorted(confidences), confidences)

    def test_decisions_show_and_are_taken_back(self):
        entity = self.waiting("entity", 1)[0]
        before = self.done("review", "show", entity, "--json").json()
        self.assertTrue(before["evidence"])
        decided = self.done("review", "override", entity, "--set", "name=Quite Another", "--set", "type=star", "--reason", "it is one",
                            "--actor", "anna", "--json").json()["decisions"][0]
        self.assertEqual("adjudicated", decided["new_state"])
        shown = self.done("review", "show", entity)
        for part in ("Quite Another (star)", "adjudicated", "override by anna", "it is one"):
            self.assertIn(part, shown.out)
        self.done("run", *pages(), "--model", f"recorded:{RECORDED}")
        self.assertIn("Quite Another (star)", self.done("review", "show", entity).out, "a later run changed what a person decided")
        refused = self.home.run("review", "reject", entity, "--actor", "bob")
        self.assertDone(refused, 1)
        self.assertSays(refused, entity, "anna", "audit")
        self.done("review", "undo", decided["audit_id"], "--reason", "not so")
        after = self.done("review", "show", entity, "--json").json()
        earlier = before.pop("history")
        self.assertEqual(["override", "undo"], [decision["decision"] for decision in after.pop("history")[len(earlier):]])
        for item in (before, after):
            item["row"].pop("updated_at")
        self.assertEqual(before, after)

    def test_many_are_decided_at_once_and_one_that_cannot_be_is_named(self):
        first, second = self.waiting("relation", 2)
        result = self.done("review", "reject", first, second, "relation:999999999", "--reason", "no", status=3)
        self.assertIn("relation:999999999: ", result.err)
        self.assertEqual(["rejected", "rejected"], [self.state(first), self.state(second)])
        self.assertEqual("well", self.home.sql('SELECT severity FROM llm.fn_health(NULL) WHERE "check" = \'audit\'')[0][0])

    def test_what_cannot_be_meant_is_refused_in_a_sentence(self):
        item = self.waiting("relation", 1)[0]
        for arguments, parts in (
                (("approve", "relation"), ("entity:12",)),
                (("approve", "planet:1"), ("planet", "relation")),
                (("override", item, "--set", "colour=blue"), ("colour", "type")),
                (("override", item, "--set", "type"), ("type=person",)),
                (("override", item, "--set", "start_date=soon"), ("soon",)),
                (("undo", "999999999"), ("999999999",)),
                (("calibration", "--precision", "1"), ("precision",)),
                (("list", "--after", "nonsense"), ("next",)),
                (("reapply", "--type", "planet"), ("planet",))):
            refused = self.home.run("review", *arguments)
            self.assertDone(refused, 2)
            self.assertSays(refused, *parts)

    def test_calibration_tells_how_often_each_confidence_was_right(self):
        before = self.done("review", "calibration", "--type", "entity", "--json").json()
        right, wrong = self.waiting("entity", 5)[:4], self.waiting("entity", 5)[4]
        approved = self.done("review", "approve", *right, "--reason", "so it says", "--json").json()["decisions"]
        rejected = self.done("review", "reject", wrong, "--reason", "no such thing", "--json").json()["decisions"]
        after = self.done("review", "calibration", "--type", "entity", "--precision", "0.6", "--json").json()
        self.assertEqual((before["decisions"] + 5, before["right"] + 4), (after["decisions"], after["right"]))
        self.assertEqual((after["decisions"], after["right"]), tuple(sum(band[key] for band in after["bands"]) for key in ("decisions", "right")))
        for band in after["bands"]:
            self.assertAlmostEqual(band["right"] / band["decisions"], band["share"], places=3)
            self.assertTrue(0 <= band["low"] <= band["share"] <= band["high"] <= 1, band)
        said = self.done("review", "calibration", "--type", "entity", "--precision", "0.6").out
        self.assertIn(f"{after['decisions']} decisions, {after['right']} of them found the item right", said)
        self.assertRegex(said, "For a precision of 60 %: auto_promote_threshold 0|Too few decisions to promise a precision of 60 %")
        for one in approved + rejected:
            self.done("review", "undo", one["audit_id"])
        self.assertEqual(before, self.done("review", "calibration", "--type", "entity", "--json").json())

    def test_thresholds_are_applied_to_what_is_stored(self):
        waiting = self.done("review", "list", "--json").json()["waiting"]
        self.home.settings = {"governance": {"auto_promote_threshold": 0.9, "types": {"relation": {"auto_promote_threshold": 0.99}}}}
        dry = self.done("review", "reapply", "--dry-run", "--json").json()["moved"]
        self.assertGreater(dry["entity"]["candidate>promoted"], 0)
        self.assertNotIn("candidate>promoted", dry.get("relation", {}))
        self.assertEqual(waiting, self.done("review", "list", "--json").json()["waiting"])
        self.assertEqual(dry, self.done("review", "reapply", "--json").json()["moved"])
        self.assertLess(self.done("review", "list", "--json").json()["waiting"], waiting)
        self.assertEqual({}, self.done("review", "reapply", "--json").json()["moved"])
        self.home.settings = self.GOVERNANCE
        self.done("review", "reapply")
        self.assertEqual(waiting, self.done("review", "list", "--json").json()["waiting"])
        self.home.settings = {"governance": {"types": {"relations": {"auto_promote_threshold": 0.99}}}}
        refused = self.home.run("review", "reapply")
        self.assertDone(refused, 2)
        self.assertSays(refused, "relations", "relation,")

    def test_roles_are_made_once(self):
        self.assertEqual({"almagest_reader", "almagest_reviewer"}, {role["role"] for role in self.done("db", "roles", "--json").json()["roles"]})
        self.assertEqual([False, False], [role["is_new"] for role in self.done("db", "roles", "--json").json()["roles"]])


class ManyReviewers(HomeCase):
    """Fifty deciding at random, often about the same: what was acknowledged is one row of the audit, and nothing else is there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.home.settings = Reviewing.GOVERNANCE
        result = cls.home.run("run", *pages(), "--model", f"recorded:{RECORDED}")
        assert result.status in (0, 3), result.err

    def test_lose_and_double_nothing(self):
        conninfo = self.home.run("db", "status", "--json").json()["conninfo"]
        items = self.home.sql("SELECT item_type, item_id FROM dbo.vw_item WHERE promotion_state = 'candidate'")
        self.assertGreater(len(items), 30)
        chance = random.Random(7)
        reviewers = []
        for number in range(REVIEWERS):
            script = "\\set VERBOSITY sqlstate\n"
            for _ in range(DECISIONS_EACH):
                kind, item = chance.choice(items)
                decision = chance.choice(("approve", "reject"))
                script += (f"SELECT a ->> 'audit_id' || coalesce(translate((jsonb_path_query_array(a, '$.with_it[*].audit_id'))::text, '[] ', ',') , '') "
                           f"FROM dbo.usp_adjudicate(1, '{kind}', {item}, '{decision}', NULL, 'by chance', 'reviewer {number}') a;\n")
            process = subprocess.Popen(["psql", "-X", "-q", "-A", "-t", "-d", conninfo], text=True, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            reviewers.append((process, script))
        for process, script in reviewers:  # all are connected; now each gets its work
            process.stdin.write(script)
            process.stdin.close()
        acknowledged, decided, refused = [], 0, 0
        for process, _ in reviewers:
            for line in process.stdout.read().splitlines():
                if line[:1].isdigit():
                    decided += 1
                    acknowledged += [audit for audit in line.split(",") if audit]  # what went with it too
                else:
                    self.assertEqual("ERROR:  AL021", line.split("psql:")[-1][-13:])
                    refused += 1
            process.stdout.close()
            self.assertEqual(0, process.wait())
        self.assertEqual(REVIEWERS * DECISIONS_EACH, decided + refused)
        self.assertGreater(refused, 0)
        self.assertEqual(sorted(acknowledged), sorted(row[0] for row in self.home.sql("SELECT audit_id FROM dbo.audit_entity_adjudication")))
        self.assertEqual([], self.home.sql("SELECT * FROM dbo.fn_check_adjudication_chain(1)"))
        self.assertEqual([["0"]], self.home.sql(
            "SELECT count(*) FROM dbo.audit_entity_adjudication a JOIN dbo.vw_item i USING (tenant_id, item_type, item_id) WHERE a.new_state <> i.promotion_state"))
        self.assertEqual(len(acknowledged), self.home.number("SELECT count(DISTINCT (item_type, item_id)) FROM dbo.audit_entity_adjudication"))
