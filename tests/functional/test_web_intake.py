"""Pages from the web: conditional requests, robots.txt, redirects, and no way into local networks."""
import gzip
import http.server
import json
import os
import subprocess
import threading
import time

from home import HomeCase


class Site:
    """A web server of this test's own: answers by path, and what it was asked."""

    def __init__(self):
        self.asked: list[tuple[str, dict]] = []
        self.pages: dict[str, tuple[int, dict, bytes]] = {}
        self.closing = threading.Event()
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
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                if self.path == "/slow":
                    site.closing.wait()

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
        self.closing.set()
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

    def test_a_small_answer_that_unpacks_to_more_than_the_limit_is_refused(self):
        self.home.settings["ingest"]["maximum_page_bytes"] = 1_000_000
        self.site.pages["/bomb"] = (200, {"Content-Type": "text/html", "Content-Encoding": "gzip"}, gzip.compress(bytes(300_000_000)))
        self.assertIn("maximum_page_bytes", self.ingest("/bomb", status=1)["refused"][0]["reason"])

    def test_an_answer_that_does_not_end_is_given_up(self):
        self.home.settings["ingest"]["request_timeout_seconds"] = 2
        self.site.pages["/slow"] = (200, {"Content-Type": "text/html", "Content-Length": "1000"}, b"<p>Words")
        self.assertIn("request_timeout_seconds", self.ingest("/slow", status=1)["refused"][0]["reason"])

    def test_one_host_is_asked_at_the_pace_that_is_set(self):
        self.home.settings["ingest"]["requests_per_minute"] = 120
        for n in range(3):
            self.site.html(f"/page{n}", f"Page {n}.")
        began = time.monotonic()
        self.assertEqual(3, self.ingest("/page0", "/page1", "/page2")["pages"])
        self.assertGreaterEqual(time.monotonic() - began, 1.5)  # robots.txt and three pages, half a second apart

    def test_charsets_of_the_answers_header_go_before_those_of_the_page(self):
        words = "灯台守のリンヘは毎晩ランプに火をともす。"
        self.site.pages["/japanese"] = (200, {"Content-Type": "text/html; charset=Shift_JIS"}, f"<meta charset='utf-8'><title>J</title><p>{words}</p>".encode("shift_jis"))
        self.ingest("/japanese")
        self.assertEqual([[words]], self.home.sql(f"SELECT text FROM sem.source_page WHERE locator = '{self.site.url('/japanese')}'"))

    def test_a_page_with_a_date_only_is_asked_for_by_its_date(self):
        self.site.html("/dated", "Words.", **{"Last-Modified": "Wed, 01 Jan 2025 00:00:00 GMT"})
        self.ingest("/dated")
        self.site.pages["/dated"] = (304, {}, b"")
        self.assertEqual((1, 0), tuple(self.ingest("/dated")[key] for key in ("pages", "new_pages")))
        self.assertEqual("Wed, 01 Jan 2025 00:00:00 GMT", self.site.asked[-1][1]["if-modified-since"])

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


# A network of its own in which a public address is on this machine, and a name that leads elsewhere.
PUBLIC = "93.184.216.34"
OUTSIDE = f"""set -e
ip link set lo up; ip addr add {PUBLIC}/32 dev lo
printf '127.0.0.1 localhost\\n127.0.0.1 rebound.example\\n{PUBLIC} open.example\\n' >"$1"; mount --bind "$1" /etc/hosts
exec python3 -c "$2" "${{@:3}}"
"""
SERVER = """
import http.server, subprocess, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        where = {"/away": "http://127.0.0.1:8081/secret", "/mapped": "http://[::ffff:127.0.0.1]:8081/secret", "/named": "http://rebound.example:8081/secret"}.get(self.path)
        if self.path == "/secret":
            print("secret was asked for", file=sys.stderr)
        body = b"<p>Words of the open sea.</p>" if self.path != "/robots.txt" else b""
        self.send_response(302 if where else 200)
        if where:
            self.send_header("Location", where)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
for port in (8080, 8081):
    threading.Thread(target=http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever, daemon=True).start()
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""


def own_network() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "--net", "--mount", "ip", "link", "set", "lo", "up"], capture_output=True).returncode == 0


class PublicPagesThatLeadInside(HomeCase):
    def test_redirects_and_names_that_lead_to_this_machine_are_refused(self):
        if not own_network():
            print("    (only root may make the network that this needs: nothing was tested)", end="")
            return
        self.home.number("SELECT 1")  # starts the cluster outside of that network
        self.home.settings = {"ingest": {"requests_per_minute": 0}}
        urls = [f"http://{PUBLIC}:8080/open", "http://open.example:8080/named-open", f"http://{PUBLIC}:8080/away", f"http://{PUBLIC}:8080/mapped",
                "http://open.example:8080/named", "http://rebound.example:8081/secret"]
        command = self.home.command(["ingest", "--json", *urls])
        process = subprocess.Popen(["unshare", "--net", "--mount", "bash", "-c", OUTSIDE, "bash", str(self.home.write("hosts", "")), SERVER, *command], env=self.home.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        result = self.home.finish(process)
        self.assertDone(result, 3)
        done = json.loads(result.out)
        self.assertEqual(2, done["pages"])
        self.assertEqual(urls[2:], [refusal["path"] for refusal in done["refused"]])
        for refusal in done["refused"]:
            self.assertIn("allow_private_addresses", refusal["reason"])
        self.assertNotIn("secret was asked for", result.err)
