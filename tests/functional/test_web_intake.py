"""Pages from the web: conditional requests, robots.txt, redirects, and no way into local networks."""
import http.server
import json
import threading

from home import HomeCase


class Site:
    """A web server of this test's own: answers by path, and what it was asked."""

    def __init__(self):
        self.asked: list[tuple[str, dict]] = []
        self.pages: dict[str, tuple[int, dict, bytes]] = {}
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                status, headers, body = site.pages.get(self.path, (404, {}, b"no"))
                if status == 200 and "ETag" in headers and self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def html(self, path: str, words: str, **headers):
        self.pages[path] = (200, {"Content-Type": "text/html; charset=utf-8"} | headers,
                            f"<html><head><title>{path}</title></head><body><p>{words}</p></body></html>".encode())

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class PagesFromTheWeb(HomeCase):
    def setUp(self):
        super().setUp()
        self.site = Site()
        self.addCleanup(self.site.close)
        self.home.settings = {"ingest": {"allow_private_addresses": True, "requests_per_minute": 0}}

    def ingest(self, *paths: str, status: int = 0) -> dict:
        result = self.home.run("ingest", "--json", *(self.site.url(path) for path in paths))
        self.assertDone(result, status)
        return json.loads(result.out)

    def test_an_address_is_read_once_and_then_asked_whether_it_changed(self):
        self.site.html("/lamp", "The lamp burns.", ETag='"1"')
        first = self.ingest("/lamp#part")
        self.assertEqual((1, 1), (first["pages"], first["new_pages"]))
        again = self.ingest("/lamp")
        self.assertEqual((1, 0, 0), (again["pages"], again["new_pages"], again["jobs_enqueued"]))
        self.assertEqual('"1"', self.site.asked[-1][1]["if-none-match"])
        self.assertIn("almagest", self.site.asked[-1][1]["user-agent"].lower())
        self.site.html("/lamp", "The lamp is out.", ETag='"2"')
        self.assertEqual(1, self.ingest("/lamp")["new_pages"])
        self.assertEqual([["2"]], self.home.sql(f"SELECT max(version) FROM sem.source_page WHERE locator = '{self.site.url('/lamp')}'"))

    def test_what_robots_txt_forbids_is_not_asked_for(self):
        self.site.pages["/robots.txt"] = (200, {}, b"User-agent: *\nAllow: /\n\nUser-agent: Almagest\nDisallow: /private\nAllow: /private/not$\n")
        for path in ("/private/page", "/private/not", "/open"):
            self.site.html(path, f"Words of {path}.")
        done = self.ingest("/private/page", "/private/not", "/open", status=3)
        self.assertEqual(2, done["pages"])
        self.assertIn("robots.txt", done["refused"][0]["reason"])
        self.assertNotIn("/private/page", self.site.paths())
        self.assertEqual(1, self.site.paths().count("/robots.txt"))

    def test_where_robots_txt_cannot_be_read_nothing_is(self):
        self.site.pages["/robots.txt"] = (503, {}, b"")
        self.site.html("/page", "Words.")
        self.assertIn("503", self.ingest("/page", status=1)["refused"][0]["reason"])
        self.assertEqual(["/robots.txt"], self.site.paths())

    def test_five_redirects_are_followed_and_no_more(self):
        for n in range(7):
            self.site.pages[f"/hop{n}"] = (302, {"Location": f"/hop{n + 1}"}, b"")
        self.site.html("/hop7", "At last.")
        self.assertEqual(1, self.ingest("/hop2")["pages"])
        self.assertIn("redirects", self.ingest("/hop1", status=1)["refused"][0]["reason"])

    def test_a_redirect_to_a_file_is_not_followed(self):
        self.site.pages["/away"] = (302, {"Location": "file:///etc/passwd"}, b"")
        self.assertIn("only http and https", self.ingest("/away", status=1)["refused"][0]["reason"])

    def test_a_missing_page_is_refused_with_the_status_and_remembered(self):
        self.assertIn("404", self.ingest("/none", status=1)["refused"][0]["reason"])
        self.ingest("/none", status=1)
        self.assertEqual([["refused", "2"]], self.home.sql(
            f"SELECT state, attempts FROM ingest.work_item WHERE locator = '{self.site.url('/none')}'"))

    def test_a_page_over_the_limit_is_refused(self):
        self.home.settings["ingest"]["maximum_page_bytes"] = 1000
        self.site.html("/large", "x" * 2000)
        self.assertIn("maximum_page_bytes", self.ingest("/large", status=1)["refused"][0]["reason"])

    def test_loopback_is_refused_unless_it_is_allowed(self):
        self.home.settings = {}
        self.site.html("/page", "Words.")
        port = self.site.server.server_port
        for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0"):
            result = self.home.run("ingest", f"http://{host}:{port}/page")
            self.assertEqual(1, result.status, host)
            self.assertSays(result, "allow_private_addresses")
        self.assertEqual([], self.site.asked)

    def test_what_is_no_web_address_is_refused(self):
        for url, word in [("ftp://h.example/x", "only http"), ("http://name:secret@h.example/", "password")]:
            result = self.home.run("ingest", url)
            self.assertEqual(1, result.status)
            self.assertSays(result, word)
