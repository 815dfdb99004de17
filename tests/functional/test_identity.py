"""Saying that entities are one, and taking it back."""
from endpoint import EndpointCase
from home import pages


class MergingEntities(EndpointCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.home.run("run", *pages())
        assert result.status == 0, result.err

    def knowledge(self) -> list:
        return [self.home.sql(f"SELECT to_jsonb(t)::text FROM dbo.{table} t ORDER BY 1") for table in (
            "dim_entity", "entity_mention", "evidence", "bridge_entity_relation", "fact_entity_extraction",
            "entity_dedupe_candidate")]

    def unique_names(self, count: int) -> list:
        """Names of the entities with the most relations, each borne by one entity only."""
        return [row[0] for row in self.home.sql(
            "SELECT min(e.entity_name) FROM dbo.dim_entity e JOIN dbo.bridge_entity_relation r ON e.entity_id IN (r.from_entity_id, r.to_entity_id) "
            "WHERE NOT EXISTS (SELECT FROM dbo.dim_entity o WHERE o.name_id = e.name_id AND o.entity_id <> e.entity_id) "
            f"GROUP BY e.entity_id ORDER BY count(*) DESC, e.entity_id LIMIT {count}")]

    def test_a_merge_shows_the_master_under_every_name_and_can_be_taken_back_exactly(self):
        before = self.knowledge()
        master, second, third = self.unique_names(3)
        merged = self.done("merge", master, second, third, "--reason", "for the test", "--json").json()
        self.assertEqual(2, len(merged["duplicate_ids"]))
        shown = self.done("show", second, "--json").json()["matches"]
        self.assertEqual([master], [match["name"] for match in shown])
        self.assertLessEqual({second, third}, set(shown[0]["aliases"]))
        self.refused("merge", second, third, says=("already",))
        self.home.run("run", *pages())  # the same again: asks nothing, and raises no duplicate
        self.assertEqual(master, self.done("show", third, "--json").json()["matches"][0]["name"])
        self.done("unmerge", merged["merge_id"])
        self.assertEqual(before, self.knowledge())
        self.assertEqual(second, self.done("show", second, "--json").json()["matches"][0]["name"])
        self.refused("unmerge", merged["merge_id"], says=("taken back already",))

    def test_names_and_ids_that_mean_nothing_or_too_much_are_refused(self):
        name = self.unique_names(1)[0]
        self.refused("merge", name, name, says=("itself",))
        self.refused("merge", name, "Nobody Of That Name", says=("Nobody Of That Name",))
        self.refused("merge", name, "999999999", says=("999999999",))
        self.refused("unmerge", "999999999", says=("no merge 999999999",))
        ids = [row[0] for row in self.home.sql(
            "SELECT i.entity_id FROM (SELECT min(source_page_id) AS page FROM sem.source_page) p, "
            "dbo.usp_batch_insert_entities(1, NULL, p.page, NULL, '[{\"name\": \"Plum\", \"type\": \"ship\", \"confidence\": 1, "
            "\"grounding\": \"exact\"}, {\"name\": \"Plum\", \"type\": \"place\", \"confidence\": 1, \"grounding\": \"exact\"}]') i")]
        self.refused("merge", name, "plum", says=("Plum", *ids))
        self.done("unmerge", self.done("merge", name, ids[0], "--json").json()["merge_id"])

    def test_an_audit_finds_explains_and_keeps_pairs_that_may_be_one(self):
        item = '{{"name": "{}", "type": "person", "confidence": 1, "grounding": "exact"}}'.format
        names = ("Orsolya Vantongeren", "Orsolya Vantongerem", "Quillon IV", "Quillon V")
        self.home.sql("SELECT i.entity_id FROM (SELECT min(source_page_id) AS page FROM sem.source_page) p, "
                      f"dbo.usp_batch_insert_entities(1, NULL, p.page, NULL, '[{', '.join(map(item, names))}]') i")

        def named(audit) -> list:
            return [{pair["first"]["name"], pair["second"]["name"]} for pair in audit["pairs"]]
        tried = self.done("dedupe", "audit", "--dry-run", "--json").json()
        self.assertIn(set(names[:2]), named(tried))
        self.assertNotIn(set(names[2:]), named(tried))
        kept = "SELECT count(*) FROM dbo.entity_dedupe_candidate WHERE reason = 'similar'"
        self.assertEqual(0, self.home.number(kept))
        audit = self.done("dedupe", "audit", "--json").json()
        self.assertEqual(tried["pairs"], audit["pairs"])
        self.assertEqual(len(audit["pairs"]), audit["noted"])
        self.assertEqual(len(audit["pairs"]), self.home.number(kept))
        pair = audit["pairs"][named(audit).index(set(names[:2]))]
        self.assertIn("vantongerem ~ vantongeren", [evidence["detail"] for evidence in pair["explanation"]])
        self.assertEqual(0, self.done("dedupe", "audit", "--json").json()["noted"])
        shown = self.done("dedupe", "audit", "--limit", "1").out
        self.assertIn("1 pairs that may be one", shown)
        if not audit["has_job_type"]:
            self.assertIn("no job type entity_dedupe", shown)
