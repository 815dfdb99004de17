"""Tables proposed for what fits none, and what a person decides on them."""
import json

from home import HomeCase


class Proposals(HomeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        page = cls.home.write("spells.txt", "Lumen is a spell of light. Umbra is one of the dark.\n")
        result = cls.home.run("ingest", page)
        assert result.status == 0, result.err

    def routed(self, *items) -> dict:
        whole = [{"confidence": 0.95, "grounding": "exact",
                  "evidence": [{"char_start": 0, "char_end": 5, "quote": "Lumen", "grounding": "exact"}], **item} for item in items]
        return json.loads(self.home.sql(
            "SELECT dbo.usp_route_unknown_items(1, NULL, max(source_page_id), NULL, $$" + json.dumps(whole) + "$$) FROM sem.source_page")[0][0])

    def proposal(self, family: str, status: str = "open") -> dict:
        listed = self.done("schema", "list", "--status", status, "--json").json()
        return next(each for each in listed if each["family"] == family)

    def test_an_approved_proposal_becomes_a_table_that_is_filled_from_then_on(self):
        self.routed({"family": "magic spell", "name": "Lumen", "fields": {"type": "light", "cost": 3}},
                    {"family": "magic spell", "name": "Umbra", "fields": {"cost": "high"}})
        proposal = self.proposal("magic_spell")
        self.assertEqual((2, 1, "dimension"), (proposal["items"], proposal["support"], proposal["kind"]))
        self.assertIn("magic_spell", self.done("schema", "list").out)
        shown = self.done("schema", "show", proposal["proposal_id"])
        for part in ("Umbra", "cost: number or string", "“Lumen”", "dbo.dim_magic_spell"):
            self.assertIn(part, shown.out)
        self.assertEqual(1, len(self.done("schema", "show", proposal["proposal_id"], "--examples", "1", "--json").json()["examples"]))
        self.refused("schema", "approve", proposal["proposal_id"], "--table", "dim_select", says=("dim_select", "reserves"))
        self.refused("schema", "approve", proposal["proposal_id"], "--table", "dim_x; DROP TABLE dbo.dim_entity", says=("DROP TABLE",))
        made = self.done("schema", "approve", proposal["proposal_id"], "--table", "dim_spell", "--reason", "they matter", "--json").json()
        self.assertEqual(("dbo.dim_spell", 2), (made["table_name"], made["moved"]))
        self.assertEqual([["Lumen", "light"], ["Umbra", "unknown"]], self.home.sql("SELECT spell_name, spell_type FROM dbo.dim_spell ORDER BY 1"))
        self.refused("schema", "approve", proposal["proposal_id"], says=("approved already",))
        self.assertEqual(1, self.routed({"family": "magic spell", "name": "Ignis"})["routed"])
        self.assertEqual(3, self.home.number("SELECT count(*) FROM dbo.dim_spell"))
        self.assertIn("they matter", self.done("schema", "show", proposal["proposal_id"]).out)

    def test_an_approved_proposal_has_typed_columns(self):
        self.routed({"family": "device", "name": "Lamp", "fields": {"power": 60, "made": "1990-02-01", "lit": True, "maker": "Orin"}},
                    {"family": "device", "name": "Fan", "fields": {"power": "45.5", "made": "1991-03-02", "lit": False, "maker": "Voss"}})
        proposal = self.proposal("device")["proposal_id"]
        self.assertIn("with the columns lit (boolean), made (date), maker (text), power (number)", self.done("schema", "show", proposal).out)
        self.refused("schema", "approve", proposal, "--column", "power", says=("--column power", "FIELD=TYPE"))
        self.refused("schema", "approve", proposal, "--column", "power=money", says=("number, date, boolean or text",))
        self.done("schema", "approve", proposal)
        self.assertEqual([["Fan", "45.5", "1991-03-02", "f"], ["Lamp", "60", "1990-02-01", "t"]],
                         self.home.sql("SELECT device_name, power, made, lit FROM dbo.dim_device ORDER BY 1"))

    def test_a_rejected_proposal_is_not_raised_again(self):
        self.routed({"family": "potion", "name": "Draught"})
        proposal = self.proposal("potion")
        self.assertIn("potion is rejected", self.done("schema", "reject", proposal["proposal_id"], "--reason", "not ours").out)
        self.assertEqual(1, self.routed({"family": "Potion", "name": "Brew"})["rejected"])
        self.assertNotIn("potion", [each["family"] for each in self.done("schema", "list", "--json").json()])
        self.assertEqual("not ours", self.proposal("potion", "rejected")["reason"])
        self.refused("schema", "reject", proposal["proposal_id"], says=("rejected already",))

    def test_what_is_no_proposal_is_refused(self):
        self.refused("schema", "show", "999999", says=("999999", "schema list"))
        self.refused("schema", "approve", "999999", says=("999999",))
        self.assertDone(self.home.run("schema", "list", "--status", "maybe"), 2)
        self.assertDone(self.home.run("schema"), 2)
