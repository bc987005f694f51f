"""Submissions that mean harm, and those that only break: they gain nothing and stop nothing."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from functools import partial

import psutil
import pytest
from grading_tools import POOLED, WARM_UP, WITHOUT_NAMESPACES, fuzzed, judged, points, run_in, warm

from course.chapters.editions import student
from course.grading import (
    assignment,
    notebook_run,
    samples,
    submission_job,
    submissions,
    warm_server,
)
from course.paths import PROJECT

pytestmark = [
    pytest.mark.needs_data,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
]
SECRET = "the canary sings"
GOOD = "typical_00 = 'c'"
# The folders of the package that submissions may not read.
CLOSED = [
    path.name
    for path in (PROJECT / "course").iterdir()
    if (path / "__init__.py").is_file() and path.name not in warm_server.READABLE
]


@pytest.fixture(scope="module", autouse=True)
def server(ci):
    with warm(ci) as server:
        yield server


@pytest.fixture
def run(server):
    """A function that runs code cells as a submission."""
    return partial(run_in, server)


@pytest.fixture
def canary(tmp_path):
    path = tmp_path / "canary.txt"
    path.write_text(SECRET, encoding="utf-8")
    return path


@pytest.fixture
def listener():
    """A server on this machine that counts who connects."""
    connections = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept():
            while True:
                try:
                    connections.append(server.accept())
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], connections


def texts(result):
    return "".join(cell.get("text", "") for cell in result["cells"])


def reading(*paths):
    return f"""
import glob, os
for path in {[str(path) for path in paths]!r}:
    try:
        print(path, os.listdir(path) if os.path.isdir(path) else open(path, 'rb').read())
    except OSError as error:
        print('no', error)
"""


# -------------------------------------------------------------------------------- the sandbox


def test_an_honest_cell_runs_and_counts(run):
    cells = ["print('hello')", GOOD]
    result = run(cells)
    assert result["status"] == "graded"
    assert texts(result) == "hello\n"
    assert judged(result, cells)["typical_00"].status == "correct"


def test_nothing_outside_can_be_read(canary, run):
    environ = f"/proc/{os.getpid()}/environ"
    outside = [
        canary,
        canary.parent,
        PROJECT / "instructors" / "rubrics.toml",
        *(PROJECT / "course" / name for name in CLOSED),
        PROJECT / "notebooks",
        PROJECT / "instructors",
        "/etc/shadow",
        "/proc/1/environ",
        environ,
        "/proc/self/environ",
        "/home",
        "/var",
        "/run",
        "/.old",
        "../../../..",
    ]
    result = run([reading(*outside), f"!cat {canary}", "print(sorted(os.listdir('/')))"])
    text = texts(result)
    assert SECRET not in text
    if WITHOUT_NAMESPACES:
        assert text.count("no [Errno") == len(outside), text
        return
    assert text.count("no [Errno") == len(outside) - 2, text  # the last two are empty or /
    assert ".git" not in text and "home" not in text.rpartition("[")[2].replace("'.old'", "")


EXACT = PROJECT / "course" / "exact"
USES_EXACT = "from course.exact import hierarchical; print('imported')"


def test_the_activity_cannot_import_exact_posteriors(run):
    unmount = f"import ctypes\nprint(ctypes.CDLL(None).umount2({str(EXACT)!r}.encode(), 2))"
    text = texts(run([unmount, USES_EXACT, reading(EXACT)]))
    assert "imported" not in text and text.startswith("-1\n")
    assert ("no [Errno 13]" if WITHOUT_NAMESPACES else "[]") in text


def test_chapters_beyond_the_lecture_can_and_change_nothing_in_them(run):
    result = run([USES_EXACT, f"open({str(EXACT / 'priors.py')!r}, 'a')"], exact=True)
    assert texts(result) == "imported\n"
    assert result["cells"][1]["error"]["type"] in ("OSError", "PermissionError")


def test_what_a_fork_inherits_knows_nothing(canary, run):
    result = run(
        [
            "import sys\nprint([m for m in sys.modules if m.startswith('course')])",
            "import gc\nprint(any('rubric' in str(k) for o in gc.get_objects() "
            "if type(o) is dict for k in list(o)[:50]))",
            f"for m in {CLOSED}:\n"
            "    try:\n        __import__('course.' + m); print('imported', m)\n"
            "    except ImportError: pass",
            "import os; print(dict(os.environ))",
        ]
    )
    assert result["status"] == "graded"
    first = result["cells"][0]["text"]
    assert "course.submission.answers" in first
    assert not [name for name in CLOSED if f"course.{name}" in first]
    assert "imported" not in texts(result)
    assert result["cells"][1]["text"] == "False\n"
    assert str(PROJECT.parent / "shared") not in result["cells"][3]["text"]


def test_nothing_outside_can_be_written(canary, run):
    before = {path: path.stat().st_mtime_ns for path in (PROJECT / "course").rglob("*.py")}
    paths = [
        str(canary),
        str(PROJECT / "course" / "data.py"),
        str(PROJECT / "new.txt"),
        "/usr/new.txt",
        "/sandbox/store/new.txt",
        "/new.txt",
        os.devnull + "x",
        f"{sys.prefix}/new.txt",
        "/etc/passwd",
        "/sandbox/data/spotify.csv",
    ]
    result = run(
        [
            f"""
import os, shutil
for path in {paths!r}:
    for act in (lambda: open(path, 'w'), lambda: os.remove(path), lambda: os.chmod(path, 0o777),
                lambda: os.symlink('/etc', path), lambda: os.mkdir(path)):
        try:
            act(); print('did', path)
        except OSError:
            pass
"""
        ]
    )
    assert result["status"] == "graded" and result["cells"][0]["status"] == "ok"
    assert "did" not in texts(result)
    assert canary.read_text(encoding="utf-8") == SECRET
    assert before == {path: path.stat().st_mtime_ns for path in (PROJECT / "course").rglob("*.py")}
    assert not (PROJECT / "new.txt").exists()
    assert not list(warm_server.cache_folder().rglob("new.txt"))


def test_two_submissions_do_not_see_each_other(run):
    places = "(os.environ['HOME'], '/sandbox/cache', '/tmp', '/dev/shm', '.')"
    leave = (
        f"import os\nfor f in {places}:\n"
        "    try: open(f + '/message', 'w').write('hello'); print('left', f)\n"
        "    except OSError: pass"
    )
    look = f"import os\nfor f in {places}:\n    print(os.path.exists(f + '/message'))"
    assert "left" in texts(run([leave]))
    assert "True" not in texts(run([look]))


def test_no_connection_leaves_the_sandbox(listener, run):
    port, connections = listener
    result = run(
        [
            f"""
import socket, urllib.request, subprocess
def attempt(name, act):
    try:
        act(); print('did', name)
    except Exception as error:
        print(name, type(error).__name__)
attempt('tcp', lambda: socket.create_connection(('127.0.0.1', {port}), 1))
attempt('udp', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
    b'x', ('192.0.2.1', 53)))
attempt('http', lambda: urllib.request.urlopen('http://127.0.0.1:{port}', timeout=1))
attempt('names', lambda: socket.getaddrinfo('example.com', 80))
attempt('program', lambda: subprocess.run(
    ['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/{port}'], check=True, stderr=-3))
"""
        ]
    )
    assert result["status"] == "graded"
    assert texts(result).count("\n") == 5
    assert "did" not in texts(result)
    assert connections == []


def test_rights_cannot_be_regained(run):
    result = run(
        [
            """
import ctypes, os, signal
libc = ctypes.CDLL(None, use_errno=True)
pid = os.fork()
if pid == 0:
    done = []
    for name, act in {
        'unshare user': lambda: os.unshare(os.CLONE_NEWUSER),
        'unshare mount': lambda: os.unshare(os.CLONE_NEWNS),
        'uid': lambda: os.setuid(0), 'nice': lambda: os.nice(-5),
        'root': lambda: os.chroot('/usr'), 'host': lambda: socket.sethostname('x'),
        'node': lambda: os.mknod('disk', 0o60600, os.makedev(254, 0)),
    }.items():
        try:
            act(); done.append(name)
        except Exception:
            pass
    for name, code in {'mount': libc.mount(b'none', b'/usr', b'tmpfs', 0, None),
                       'umount': libc.umount2(b'/sandbox/home', 2),
                       'ptrace': libc.ptrace(16, os.getppid() + 1, 0, 0)}.items():
        if code == 0: done.append(name)
    open('done', 'w').write(repr(done)); os._exit(0)
os.waitpid(pid, 0)
print(open('done').read(), os.getuid())
try: print(open('/proc/self/status').read())
except OSError: pass
import resource
for what in (resource.RLIMIT_NPROC, resource.RLIMIT_DATA, resource.RLIMIT_CPU):
    try:
        resource.setrlimit(what, (resource.RLIM_INFINITY,) * 2); print('raised')
    except (ValueError, OSError): pass
"""
        ]
    )
    assert texts(result) == ("[] 65532\n" if WITHOUT_NAMESPACES else "[] 1000\n")


def test_other_processes_cannot_be_hurt(run):
    bystander = subprocess.Popen(["sleep", "60"])
    try:
        run(
            [
                f"import os, signal\nfor pid in [-1, {bystander.pid}, {os.getpid()}]:\n"
                "    try: os.kill(pid, signal.SIGKILL); print('killed', pid)\n"
                "    except OSError: pass"
            ]
        )
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
    assert run([GOOD])["status"] == "graded"


def test_what_a_submission_starts_ends_with_it(run):
    seconds = str(100_000 + os.getpid())  # nobody else's
    run([f"import subprocess\nsubprocess.Popen(['sleep', '{seconds}'], start_new_session=True)"])
    deadline = time.monotonic() + 5
    while left := [
        p
        for p in psutil.process_iter(["cmdline"])
        if p.info["cmdline"] and seconds in p.info["cmdline"]
    ]:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)


# One who owns this user's files and has no rights at all, as on a machine of one's own.
ORDINARY = """
import os, sys
(told, tell), (ready, go) = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    os.unshare(os.CLONE_NEWUSER); os.write(tell, b"1"); os.read(ready, 1)
    os.setresgid(1001, 1001, 1001); os.setresuid(1001, 1001, 1001)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
os.read(told, 1)
for name, text in (("setgroups", "deny"), ("uid_map", "1001 0 1"), ("gid_map", "1001 0 1")):
    open(f"/proc/{child}/{name}", "w").write(text)
os.write(go, b"1")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
AS_ORDINARY = """
import os, sys
from course.grading.notebook_run import run_notebook
from course.grading.warm_server import WarmServer
rights = next(line for line in open("/proc/self/status") if line.startswith("CapEff"))
with WarmServer(models=False) as server:
    result = run_notebook({"cells": [sys.argv[1]], "plan": {}}, server)
print(os.getuid(), int(rights.split()[1], 16), result["status"], result["cells"][0]["text"])
"""
TRIALS = """
import os, socket, threading
def attempt(name, act):
    try:
        act(); print('did', name)
    except OSError: pass
attempt('read', lambda: open('{canary}'))
attempt('write', lambda: open('/sandbox/store/x', 'w'))
attempt('write', lambda: open('{canary}', 'w'))
attempt('udp', lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
    b'x', ('192.0.2.1', 53)))
attempt('nothing wrong', lambda: open('mine', 'w'))
"""


@pytest.mark.skipif(
    os.geteuid() != 0 or WITHOUT_NAMESPACES,
    reason="all tests here run as an ordinary user already, or need namespaces",
)
def test_an_ordinary_user_has_the_same_sandbox(canary):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            ORDINARY,
            "-c",
            AS_ORDINARY,
            TRIALS.replace("{canary}", str(canary)),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert done.stdout == "1001 0 graded did nothing wrong\n\n", done.stderr
    assert canary.read_text(encoding="utf-8") == SECRET


# ------------------------------------------------------------------------------------ limits

LIMITS = {
    "an endless loop": ("while True: pass", "graded", "timed out"),
    "a loop that ignores interrupts": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "stopped",
        "stopped",
    ),
    "a loop in C": ("import re; re.match('(a+)+$', 'a' * 60 + 'b')", None, None),
    "waiting for ever": (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: signal.pause()",
        "stopped",
        "stopped",
    ),
    "endless memory": ("x = []\nwhile True: x.append(bytearray(50 << 20))", None, None),
    "memory in many processes": (
        "import os, time\nfor i in range(5): os.fork()\nx = bytearray(b'x') * (900 << 20)\n"
        "time.sleep(30)",
        "stopped",
        "stopped",
    ),
    "memory in a file without a name": (
        "import os\nfor i in range(20):\n    file = os.memfd_create('x')\n"
        "    for j in range(100): os.write(file, bytes(1 << 20))",
        "graded",
        "error",
    ),
    "memory of System V": (
        "import ctypes\nsize = ctypes.c_size_t(1 << 30)\n"
        "if ctypes.CDLL(None).shmget(0, size, 0o1600) < 0: raise OSError",
        "graded",
        "error",
    ),
    "memory that is shared and let go": (
        "import mmap\nm = mmap.mmap(-1, 8 << 30)\nfor i in range(8000):\n"
        "    m[i << 20:i + 1 << 20] = bytes(1 << 20); m.madvise(mmap.MADV_DONTNEED)",
        "graded",
        "error",
    ),
    "memory from a device": (
        "import mmap\nm = mmap.mmap(open('/dev/zero', 'r+b').fileno(), 8 << 30)",
        "graded",
        "error",
    ),
    "memory in sockets": (
        """
import os, signal, socket, time
while (child := os.fork()) and len(os.listdir('.')) < 40: open(str(child), 'w')
kept = []
while not child:
    try: kept += socket.socketpair()
    except OSError: break
    kept[-1].setblocking(False); kept[-1].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    try: kept[-1].send(bytes(200_000))
    except OSError: pass
time.sleep(30)""",
        "stopped",
        "stopped",
    ),
    "a fork bomb": (
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        None,
        None,
    ),
    "a full disk": (
        "with open('big', 'wb') as f:\n    while True: f.write(bytes(1 << 20))",
        "graded",
        "error",
    ),
    "many files": ("for i in range(10**6): open(str(i), 'w').close()", "graded", "error"),
    "an exit": ("import os; os._exit(0)", "crashed", "crashed"),
    "a segmentation fault": ("import ctypes; ctypes.string_at(0)", "crashed", "crashed"),
    "a killed kernel": (
        "import os, signal\nsignal.signal(signal.SIGTERM, lambda *a: os.abort())\n"
        "os.kill(os.getpid(), signal.SIGTERM)",
        "crashed",
        "crashed",
    ),
    "closed sockets": ("import os; os.closerange(0, 1000)", "crashed", "crashed"),
    "an output flood": ("while True: print('x' * 10**6)", "graded", "timed out"),
    "a flood from a program": ("!yes", None, None),
    "a flood of results": ("typical_00 = 'x' * (500 << 20)", "graded", "ok"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_cell_without_bounds_costs_only_itself(name, run):
    if WITHOUT_NAMESPACES and name == "many files":
        pytest.skip("without a file system of its own, their number is limited by time only")
    source, status, cell_status = LIMITS[name]
    cells = ["artist_00 = 'a'", source, "within_00 = 'b'"]
    # the limit of files must end that cell, not the clock, on a slow machine too
    seconds = 20 if name == "many files" else 2
    result = run(cells, cell_seconds=seconds, memory=3 << 30)
    if status:
        assert result["status"] == status, result
        assert result["cells"][1]["status"] == cell_status
    if name.startswith("memory") and status == "stopped":
        assert "GB of memory" in result["sentence"]
    assert result["peak"] < 6 << 30
    answers = judged(result, cells)
    assert answers["artist_00"].status == "correct"
    assert answers["within_00"].status == "correct", result
    assert answers["typical_00"].points == 0


def test_a_process_that_ends_meanwhile_holds_nothing_and_hides_no_other():
    ended = subprocess.Popen(["true"])
    process = psutil.Process(ended.pid)
    ended.wait()
    assert submission_job.resident(process) == submission_job.proportional(process) == 0
    assert submission_job.family(ended.pid) == []


def test_what_many_processes_inherit_counts_once(run):
    result = run(
        [
            "import os, time\nx = bytearray(b'x') * (300 << 20)\nfor i in range(20):\n"
            "    if os.fork() == 0: time.sleep(60)\ntime.sleep(2)"
        ],
        memory=2 << 30,
    )
    assert result["status"] == "graded" and result["cells"][0]["status"] == "ok", result


def test_when_the_machine_is_full_the_run_fails_and_is_no_limit_of_the_notebook(run, monkeypatch):
    monkeypatch.setattr(submission_job, "TOO_FULL", 1 << 60)
    with pytest.raises(submission_job.TooFullError):
        run([GOOD])


def test_the_number_of_processes_is_limited(run):
    result = run(
        [
            "import os, time\ncount = 0\ntry:\n    while count < 1000:\n"
            "        if os.fork() == 0: time.sleep(60)\n        count += 1\n"
            "except OSError: print(count)"
        ],
        memory=1 << 40,
        cell_seconds=60,
    )
    assert 100 < int(texts(result)) < 260


def test_a_notebook_has_a_limit_of_time_too(run):
    result = run(["import time"] + ["time.sleep(1.5)"] * 5, notebook_seconds=3)
    assert result["status"] == "stopped"
    assert "3 seconds" in result["sentence"]
    assert result["cells"][-1]["status"] == "not run"


def test_memory_of_the_grader_does_not_grow_with_what_is_printed(run):
    before = psutil.Process().memory_info().rss
    result = run(
        ["import sys\nfor i in range(1000): print('x' * 10**6)\nsys.stderr.write('y' * 10**8)"],
        cell_seconds=60,
    )
    assert result["cells"][0]["status"] == "ok"
    assert len(result["cells"][0]["text"]) <= 20_000
    assert psutil.Process().memory_info().rss - before < 30 << 20


# ---------------------------------------------------------------------------------- forgeries

FIND = """
import json, os, socket, struct
def channel():
    for number in range(3, 256):
        try:
            os.fstat(number)
            return socket.socket(fileno=os.dup(number))
        except OSError:
            pass
def send(content):
    channel().sendall(struct.pack('!I', len(content)) + content)
"""
ALL_RIGHT = (
    "{n: {'type': 'choice', 'status': 'correct', 'share': 1, 'points': 4, 'value': "
    "{'status': 'correct'}} for n in ('typical_00', 'artist_00', 'within_00', "
    "'between_00')}"
)
#: Replies that take far more memory when they are read than when they are sent.
INFLATED = {
    "empty lists": "b'{\"a\": [' + b'[],' * 2_600_000 + b'0]}'",
    "small numbers": "b'{\"a\": [' + b'1.5,' * 1_900_000 + b'0]}'",
    "one wide character": "json.dumps('\U0001f600', ensure_ascii=False).encode()[:-1] "
    "+ b'x' * 7_900_000 + b'\"'",
    "nested as deep as can be read": "b'{\"typical_00\": ' + b'[' * 9_000 + b']' * 9_000 + b'}'",
}


@pytest.mark.parametrize("name", INFLATED)
def test_the_graders_memory_does_not_grow_with_what_is_sent(name, run):
    before = psutil.Process().memory_info().rss
    tracemalloc.start()
    result = run([FIND, f"for i in range(5): send({INFLATED[name]})", GOOD], cell_seconds=20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 << 20, peak >> 20
    assert psutil.Process().memory_info().rss - before < 100 << 20
    json.dumps(result)  # it can be stored


def test_a_half_character_never_comes_in(run):
    cells = [
        "typical_00 = 'c\\ud800'",
        "raise ValueError('\\ud800')",
        "print('\\udfff'); why = type('\\udc80', (), {})()",
    ]
    result = run([*cells, FIND + 'send(b\'{"\\\\ud800": {"typical_00": "\\\\ud800"}}\')'])
    str(result).encode()
    assert result["cells"][1]["error"]["message"] == "?"


def test_a_hostile_answer_takes_little_time(run, monkeypatch):
    monkeypatch.setattr(notebook_run, "COLLECT_SECONDS", 0.5)
    monkeypatch.setattr(submission_job, "GRACE", 0.5)
    asked = []
    ask = submission_job.Job.ask

    def counted(job, request, seconds):
        asked.append("collect" in request and seconds)
        return ask(job, request, seconds)

    monkeypatch.setattr(submission_job.Job, "ask", counted)
    result = run(
        [
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
            "class Slow(str):\n    def strip(self, *a):\n        while True: pass",
            *(f"{name} = Slow('z')" for name in ("typical_00", "artist_00", "within_00")),
            "between_00 = Slow('z')",
        ]
    )
    assert len([seconds for seconds in asked if seconds]) <= 6 and max(asked) <= 0.5
    assert points(result, ["pass"] * 5) == 0


FORGERIES = {
    "verdicts": f"for i in range(50): send(json.dumps({ALL_RIGHT}).encode())",
    "noise": "channel().sendall(os.urandom(100000))",
    "a huge message": "channel().sendall(b'\\xff' * 1000)",
    "deep nesting": "send(b'[' * 10**6)",
    "numbers that are none": 'send(b\'{"typical_00": {"status": "ok", "value": NaN}}\')',
    "a long number": "send(b'{\"status\": ' + b'9' * 10**6 + b'}')",
    "half a message": "channel().sendall(struct.pack('!I', 1000) + b'{')",
    "many messages": "for i in range(10**5): send(b'{}')",
    "the other end": "channel().shutdown(socket.SHUT_RDWR)",
    "patched answers": "import course.submission.answers\n"
    f"course.submission.answers.collect = lambda n, p: {ALL_RIGHT}",
    "patched answers, every shape": (
        "import course.submission.answers, itertools\n"
        "shapes = itertools.cycle([None, [], 'c', 1e999, {'a': {}}, "
        "{'typical_00': []}, {'typical_00': {'status': [], 'value': {}}}])\n"
        "course.submission.answers.collect.__code__ = (lambda n, p: next(shapes)).__code__\n"
        "course.submission.answers.next, course.submission.answers.shapes = next, shapes"
    ),
    "patched json": f"json.dumps = lambda *a, **k: repr({ALL_RIGHT})\njson.loads = lambda *a: {{}}",
    "patched numpy": "import numpy\nnumpy.asarray = numpy.array = lambda *a, **k: a[0]\n"
    "numpy.isfinite = lambda *a: True",
    "patched builtins": "import builtins\nbuiltins.float = builtins.len = builtins.isinstance = "
    "lambda *a: True",
    "patched check": "import course.check\ncourse.check.check = lambda *a: 'correct'",
    "an answer equal to all": (
        "class Yes(str):\n    __eq__ = lambda *a: True\n    __ne__ = lambda *a: False\n"
        "    __hash__ = lambda *a: 0\n    lower = strip = lambda s: s\n"
        "    __contains__ = lambda *a: True\n    __len__ = lambda s: 1\n"
        "typical_00 = artist_00 = within_00 = between_00 = Yes('z')"
    ),
    "an answer that raises": (
        "class No:\n    def __getattribute__(self, name): raise SystemExit(name)\n"
        "typical_00 = artist_00 = within_00 = between_00 = No()"
    ),
    "an answer that never ends": (
        "class Slow(str):\n    def strip(self, *a):\n        while True: pass\n"
        "    lower = strip\ntypical_00 = Slow('z')"
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_gains_nothing(name, monkeypatch, run):
    monkeypatch.setattr(notebook_run, "COLLECT_SECONDS", 3)
    cells = [FIND, FORGERIES[name]]
    result = run(cells, cell_seconds=5)
    assert result["status"] in ("graded", "crashed", "stopped")
    assert points(result, cells) == 0, judged(result, cells)
    assert run([GOOD])["status"] == "graded"


def test_a_number_of_a_class_of_its_own_is_read_as_a_number(run):
    cells = [
        "class Any(float):\n    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = "
        "lambda *a: True\n    __hash__ = float.__hash__\n    __sub__ = __rsub__ = "
        "lambda *a: 0.0\n    __abs__ = lambda s: 0.0\nmu_median_03 = Any(3.0)\n"
        "mu_80_03 = (Any(1), Any(2))\nbeyonce_04 = Any(140)"
    ]
    answers = judged(run(cells, POOLED), cells, POOLED)
    assert {answers[name].points for name in ("mu_median_03", "mu_80_03", "beyonce_04")} == {0}


# --------------------------------------------------------------------------------------- fuzz


@pytest.mark.parametrize(
    "seeds", [range(20), pytest.param(range(20, 200), marks=pytest.mark.slow)], ids=["20", "180"]
)
def test_fuzzed_notebooks_have_a_row_and_stop_nothing(seeds, tmp_path, run):
    work = assignment.load()
    text = samples.as_text(student(samples.chapters()[WARM_UP]))
    for seed in seeds:
        (tmp_path / f"s{seed}.ipynb").write_bytes(fuzzed(text, seed))
    handins = submissions.collect(tmp_path, work)
    assert len(handins) == len(seeds)
    readable = [handin for handin in handins if not handin.problem]
    assert len(readable) >= len(seeds) / 4
    for handin in readable:
        code = handin.notebook.code
        result = run(code, handin.chapter.name, cell_seconds=10)
        assert len(result["cells"]) == len(code)
        assert points(result, code, handin.chapter.name) == 0, handin.path.name
    assert all(handin.problem.endswith((".", ")")) for handin in handins if handin.problem)
