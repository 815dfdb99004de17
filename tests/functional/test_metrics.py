"""`almagest work --metrics`: what Prometheus reads from a running worker."""
import re
import signal
import socket
import urllib.error
import urllib.request

from endpoint import Endpoint
from exposition import read, total
from home import HomeCase, PAGES


class MetricsOfAWorker(HomeCase):
    def setUp(self):
        self.endpoint = Endpoint()
        self.addCleanup(self.endpoint.close)
        self.home.settings = {"llm": self.endpoint.settings()}
        page = self.home.write(f"{self._testMethodName}.md",
                               (PAGES / "eras.md").read_text(encoding="utf-8") + f"\nThis is {self._testMethodName}.\n")
        self.assertDone(self.home.run("ingest", page))

    def start(self):
        worker = self.home.start("work", "--metrics", "127.0.0.1:0")
        self.addCleanup(self.stop, worker)
        said = worker.stderr.readline()
        match = re.fullmatch(r"almagest: metrics at (http://127\.0\.0\.1:\d+)/metrics\n", said)
        self.assertTrue(match, said)
        return worker, match[1]

    def stop(self, worker):
        if worker.poll() is None:
            worker.send_signal(signal.SIGTERM)
        self.home.finish(worker)

    def scrape(self, url: str) -> dict:
        with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:
            self.assertEqual("text/plain; version=0.0.4; charset=utf-8", answer.headers["Content-Type"])
            return read(answer.read().decode("utf-8"))

    def wait_for(self, url: str, holds) -> dict:
        """The first scrape of which this holds; a scrape waits for nobody, so a worker that stops serving ends this."""
        for _ in range(3000):
            samples = self.scrape(url)
            if holds(samples):
                return samples
            self.endpoint.stopping.wait(0.05)
        raise AssertionError(f"it never held; the last scrape was {samples}")

    def test_tell_the_depth_and_age_of_the_queue(self):
        self.endpoint.delay = 300  # nobody gets an answer while this test looks
        worker, url = self.start()
        samples = self.wait_for(url, lambda now: total(now, "almagest_queue_jobs", state="RUNNING") > 0)
        self.assertEqual(1, total(samples, "almagest_database_up"))
        waiting = self.home.number("SELECT count(*) FROM llm.vw_job WHERE status IN ('NEW', 'RUNNING')")
        samples = self.wait_for(url, lambda now: total(now, "almagest_queue_jobs", tenant="default") == waiting)
        self.assertGreater(total(samples, "almagest_queue_oldest_age_seconds", state="RUNNING"), 0)
        self.assertEqual(0, total(samples, "almagest_queue_late_jobs"))
        with urllib.request.urlopen(f"{url}/healthz", timeout=30) as answer:
            self.assertEqual(b"ok\n", answer.read())
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{url}/nothing", timeout=30)
        refused.exception.close()
        self.assertEqual(404, refused.exception.code)
        self.endpoint.stopping.set()  # lets the calls go, so that the worker can stop

    def done_so_far(self) -> dict[str, int]:
        return {job_type: int(jobs) for job_type, jobs in self.home.sql(
            "SELECT job_type, count(*) FROM llm.vw_job WHERE status = 'SUCCEEDED' GROUP BY 1")}

    def spent_so_far(self) -> list[float]:
        return [float(figure) for figure in self.home.sql(
            "SELECT count(*), coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0), coalesce(sum(cost), 0) "
            "FROM llm.run WHERE prompt_tokens IS NOT NULL")[0]]

    def test_count_what_the_worker_has_done(self):
        self.home.settings["llm"] |= {"price_per_million_prompt_tokens": 1000.0, "price_per_million_completion_tokens": 1000.0}
        done_before, spent_before = self.done_so_far(), self.spent_so_far()
        worker, url = self.start()
        self.wait_for(url, lambda now: not total(now, "almagest_queue_jobs"))
        done = {job_type: jobs - done_before.get(job_type, 0) for job_type, jobs in self.done_so_far().items()}
        self.assertGreater(sum(done.values()), 0)
        # The worker counts a job when its completion is known to it, a moment after the queue knows.
        samples = self.wait_for(url, lambda now: total(now, "almagest_jobs_completed_total") == sum(done.values()))
        for job_type, jobs in done.items():
            self.assertEqual(jobs, total(samples, "almagest_jobs_completed_total", job_type=job_type), job_type)
            self.assertEqual(jobs, total(samples, "almagest_jobs_claimed_total", job_type=job_type), job_type)
        calls, prompt, completion, cost = (now - before for now, before in zip(self.spent_so_far(), spent_before))
        self.assertGreater(cost, 0)
        self.assertEqual(calls, total(samples, "almagest_model_call_duration_seconds_count", model="scripted"))
        self.assertEqual(calls, total(samples, "almagest_model_call_duration_seconds_bucket", model="scripted", le="+Inf"))
        self.assertEqual(prompt, total(samples, "almagest_model_tokens_total", kind="prompt"))
        self.assertEqual(completion, total(samples, "almagest_model_tokens_total", kind="completion"))
        self.assertAlmostEqual(cost, total(samples, "almagest_model_cost_total"), places=6)
        self.assertEqual(0, total(samples, "almagest_jobs_failed_total"))

    def test_count_failures_by_their_cause(self):
        self.endpoint.fault, self.endpoint.status, self.endpoint.faults_left = "status", 500, 2
        worker, url = self.start()
        samples = self.wait_for(url, lambda now: total(now, "almagest_jobs_failed_total", cause="model_failed") == 2)
        self.assertEqual(2, total(samples, "almagest_jobs_failed_total"))
        self.assertEqual(0, total(samples, "almagest_jobs_dead_total"))

    def test_an_address_that_is_none_is_refused(self):
        for address in ("nowhere", "127.0.0.1:http", "127.0.0.1:70000", "::1:9464", "http://127.0.0.1:9464"):
            result = self.home.run("work", "--drain", "--metrics", address)
            self.assertDone(result, 2)
            self.assertSays(result, f'"{address}" is no address to listen on', "127.0.0.1:9464")

    def test_a_port_in_use_is_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            result = self.home.run("work", "--drain", "--metrics", f"127.0.0.1:{taken.getsockname()[1]}")
        self.assertDone(result, 2)
        self.assertSays(result, "cannot be served", "port 0")
