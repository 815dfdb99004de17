"""`almagest serve`: who is let in, what is refused, and that decisions are the same through the JSON interface."""
import os
import random
import re
import signal
import socket
import subprocess
import threading
import urllib.parse

from exposition import read, total
from served import ADA, BOB, ServedCase

PAGES = ("/", "/review/queue", "/review/1", "/entity/1", "/dashboard", "/merges", "/proposals")
FILES = ("/assets/app.js", "/assets/app.css", "/assets/icon.svg", "/api/openapi.json", "/metrics")
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Frame-Options": "DENY"}


class ServedPages(ServedCase):
    maxDiff = None

    def described(self):
        """(method, path with ids filled in) of everything that the description has."""
        for path, methods in self.get("/api/openapi.json")["paths"].items():
            for method in methods:
                yield method.upper(), path.replace("{run_id}", "00000000-0000-0000-0000-000000000000"), path

    def waiting(self, count: int = 1, kind: str = "relation") -> list:
        """Items that wait, as (page, item)."""
        found = []
        for row in self.get("/api/v1/review/queue?limit=200")["pages"]:
            page = self.get(f"/api/v1/review/{row['source_page_id']}")
            found += [(row["source_page_id"], item) for item in page["items"] if item["reason"] and item["item_type"] == kind]
            if len(found) >= count:
                return found[:count]
        raise AssertionError(f"only {len(found)} of {kind} wait")

    def decide(self, decision: str, *items, status: int = 200, token: str = ADA, **more):
        return self.post("/api/v1/adjudicate", {"decision": decision, **more, "items": [
            {"item_type": item["item_type"], "item_id": item["item_id"], "expected_state": item["state"]} for item in items]}, status, token=token)

    def state_of(self, item) -> str:
        return self.home.sql(f"SELECT promotion_state FROM dbo.bridge_entity_relation WHERE relation_id = {item['item_id']}")[0][0]

    # Who is let in

    def test_every_address_needs_a_token(self):
        for wrong in (None, "", "ada-token-0123456789abcdee", ADA + "x", ADA[:-1]):
            for method, path, _ in self.described():
                path = re.sub(r"\{\w+\}", "1", path)
                self.assertEqual(401, self.ask(method, path, token=wrong, body={} if method == "POST" else None).status, (method, path, wrong))
            for path in PAGES + FILES:
                self.assertEqual(401, self.ask("GET", path, token=wrong).status, (path, wrong))
        page = self.ask("GET", "/review/queue", token=None)
        self.assertIn(b"paste your token", page.body)
        self.assertEqual(401, self.ask("GET", "/review/queue", token=None, headers={"Cookie": "almagest_1=x; almagest=" + ADA}).status)

    def test_every_page_and_file_is_served_with_its_type_and_strict_headers(self):
        for path in PAGES[1:] + FILES + ("/sign-in", "/nothing", "/api/v1/nothing"):
            answer = self.ask("GET", path)
            self.assertEqual(404 if "nothing" in path else 200, answer.status, path)
            for name, value in HEADERS.items():
                self.assertEqual(value, answer.headers[name], (path, name))
            policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
            self.assertEqual("'none'", policy["default-src"])
            self.assertEqual("'self'", policy["script-src"])
            self.assertEqual("'self'", policy["style-src"])
            self.assertEqual("'none'", policy["frame-ancestors"])
            self.assertNotIn("Server", answer.headers)
            packed = self.ask("GET", path, headers={"Accept-Encoding": "br, gzip, deflate"})
            self.assertEqual((None, len(packed.body)), (packed.headers["Content-Encoding"], int(packed.headers["Content-Length"])), path)
        for path, kind in (("/review/queue", "text/html"), ("/assets/app.js", "text/javascript"), ("/assets/app.css", "text/css"),
                           ("/assets/icon.svg", "image/svg+xml"), ("/api/v1/dashboard", "application/json"), ("/metrics", "text/plain")):
            self.assertIn(kind, self.ask("GET", path).headers["Content-Type"])
        for path in ("/review/queue", "/sign-in"):
            markup = self.ask("GET", path).body.decode()
            self.assertNotRegex(markup, r"<style|\bstyle=|\son\w+=|<script(?![^>]*\ssrc=\"/assets/)", path)
            self.assertNotRegex(markup, r"https?://")

    def test_nothing_asks_the_network_for_anything(self):
        for name in re.findall(rb'"/assets/([\w.-]+)"', self.ask("GET", "/review/queue").body) + [b"page.js", b"queue.js", b"entity.js"]:
            text = self.ask("GET", f"/assets/{name.decode()}").body.decode()
            addresses = set(re.findall(r"https?://[\w.]+", text)) - {"http://www.w3.org"}
            self.assertEqual(set(), addresses, name)
            for rough in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
                self.assertNotIn(rough, text, name)

    def test_the_link_is_exchanged_for_a_cookie_and_leaves_the_address(self):
        self.assertIn(ADA, self.link)
        answer = self.ask("GET", f"/open?token={ADA}", token=None)
        self.assertEqual((303, "/review/queue"), (answer.status, answer.headers["Location"]))
        cookie = answer.headers["Set-Cookie"]
        for attribute in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(attribute, cookie)
        self.assertNotIn(ADA, cookie)
        session = self.get("/api/v1/session", token=None, headers={"Cookie": self.cookie_of(ADA)})
        self.assertEqual(("Ada Byron", "reviewer"), (session["name"], session["role"]))
        for wrong in ("nobody", "", ADA.upper()):
            refused = self.ask("GET", f"/open?token={wrong}", token=None)
            self.assertEqual((401, None), (refused.status, refused.headers["Set-Cookie"]))
        form = self.ask("POST", "/sign-in", token=None, body=f"token={BOB}".encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(303, form.status)
        self.assertEqual("Bob", self.get("/api/v1/session", token=None, headers={"Cookie": form.headers["Set-Cookie"].split(";")[0]})["name"])

    def test_a_forged_or_expired_cookie_opens_nothing(self):
        name, _, value = self.cookie_of(ADA).partition("=")
        until, _, signature = value.partition(".")
        for forged in (f"{int(until) + 1}.{signature}", f"{until}.{signature[::-1]}", until, f".{signature}", f"{until}.", f"0.{signature}", f"{until}.{ADA}"):
            self.assertEqual(401, self.ask("GET", "/api/v1/session", token=None, headers={"Cookie": f"{name}={forged}"}).status, forged)

    def test_a_post_with_a_cookie_needs_the_token_against_forgery(self):
        cookie = {"Cookie": self.cookie_of(ADA)}
        csrf = self.get("/api/v1/session", token=None, headers=cookie)["csrf"]
        _, item = self.waiting()[0]
        body = {"decision": "approve", "items": [{"item_type": item["item_type"], "item_id": item["item_id"]}]}
        bobs = self.get("/api/v1/session", token=None, headers={"Cookie": self.cookie_of(BOB)})["csrf"]
        for wrong in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": csrf[:-1]}, {"X-CSRF-Token": bobs}):
            self.assertEqual(403, self.ask("POST", "/api/v1/adjudicate", token=None, body=body, headers={**cookie, **wrong}).status, wrong)
        for wrong in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
            self.assertEqual(403, self.ask("POST", "/api/v1/adjudicate", token=None, body=body, headers={**cookie, "X-CSRF-Token": csrf, **wrong}).status, wrong)
        self.assertEqual("candidate", self.state_of(item))
        right = self.ask("POST", "/api/v1/adjudicate", token=None, body=body, headers={**cookie, "X-CSRF-Token": csrf, "Origin": self.url, "Sec-Fetch-Site": "same-origin"})
        self.assertEqual(200, right.status, right)
        self.assertEqual("adjudicated", self.state_of(item))

    def test_a_name_that_was_made_to_point_here_is_refused(self):
        port = self.url.rsplit(":", 1)[1]
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1.evil.example:{port}", f"localhost.evil:{port}", ""):
            self.assertEqual(421, self.ask("GET", "/review/queue", headers={"Host": host}).status, host)
        for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"):
            self.assertEqual(200, self.ask("GET", "/review/queue", headers={"Host": host}).status, host)

    def test_a_reader_looks_and_changes_nothing(self):
        _, item = self.waiting()[0]
        for _, path, _ in self.described():
            if "{" not in path and path != "/api/v1/entities" and self.ask("GET", path).status == 200:
                self.assertEqual(200, self.ask("GET", path, token=BOB).status, path)
        audits = self.home.number("SELECT count(*) FROM dbo.audit_entity_adjudication")
        for method, path, _ in self.described():
            if method == "POST":
                answer = self.ask("POST", re.sub(r"\{\w+\}", "1", path), token=BOB, body={})
                self.assertEqual(403, answer.status, path)
                self.assertIn("reader", answer.json()["error"])
        self.decide("approve", item, status=403, token=BOB)
        self.assertEqual(audits, self.home.number("SELECT count(*) FROM dbo.audit_entity_adjudication"))

    # What is refused

    def test_requests_that_are_too_large_or_of_another_shape_are_refused(self):
        refused = [("POST", "/api/v1/adjudicate", b"{" + b" " * (1 << 20) + b"}", {}, 413), ("POST", "/api/v1/adjudicate", b"{}", {"Content-Encoding": "gzip"}, 415),
                   ("POST", "/api/v1/adjudicate", b"{}", {"Content-Type": "text/plain"}, 415), ("POST", "/api/v1/adjudicate", b"{", {}, 400),
                   ("POST", "/api/v1/adjudicate", b"[" * 500000, {}, 400), ("POST", "/api/v1/adjudicate", b'"x"', {}, 400), ("PUT", "/api/v1/adjudicate", b"{}", {}, 405),
                   ("DELETE", "/api/v1/merges", None, {}, 405), ("GET", "/api/v1/adjudicate", None, {}, 405), ("POST", "/api/v1/dashboard", b"{}", {}, 405),
                   ("GET", "/" + "x" * 600, None, {}, 414), ("GET", "/assets/../src/main.cpp", None, {}, 404), ("GET", "/assets/%2e%2e/README.md", None, {}, 404),
                   ("GET", "/assets/reviewers", None, {}, 404), ("GET", "/review/99999999999999999999", None, {}, 404), ("GET", "/api/v1/review/-1", None, {}, 404),
                   ("GET", "/api/v1/dashboard?days=0", None, {}, 400), ("GET", "/api/v1/dashboard?days=two", None, {}, 400), ("GET", "/api/v1/review/queue?limit=100000", None, {}, 400),
                   ("GET", "/api/v1/review/queue?after=x", None, {}, 422), ("GET", "/api/v1/review/queue?min_confidence=2", None, {}, 422), ("GET", "/api/v1/entities", None, {}, 400)]
        for method, path, body, headers, status in refused:
            answer = self.ask(method, path, body=body, headers=headers)
            self.assertEqual(status, answer.status, (method, path[:60], headers, answer))
            if not path.startswith(("/review", "/assets", "/xx")):
                self.assertTrue(answer.json()["error"], path)
        for body in ({}, {"decision": "approve"}, {"decision": "approve", "items": []}, {"decision": "approve", "items": ["x"]}, {"decision": 1, "items": [{}]},
                     {"decision": "approve", "items": [{"item_type": "entity", "item_id": "1"}]}, {"decision": "approve", "items": [{"item_type": "entity", "item_id": 1}] * 201},
                     {"decision": "override", "override": [], "items": [{"item_type": "entity", "item_id": 1}]}, {"decision": "approve", "reason": "x" * 5000, "items": [{"item_type": "entity", "item_id": 1}]}):
            self.assertEqual(400, self.ask("POST", "/api/v1/adjudicate", body=body).status, str(body)[:80])

    def test_endless_headers_and_half_requests_end_and_others_are_served(self):
        host, port = self.url.removeprefix("http://").split(":")
        for start, flood in ((b"GET / HTTP/1.1\r\n", b"X-A: " + b"a" * 1000 + b"\r\n"), (b"GET /", b"a" * 1000), (b"POST /api/v1/adjudicate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", b"ffff\r\n")):
            with socket.create_connection((host, int(port)), timeout=60) as flooding:
                try:
                    flooding.sendall(start)
                    for _ in range(4000):
                        flooding.sendall(flood)
                    flooding.shutdown(socket.SHUT_WR)
                    while flooding.recv(65536):
                        pass
                except OSError:
                    pass  # cut off: what must be
        with socket.create_connection((host, int(port))) as idle:
            idle.sendall(b"GET /review/queue HTTP/1.1\r\nHost:")
            self.get("/api/v1/session")

    def test_a_refused_body_is_not_taken_for_the_next_request(self):
        host, port = self.url.removeprefix("http://").split(":")
        inner = f"GET /api/v1/session HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {ADA}\r\n\r\n".encode()
        with socket.create_connection((host, int(port)), timeout=60) as client:
            client.sendall(f"POST /api/v1/adjudicate HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: text/plain\r\nContent-Length: {len(inner)}\r\n\r\n".encode() + inner)
            answer = b""
            while piece := client.recv(65536):
                answer += piece
        self.assertEqual(1, answer.count(b"HTTP/1.1 "), answer)
        self.assertIn(b"Connection: close", answer)

    # What it does

    def test_every_described_address_is_there(self):
        page, item = self.waiting()[0]
        ids = {"page_id": page, "item_type": item["item_type"], "item_id": item["item_id"], "entity_id": 1, "audit_id": 999999999, "merge_id": 999999999}
        for method, path, pattern in self.described():
            path = re.sub(r"\{(\w+)\}", lambda part: str(ids[part[1]]), path) + ("?name=x" if pattern.endswith("/entities") else "")
            answer = self.ask(method, path, body={} if method == "POST" else None)
            self.assertNotIn(answer.status, (401, 403, 405, 500, 503), (method, path, answer))
            if answer.status == 404:
                self.assertNotIn("nothing at this address", answer.json()["error"], path)

    def misfit(self, schema: dict, value, where: str = "") -> list[str]:
        """What of a value is not as its description says; members that it does not name are too much."""
        if "$ref" in schema:
            schema = self.described_schemas[schema["$ref"].rsplit("/", 1)[1]]
        if value is None:
            return [] if schema.get("nullable") or "type" not in schema else [f"{where} is null"]
        kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
        if "type" in schema and (not isinstance(value, kinds[schema["type"]]) or isinstance(value, bool) and schema["type"] != "boolean"):
            return [f"{where} is no {schema['type']}: {value!r}"]
        if isinstance(value, list):
            return [said for item in value for said in self.misfit(schema.get("items", {}), item, f"{where}[]")]
        if not isinstance(value, dict) or "properties" not in schema:
            return []
        return ([f"{where}.{key} is missing" for key in schema.get("required", ()) if key not in value] + [f"{where}.{key} is not described" for key in value if key not in schema["properties"]] +
                [said for key, inner in schema["properties"].items() if key in value for said in self.misfit(inner, value[key], f"{where}.{key}")])

    def test_answers_are_as_they_are_described(self):
        document = self.get("/api/openapi.json")
        self.described_schemas = document["components"]["schemas"]
        (page, item), checked, found = self.waiting()[0], 0, {}
        run = next(piece["run_id"] for piece in item["evidence"] if piece["run_id"])
        entity = self.home.number("SELECT min(from_entity_id) FROM dbo.bridge_entity_relation")
        ids = {"page_id": page, "item_type": item["item_type"], "item_id": item["item_id"], "entity_id": entity, "run_id": run}
        for path, methods in document["paths"].items():
            if "get" in methods and "application/json" in methods["get"]["responses"]["200"]["content"]:
                asked = re.sub(r"\{(\w+)\}", lambda part: str(ids[part[1]]), path) + ("?name=a" if path.endswith("/entities") else "")
                found[path] = sorted(set(self.misfit(methods["get"]["responses"]["200"]["content"]["application/json"]["schema"], self.get(asked))))
                checked += 1
        self.assertEqual({}, {path: said for path, said in found.items() if said})
        self.assertGreater(checked, 12)
        schema = document["paths"]["/api/v1/adjudicate"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
        decided = self.decide("approve", item)
        self.assertEqual([], self.misfit(schema, decided))
        schema = document["paths"]["/api/v1/adjudications/{audit_id}/undo"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
        self.assertEqual([], self.misfit(schema, self.post(f"/api/v1/adjudications/{decided['decided'][0]['audit_id']}/undo")))

    def test_a_decision_bears_the_reviewers_name_and_the_second_is_told(self):
        page, item = self.waiting()[0]
        decided = self.post(f"/review/{page}/adjudicate", {"decision": "approve", "reason": "it says so", "items": [
            {"item_type": item["item_type"], "item_id": item["item_id"], "expected_state": "candidate"}]})["decided"][0]
        self.assertEqual("adjudicated", decided["new_state"])
        self.assertEqual([["Ada Byron", "it says so"]], self.home.sql(f"SELECT actor, reason FROM dbo.audit_entity_adjudication WHERE audit_id = {decided['audit_id']}"))
        late = self.decide("reject", item, status=409, reason="no")
        self.assertEqual("AL021", late["code"])
        self.assertIn("Ada Byron", late["error"])
        self.post(f"/api/v1/adjudications/{decided['audit_id']}/undo", {"reason": "a slip"})
        self.assertEqual("candidate", self.state_of(item))
        self.post(f"/api/v1/adjudications/{decided['audit_id']}/undo", status=409)
        self.assertTrue(any(one["item_id"] == item["item_id"] and one["reason"] for one in self.get(f"/api/v1/review/{page}")["items"]))

    def test_many_are_decided_at_once_and_one_that_is_refused_stops_no_other(self):
        items = [item for _, item in self.waiting(3)]
        self.decide("approve", items[1])
        answer = self.decide("reject", *items, reason="all wrong")
        self.assertEqual([items[0]["item_id"], items[2]["item_id"]], [one["item_id"] for one in answer["decided"]])
        self.assertEqual([(items[1]["item_id"], "AL021")], [(one["item_id"], one["code"]) for one in answer["refused"]])
        self.assertEqual(["rejected", "adjudicated", "rejected"], [self.state_of(item) for item in items])

    def test_what_rests_on_a_rejected_entity_goes_and_comes_back_with_it(self):
        _, item = self.waiting()[0]
        entity = int(self.home.sql(f"SELECT from_entity_id FROM dbo.bridge_entity_relation WHERE relation_id = {item['item_id']}")[0][0])
        shown = self.get(f"/api/v1/items/entity/{entity}")
        self.assertIn(("relation", item["item_id"]), [(one["item_type"], one["item_id"]) for one in shown["dependants"]])
        decided = self.decide("reject", {"item_type": "entity", "item_id": entity, "state": shown["state"]}, reason="no such thing")["decided"][0]
        self.assertEqual(len(shown["dependants"]), len(decided["with_it"]))
        self.assertEqual("rejected", self.state_of(item))
        self.post(f"/api/v1/adjudications/{decided['audit_id']}/undo", {"reason": "there is"})
        self.assertEqual("candidate", self.state_of(item))
        self.assertEqual(shown["dependants"], self.get(f"/api/v1/items/entity/{entity}")["dependants"])

    def test_a_text_is_read_in_parts(self):
        page, _ = self.waiting()[0]
        whole = self.get(f"/api/v1/review/{page}")["page"]
        self.assertEqual((whole["length"], [0]), (len(whole["text"]), whole["parts"]))
        self.assertEqual({"start": 5, "end": 12, "length": whole["length"], "text": whole["text"][5:12]}, self.get(f"/api/v1/review/{page}/text?start=5&length=7"))
        self.assertEqual(400, self.ask("GET", f"/api/v1/review/{page}/text?start=-1").status)
        self.assertEqual(404, self.ask("GET", "/api/v1/review/999999999/text").status)

    def test_an_override_sets_what_is_right_instead(self):
        _, item = self.waiting()[0]
        self.decide("override", item, override={"type": "stood beside", "start_text": "May 1871"}, reason="the page says so")
        self.assertEqual([["stood_beside", "May 1871"]], self.home.sql(
            f"SELECT relation_type, start_text FROM dbo.bridge_entity_relation WHERE relation_id = {item['item_id']}"))
        _, item = self.waiting()[0]
        self.assertEqual("AL022", self.decide("override", item, override={"colour": "red"}, status=422)["code"])
        self.decide("approve", {"item_type": "entity", "item_id": 999999999, "state": "candidate"}, status=404)
        self.decide("approve", {"item_type": "planet", "item_id": 1, "state": "candidate"}, status=422)

    def test_entities_are_merged_and_parted_and_their_page_tells(self):
        ids = [one["entity_id"] for name in ("Isolde Marrow", "Teodor Łęcki") for one in self.get(f"/api/v1/entities?name={urllib.parse.quote(name)}")["entities"]]
        master, duplicate = ids
        merge = self.post("/api/v1/merges", {"master_id": master, "duplicate_ids": [duplicate], "reason": "for the test"})["merge_id"]
        self.post("/api/v1/merges", {"master_id": duplicate, "duplicate_ids": [master]}, 409)
        entity = self.get(f"/api/v1/entities/{master}")
        self.assertIn("Teodor Łęcki", [alias["name"] for alias in entity["aliases"]])
        self.assertIn(("merged", "Ada Byron", "for the test"), [(step["what"], step["who"], step["why"]) for step in entity["history"]])
        self.assertEqual(master, self.get(f"/api/v1/entities/{duplicate}")["merged_into"]["entity_id"])
        self.assertEqual(merge, self.get("/api/v1/merges")["merges"][0]["merge_id"])
        self.post(f"/api/v1/merges/{merge}/undo")
        self.assertIsNone(self.get(f"/api/v1/entities/{duplicate}")["merged_into"])
        self.post(f"/api/v1/merges/{merge}/undo", status=409)
        self.post("/api/v1/merges", {"master_id": master, "duplicate_ids": [master]}, 422)
        self.assertEqual(404, self.ask("GET", "/api/v1/entities/999999999").status)

    def test_an_entity_has_its_neighbours_relations_and_evidence(self):
        name, entity_id = self.home.sql("SELECT min(e.entity_name), e.entity_id FROM dbo.dim_entity e JOIN dbo.bridge_entity_relation r ON e.entity_id = r.from_entity_id "
                                        "GROUP BY e.entity_id ORDER BY count(*) DESC, e.entity_id LIMIT 1")[0]
        entity = self.get(f"/api/v1/entities/{entity_id}")
        self.assertEqual(name, entity["name"])
        self.assertGreater(len(entity["relations"]), 0)
        self.assertGreater(len(entity["evidence"]), 0)
        around = self.get(f"/api/v1/entities/{entity_id}/neighbourhood?limit=5")
        nodes = {node["entity_id"] for node in around["nodes"]}
        self.assertEqual((int(entity_id), 0), (around["nodes"][0]["entity_id"], around["nodes"][0]["distance"]))
        self.assertTrue(1 < len(nodes) <= 5)
        self.assertTrue(all({edge["from"], edge["to"]} <= nodes for edge in around["edges"]))

    def test_a_run_shows_what_was_asked_and_answered_but_no_path(self):
        page, item = self.waiting()[0]
        run = next(piece["run_id"] for piece in item["evidence"] if piece["run_id"])
        shown = self.get(f"/api/v1/runs/{run}")
        self.assertEqual("passage_extraction", shown["run"]["job_type"])
        self.assertTrue(shown["output"]["content"].startswith("{"))
        self.assertTrue(shown["input"]["messages"])
        for document in (shown, self.get(f"/api/v1/review/{page}")):
            self.assertNotIn(str(self.home.home), str(document))
        self.assertEqual(404, self.ask("GET", "/api/v1/runs/00000000-0000-0000-0000-000000000000").status)

    def test_the_queue_is_filtered_and_read_in_parts(self):
        whole = self.get("/api/v1/review/queue?limit=200")
        self.assertEqual(whole["waiting"], len(whole["pages"]))
        parts, after = [], ""
        while True:
            part = self.get(f"/api/v1/review/queue?limit=2{after and '&after=' + after}")
            parts += part["pages"]
            if not part["next"]:
                break
            after = part["next"]
        self.assertEqual(whole["pages"], parts)
        self.assertEqual([], self.get("/api/v1/review/queue?type=event")["pages"])
        some = self.get("/api/v1/review/queue?source=*captains*")["pages"]
        self.assertEqual(["Captains of the Lantern Survey"], [page["title"] for page in some])

    def test_the_dashboard_and_the_metrics_count(self):
        board = self.get("/api/v1/dashboard?days=3")
        self.assertEqual(3, len(board["days"]))
        self.assertEqual(self.home.number("SELECT count(*) FROM llm.run"), sum(day["runs"] for day in board["days"]))
        self.assertEqual(self.home.number("SELECT count(*) FROM dbo.dim_entity"), sum(board["knowledge"]["entities"].values()))
        before = total(read(self.ask("GET", "/metrics").body.decode()), "almagest_review_decisions_total", decision="approve")
        self.decide("approve", *(item for _, item in self.waiting(2)))
        samples = read(self.ask("GET", "/metrics").body.decode())
        self.assertEqual(before + 2, total(samples, "almagest_review_decisions_total", decision="approve"))
        self.assertGreater(total(samples, "almagest_web_requests_total", route="/api/v1/dashboard", status="200"), 0)
        self.assertEqual(1, total(samples, "almagest_database_up"))

    # How it runs

    def test_it_survives_a_restart_of_the_database(self):
        self.get("/api/v1/dashboard")
        self.assertDone(self.home.run("db", "stop"))
        down = self.ask("GET", "/api/v1/dashboard")
        self.assertEqual((503, "2"), (down.status, down.headers["Retry-After"]))
        for _ in range(20):  # more than there are connections
            self.assertEqual(503, self.ask("GET", "/api/v1/dashboard").status)
        self.home.sql("SELECT 1")
        self.get("/api/v1/dashboard")

    def test_what_takes_the_database_too_long_is_given_up_and_not_asked_again(self):
        holder = self.home.start("sql", stdin=subprocess.PIPE)
        self.addCleanup(holder.communicate)
        holder.stdin.write("BEGIN; LOCK TABLE sem.source_page;\n")
        holder.stdin.flush()
        while not self.home.number("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'sem.source_page'::regclass"):
            pass
        answer = self.ask("GET", "/api/v1/review/1")
        self.assertEqual(503, answer.status)
        self.assertIn("took too long", answer.json()["error"])
        self.get("/api/v1/session")

    def test_it_stops_when_asked_to(self):
        process, url, _ = self.serve("--listen", "127.0.0.1:0")
        self.get("/api/v1/session", url=url)
        with socket.create_connection(tuple(url.removeprefix("http://").split(":"))) as idle:
            idle.sendall(b"GET /")
            os.killpg(process.pid, signal.SIGTERM)
            self.assertEqual(0, self.home.finish(process).status)
        with self.assertRaises(OSError):
            self.ask("GET", "/", url=url)

    def test_it_is_reached_from_elsewhere_only_when_that_is_meant(self):
        for address in ("0.0.0.0:0", "[::]:0", "192.0.2.1:80"):
            result = self.home.run("serve", "--listen", address)
            self.assertDone(result, 2)
            self.assertSays(result, "--allow-remote")
        _, url, _ = self.serve("--listen", "0.0.0.0:0", "--allow-remote", "--name", "review.example")
        port = url.rsplit(":", 1)[1]
        local = f"http://127.0.0.1:{port}"
        self.assertEqual(401, self.ask("GET", "/api/v1/session", token=None, url=local).status)
        for host, status in ((f"192.0.2.7:{port}", 200), ("review.example", 200), (f"review.example:{port}", 200), ("evil.example", 421), (f"evil.example:{port}", 421)):
            self.assertEqual(status, self.ask("GET", "/api/v1/session", url=local, headers={"Host": host}).status, host)

    def test_addresses_and_tokens_that_are_none_are_refused(self):
        self.assertSays(self.home.run("serve", "--listen", "nowhere"), "no address to listen on")
        result = self.home.run("serve", "--listen", self.url.removeprefix("http://"))
        self.assertDone(result, 2)
        self.assertSays(result, "in use", "--listen")
        file = self.home.home / "serve" / "reviewers"
        whole = file.read_text()
        try:
            file.chmod(0o644)
            self.assertSays(self.home.run("serve", "--listen", "127.0.0.1:0"), "chmod 600")
            file.chmod(0o600)
            for line, says in (("owner 0123456789abcdef0 Eve", "line 1"), ("reader short Eve", "at least 16"), ("reader 0123456789abcdef0", "names nobody"), ("# nobody", "names nobody"),
                               ("reader 0123456789abcdef0 A\nreader 0123456789abcdef0 B", "line 2")):
                file.write_text(line + "\n")
                result = self.home.run("serve", "--listen", "127.0.0.1:0")
                self.assertDone(result, 2)
                self.assertSays(result, says)
                self.assertNotIn("0123456789abcdef0", result.err)
        finally:
            file.write_text(whole)
        self.home.environment["ALMAGEST_SERVE_TOKEN"] = "short"
        try:
            self.assertSays(self.home.run("serve", "--listen", "127.0.0.1:0"), "ALMAGEST_SERVE_TOKEN", "at least 16")
            self.home.environment["ALMAGEST_SERVE_TOKEN"] = "a-token-of-the-environment"
            _, url, link = self.serve("--listen", "127.0.0.1:0")
        finally:
            del self.home.environment["ALMAGEST_SERVE_TOKEN"]
        self.assertNotIn("a-token", link)
        self.assertEqual("reviewer", self.get("/api/v1/session", token="a-token-of-the-environment", url=url)["role"])
        self.assertEqual(401, self.ask("GET", "/api/v1/session", token=ADA, url=url).status)

    def test_no_log_shows_a_token(self):
        for file in (self.home.home / "logs").glob("*.jsonl"):
            text = file.read_text()
            self.assertNotIn(ADA, text)
            self.assertNotIn(BOB, text)


class FiftyReviewers(ServedCase):
    """Through HTTP, each with a name and a token of their own, deciding at random about the same items."""

    PEOPLE, EACH = 50, 8

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop(cls.server)
        file = cls.home.home / "serve" / "reviewers"
        file.write_text("".join(f"reviewer {cls.token(number)} Reviewer {number}\n" for number in range(cls.PEOPLE)) + f"reviewer {ADA} Ada Byron\n")
        cls.server, cls.url, cls.link = cls.serve("--listen", "127.0.0.1:0")

    @staticmethod
    def token(number: int) -> str:
        return f"token-of-reviewer-{number:04}"

    def together(self, count: int, work):
        """What `work(number)` returns for each of so many at once."""
        start, results = threading.Barrier(count), [None] * count

        def one(number: int):
            start.wait()
            results[number] = work(number)
        threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertNotIn(None, results)
        return results

    def adjudicate(self, number: int, decision: str, kind: str, item: int):
        return self.ask("POST", "/api/v1/adjudicate", token=self.token(number), body={
            "decision": decision, "reason": "by chance", "items": [{"item_type": kind, "item_id": int(item), "expected_state": "candidate"}]})

    def test_about_one_item_the_first_decides_and_the_others_are_told(self):
        item = self.home.sql("SELECT max(relation_id) FROM dbo.bridge_entity_relation WHERE promotion_state = 'candidate'")[0][0]
        answers = self.together(self.PEOPLE, lambda number: self.adjudicate(number, "approve" if number % 2 else "reject", "relation", item))
        self.assertEqual([200] + [409] * (self.PEOPLE - 1), sorted(answer.status for answer in answers))
        first = next(number for number, answer in enumerate(answers) if answer.status == 200)
        for number, answer in enumerate(answers):
            if number != first:
                self.assertEqual("AL021", answer.json()["code"])
                self.assertIn(f"Reviewer {first} decided it", answer.json()["error"])
        self.assertEqual([[f"Reviewer {first}"]], self.home.sql(f"SELECT actor FROM dbo.audit_entity_adjudication WHERE item_type = 'relation' AND item_id = {item}"))

    def test_at_random_they_lose_and_double_nothing(self):
        items = self.home.sql("SELECT item_type, item_id FROM dbo.vw_item WHERE promotion_state = 'candidate'")
        before = self.home.number("SELECT coalesce(max(audit_id), 0) FROM dbo.audit_entity_adjudication")

        def review(number: int):
            chance = random.Random(number)
            return [self.adjudicate(number, chance.choice(("approve", "reject")), *chance.choice(items)) for _ in range(self.EACH)]
        acknowledged, refused = [], 0
        for number, answers in enumerate(self.together(self.PEOPLE, review)):
            for answer in answers:
                if answer.status == 200:
                    for decided in answer.json()["decided"]:
                        acknowledged += [[str(one["audit_id"]), f"Reviewer {number}"] for one in [decided, *decided.get("with_it", [])]]
                else:
                    self.assertEqual((409, "AL021"), (answer.status, answer.json()["code"]), answer)
                    refused += 1
        self.assertGreater(refused, 0)
        self.assertEqual(sorted(acknowledged), sorted(self.home.sql(f"SELECT audit_id, actor FROM dbo.audit_entity_adjudication WHERE audit_id > {before}")))
        self.assertEqual([], self.home.sql("SELECT * FROM dbo.fn_check_adjudication_chain(1)"))
        self.assertEqual(0, self.home.number("SELECT count(*) FROM dbo.audit_entity_adjudication a JOIN dbo.vw_item i USING (tenant_id, item_type, item_id) WHERE a.new_state <> i.promotion_state"))
        self.assertEqual(0, self.home.number("SELECT count(*) - count(DISTINCT (item_type, item_id)) FROM dbo.audit_entity_adjudication"))
