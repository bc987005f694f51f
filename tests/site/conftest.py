"""The browser that the browser tests of one worker share, and a server that compresses."""

import gzip
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from course.site.browser import CHROMIUM, HOW_TO_GET_IT, launch

COMPRESSED = {".html", ".css", ".js", ".svg", ".json", ".xml", ".txt"}  # as web hosts do


@pytest.fixture(scope="session")
def browser(ci):
    """Chromium, unable to find any host but this machine."""
    if CHROMIUM is None:
        if ci:
            pytest.fail(HOW_TO_GET_IT)
        pytest.skip(HOW_TO_GET_IT)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


class CompressingHandler(SimpleHTTPRequestHandler):
    """Serves files as a web host does: text compressed, connections kept."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in COMPRESSED:
            body = gzip.compress(body, compresslevel=6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def served(site):
    """The address of the rendered book, served over http by this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(CompressingHandler, directory=site))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
