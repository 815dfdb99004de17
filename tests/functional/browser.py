"""A headless Chromium, driven over the DevTools protocol through a pipe. Debian's chromium-headless-shell, or chromium."""
from __future__ import annotations

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
KEYS = {"Enter": ("Enter", "Enter", 13, "\r"), "Tab": ("Tab", "Tab", 9, ""), "Escape": ("Escape", "Escape", 27, "")}


def program() -> str:
    for name in PROGRAMS:
        path = shutil.which(name)
        if path:
            return path
    raise RuntimeError("there is no Chromium; scripts/setup.sh --tests installs Debian's chromium-headless-shell")


class Browser:
    """One window. Everything that a page's scripts said, threw or opened is kept in `dialogs` and `complaints`."""

    def __init__(self, patience: float = 20):
        self.patience = patience
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="almagest-browser-"))
        theirs_in, self.to_browser = os.pipe()
        self.from_browser, theirs_out = os.pipe()
        # Chromium reads the protocol from descriptor 3 and writes it to 4. Root has no use for its sandbox, nor can it have it.
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "sh", program(), "--headless", "--remote-debugging-pipe", "--no-sandbox",
             "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-GB",
             f"--user-data-dir={self.folder}", "about:blank"],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.buffer, self.number, self.session = b"", 0, None
        self.dialogs: list[str] = []
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        os.close(self.to_browser)
        self.process.terminate()
        self.process.wait(timeout=30)
        os.close(self.from_browser)
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self) -> dict:
        until = time.monotonic() + self.patience
        while b"\0" not in self.buffer:
            if not select.select([self.from_browser], [], [], max(0, until - time.monotonic()))[0]:
                raise AssertionError(f"Chromium said nothing for {self.patience} s")
            piece = os.read(self.from_browser, 1 << 20)
            if not piece:
                raise AssertionError("Chromium ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def heard(self, message: dict):
        method, given = message.get("method"), message.get("params", {})
        if method == "Page.javascriptDialogOpening":
            self.dialogs.append(given["message"])
            self.send("Page.handleJavaScriptDialog", accept=False)
        elif method == "Runtime.exceptionThrown":
            details = given["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Log.entryAdded" and given["entry"]["level"] == "error":
            self.complaints.append(f"{given['entry']['text']} {given['entry'].get('url', '')}")

    def send(self, method: str, **given) -> int:
        self.number += 1
        message = {"id": self.number, "method": method, "params": given}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        return self.number

    def call(self, method: str, **given) -> dict:
        number = self.send(method, **given)
        while True:
            message = self.receive()
            if message.get("id") == number:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']['message']}")
                return message["result"]
            self.heard(message)

    def evaluate(self, script: str):
        """The value of an expression; a promise is awaited."""
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"].get("exception", {}).get("description") or result["exceptionDetails"]["text"])
        return result["result"].get("value")

    def wait_for(self, script: str):
        """The first true value of an expression."""
        until = time.monotonic() + self.patience
        while True:
            value = None
            try:
                value = self.evaluate(f"(() => {{ try {{ const value = {script}; return value instanceof Node || value; }} catch (error) {{ return null; }} }})()")
                if not value:
                    self.evaluate("new Promise((done) => requestAnimationFrame(done))")
            except AssertionError as problem:  # the page was left meanwhile
                if "context" not in str(problem).lower() and "navigated" not in str(problem):
                    raise
            if value:
                return value
            if time.monotonic() > until:
                text = self.evaluate("document.body.innerText.slice(0, 3000)")
                raise AssertionError(f"it never came true: {script}\n{self.complaints}\n{text}")

    def open(self, url: str, ready: str = "document.getElementById('main')?.dataset.ready"):
        self.evaluate("void (window.left = true)")
        self.call("Page.navigate", url=url)
        self.wait_for(f"!window.left && ({ready})")

    def window(self, width: int, height: int, dark: bool = False, scale: float = 1, mobile: bool = False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                                                          {"name": "prefers-reduced-motion", "value": "reduce"}])

    def offline(self, is_offline: bool):
        self.call("Network.emulateNetworkConditions", offline=is_offline, latency=0, downloadThroughput=-1, uploadThroughput=-1)

    def screenshot(self, path: pathlib.Path):
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def key(self, key: str):
        name, code, number, text = KEYS.get(key, (key, "", 0, key))
        given = {"key": name, "code": code, "windowsVirtualKeyCode": number}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **given)
        self.call("Input.dispatchKeyEvent", type="keyUp", **given)

    def type(self, text: str):
        self.call("Input.insertText", text=text)

    def click(self, selector: str, text: str = ""):
        """With the mouse, in the middle of the first that fits and shows this text."""
        find = (f"[...document.querySelectorAll({json.dumps(selector)})].find((one) => one.textContent.includes({json.dumps(text)})"
                " && one.checkVisibility())")
        # Pressed when it stands still: what is on its way may draw it anew or move it.
        place = self.wait_for(f"(() => {{ const one = {find}; if (!one) return null; one.scrollIntoView({{block: 'center'}}); "
                              "const box = one.getClientRects()[0], place = {x: box.x + box.width / 2, y: box.y + box.height / 2}, before = window.aimed; "
                              "window.aimed = {one, ...place}; return before?.one === one && before.x === place.x && before.y === place.y ? place : null; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)
