"""Tags, and names of types and relations that mean the same, on a person's word."""
import json

from home import HomeCase

TEXT = "The Guild owns the Heron. The Gull is owned by Orin."


class Words(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        result = cls.home.run("ingest", cls.home.write("ships.txt", TEXT + "\n"))
        assert result.status == 0, result.err
        said = [{"subject": subject, "predicate": predicate, "object": other, "confidence": 0.95, "grounding": "exact",
                 "evidence": [{"char_start": 0, "char_end": 25, "quote": TEXT[:25], "grounding": "exact"}]}
                for subject, predicate, other in (("Guild", "owner of", "Heron"), ("Gull", "owned by", "Orin"))]
        cls.home.sql("SELECT r.is_new FROM (SELECT max(source_page_id) AS p FROM sem.source_page) s, "
                     f"dbo.usp_batch_insert_entity_relations(1, NULL, p, NULL, $${json.dumps(said)}$$) r")

    def test_tags_are_given_to_pages_and_entities_and_shown(self):
        self.assertIn("2 more", self.done("tags", "add", "Ships", "--entity", "heron", "--page", "ships.txt").out)
        self.assertEqual(0, self.done("tags", "add", "ships", "--entity", "Heron", "--json").json()["tagged"])
        self.assertIn("tags: Ships", self.done("show", "Heron").out)
        tag = next(tag for tag in self.done("tags", "list", "--json").json() if tag["tag_name"] == "Ships")
        self.assertEqual((1, 1), (tag["pages"], tag["entities"]))

    def test_tags_are_related_but_not_in_a_circle(self):
        self.assertIn("“Naval war” is under “War”", self.done("tags", "relate", "Naval war", "broader", "War").out)
        self.assertIn("broader War", self.done("tags", "list").out)
        self.refused("tags", "relate", "War", "broader", "naval war", says=("War", "circle"))
        self.refused("tags", "relate", "War", "near", "Naval war", says=("near",))
        self.assertIn("no longer", self.done("tags", "relate", "Naval war", "broader", "War", "--undo").out)
        self.refused("tags", "relate", "Naval war", "broader", "War", "--undo", says=("tags list",))

    def test_a_tag_without_a_name_or_for_nothing_is_refused(self):
        self.refused("tags", "add", "Ships", says=("--entity",))
        self.refused("tags", "add", " ", "--entity", "Heron", says=("name",))
        self.refused("tags", "add", "Ships", "--entity", "Nobody", says=("Nobody",))
        self.refused("tags", "add", "Ships", "--page", "nowhere.txt", says=("nowhere.txt",))
        self.refused("tags", "add", "Ships", "--chunk", "999999", says=("chunk 999999",))

    def test_relation_names_that_are_the_reverse_are_seen_together(self):
        self.assertIn("Gull owned by Orin", self.done("show", "Gull", "--quotes", "0").out)
        self.done("terms", "relate", "Owned by", "reversed", "owner_of")
        self.assertIn("Orin owner of Gull", self.done("show", "Gull", "--quotes", "0").out)
        self.assertEqual([["Guild", "Heron"], ["Orin", "Gull"]], self.home.sql(
            "SELECT f.entity_name, t.entity_name FROM dbo.vw_entity_relation r JOIN dbo.dim_entity f ON f.entity_id = r.from_entity_id "
            "JOIN dbo.dim_entity t ON t.entity_id = r.to_entity_id WHERE r.relation_type = 'owner_of' ORDER BY 1"))
        self.assertIn("owned_by", self.done("terms", "list").out)
        self.refused("terms", "relate", "owner_of", "synonym", "owned_by", says=("owner_of would stand for itself",))
        self.refused("terms", "relate", "ship", "reversed", "vessel", "--types", says=("reversed",))
        self.done("terms", "part", "owned_by")
        self.refused("terms", "part", "owned_by", says=("terms list",))
        self.assertIn("Gull owned by Orin", self.done("show", "Gull", "--quotes", "0").out)
