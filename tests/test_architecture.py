"""The house keeps its plan: who imports whom, one sentence on each module, no file that nobody can read."""

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store.tables import metadata

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(p for top in ("pipeline", "dags") for p in (ROOT / top).rglob("*.py"))
# Longer than 300 lines on purpose: tables of data, where splitting would only hide rows.
LONG = {
    "pipeline/store/tables.py",
    "pipeline/core/facts/scales.py",
    "pipeline/core/facts/units.py",
}
LONG |= {"pipeline/model.py"}  # the nouns of the whole program, in one place on purpose
BIN = Path(sys.executable).parent


@functools.cache
def tree(path: Path) -> ast.Module:
    """Parse a module, once for all rules."""
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def parsed_once() -> Iterator[None]:
    """Let the trees go when the rules are through."""
    yield
    tree.cache_clear()


def tracked() -> list[Path]:
    """List the files of the project as git knows them (all of them where git does not answer)."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    return [ROOT / line for line in listed.stdout.splitlines()] if listed.returncode == 0 else []


def test_import_contracts_hold() -> None:
    """DESIGN's table of imports is law until the commit that changes it says why."""
    done = subprocess.run([BIN / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path: Path) -> None:
    """A stranger reads one sentence before the code."""
    doc = ast.get_docstring(tree(path))
    assert doc, f"{path.relative_to(ROOT)} has no docstring"
    assert len(doc.splitlines()[0]) > 20


def test_files_stay_readable() -> None:
    """300 lines are an alarm; the exceptions are named here."""
    long = {
        str(p.relative_to(ROOT)): n
        for p in MODULES
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 300 and str(p.relative_to(ROOT)) not in LONG
    }
    assert long == {}


def test_one_per_item_guard_a_step() -> None:
    """`except Exception` stands only where one bad item must not stop a step, or where it is raised again."""
    for path in MODULES:
        bare = [n for n in ast.walk(tree(path)) if isinstance(n, ast.ExceptHandler)]
        broad = [
            n
            for n in bare
            if n.type is None or (isinstance(n.type, ast.Name) and n.type.id in {"Exception", "BaseException"})
        ]
        broad = [n for n in broad if not (isinstance(n.body[-1], ast.Raise) and n.body[-1].exc is None)]
        # told.py: an Airflow notifier of whoever runs it; what it raises must not keep the mail
        allowed = 1 if {"steps", "desk"} & set(path.parts) or path.name in {"guard.py", "told.py"} else 0
        assert len(broad) <= allowed, f"{path.relative_to(ROOT)} line {broad[0].lineno}"


MUTATORS = {
    "append",
    "appendleft",
    "extend",
    "add",
    "update",
    "insert",
    "setdefault",
    "put_nowait",
    "remove",
    "discard",
}
TO_THREAD = {"to_thread": 0, "run_in_executor": 1, "submit": 0}  # where the function stands among the arguments


def _shared(node: ast.expr) -> list[ast.Attribute]:
    """List what an expression reads of `self`, but not inside an await (that is read when its turn comes)."""
    if isinstance(node, ast.Await | ast.Lambda):
        return []
    mine = [node] if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else []
    mine = [n for n in mine if isinstance(n.ctx, ast.Load) and n.value.id in {"self", "worker"}]  # type: ignore[attr-defined]
    return mine + [x for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr) for x in _shared(child)]


def _awaits(node: ast.AST) -> list[ast.Await]:
    return [n for n in ast.walk(node) if isinstance(n, ast.Await)]


def stale_reads(tree: ast.AST) -> list[int]:
    """Give the lines on which a value is read before an await and used after it."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign) and _awaits(node.value):
            found.append(node.lineno)
        if not isinstance(node, ast.expr) or isinstance(node, ast.Await | ast.Lambda):
            continue
        waits = [(a.lineno, a.col_offset) for a in _awaits(node)]
        if not waits:
            continue
        changes = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in MUTATORS
        if changes or any((n.lineno, n.col_offset) < max(waits) for n in _shared(node)):
            found.append(node.lineno)
    return sorted(set(found))


def shared_with_threads(tree: ast.AST) -> list[int]:
    """Give the lines on which a thread gets a method, a closure, or something that its caller still changes."""
    top = {n.name for n in ast.iter_child_nodes(tree) if isinstance(n, ast.FunctionDef)}
    top |= {a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    found = []
    for node in ast.walk(tree):
        name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if not isinstance(node, ast.Call) or name not in TO_THREAD or len(node.args) <= TO_THREAD[name]:
            continue
        work, *values = node.args[TO_THREAD[name] :]
        base = work.value if isinstance(work, ast.Attribute) else work
        is_plain = isinstance(base, ast.Name) and base.id in top
        made = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp | ast.Lambda
        is_shared = any(isinstance(v, made) or ast.unparse(v) in {"self", "worker"} for v in values)
        if not is_plain or is_shared:
            found.append(node.lineno)
    return found


def test_nothing_is_read_before_an_await_and_used_after() -> None:
    """`rows.append(await f())` binds `rows` first: meanwhile another may have taken the list, and the row is lost."""
    found = {str(p.relative_to(ROOT)): n for p in MODULES if (n := stale_reads(tree(p)))}
    assert found == {}


def test_threads_get_values() -> None:
    """A function of a module and values that nobody changes meanwhile; what it finds, it returns."""
    found = {str(p.relative_to(ROOT)): n for p in MODULES if (n := shared_with_threads(tree(p)))}
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        "self.rows.append(await f())",
        "rows.extend([await f(), 1])",
        "self.n += await f()",
        "total += 1 + await f()",
        "self.n = self.n + await f()",
        "x = [self.a, await f()]",
        "g(self.a, x=await f())",
        "self.seen.update({1: await f()})",
    ],
)
def test_the_rule_finds_stale_reads(line: str) -> None:
    """The rule itself can fail."""
    assert stale_reads(ast.parse(f"async def h(self):\n    {line}")) == [2]


@pytest.mark.parametrize(
    "line",
    ["x = await f(self.a)", "self.n = await f()", "self.rows.append(x)", "x = (await f()) + self.n", "await g()"],
)
def test_the_rule_leaves_others_alone(line: str) -> None:
    """What is read when it is used is fresh."""
    assert stale_reads(ast.parse(f"async def h(self):\n    {line}")) == []


@pytest.mark.parametrize(
    "call",
    [
        "asyncio.to_thread(self._save, rows)",
        "asyncio.to_thread(lambda: f(rows))",
        "asyncio.to_thread(inner, rows)",
        "asyncio.to_thread(save, [r for r in rows])",
        "asyncio.to_thread(save, self)",
        "loop.run_in_executor(None, self._save)",
        "pool.submit(self._save)",
    ],
)
def test_the_rule_finds_what_threads_share(call: str) -> None:
    """The rule itself can fail."""
    text = f"def save(*a): ...\nasync def h(self):\n    def inner(*a): ...\n    await {call}"
    assert shared_with_threads(ast.parse(text)) == [4]
    assert shared_with_threads(ast.parse(text.replace(call, "asyncio.to_thread(save, self.url, tuple(rows))"))) == []


def test_no_machine_path_and_no_registry_host_is_named() -> None:
    """The project runs anywhere: nothing names this machine or where packages come from."""
    words = ["python" + "hosted", "pypi" + ".org", "registry.npm" + "js", "/work" + "/main", "/ro" + "ot/"]
    found = [
        (str(p.relative_to(ROOT)), w)
        for p in tracked()
        if p.is_file() and p.suffix not in {".png", ".gz"} and p != Path(__file__)
        for w in words
        if w in p.read_text(encoding="utf-8", errors="ignore")
    ]
    assert found == []


def test_an_order_says_where_nulls_go() -> None:
    """PostgreSQL puts them last and SQLite first: an order over what may be null says which, or leaves them out."""
    silent = []
    for path in MODULES:
        for function in (n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef)):
            text = ast.unparse(function)
            for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
                if not isinstance(call.func, ast.Attribute) or call.func.attr != "order_by":
                    continue
                for key in map(ast.unparse, call.args):
                    column = re.fullmatch(r"(\w+)\.c\.(\w+)(\.desc\(\))?", key)
                    if column and column[1] in metadata.tables:
                        is_given = f"{column[1]}.c.{column[2]}.is_not(None)" in text
                        if metadata.tables[column[1]].c[column[2]].nullable and not is_given:
                            silent.append(f"{path.relative_to(ROOT)}: {function.name}: {key}")
    assert silent == []


def test_no_class_name_stands_twice() -> None:
    """Who reads `Line` or `Found` somewhere must not have to ask which of them it is."""
    places: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


# They count on, within one run; all else of the core is a value.
COUNTERS = {"Streak", "_Made", "Census"}


def test_what_the_core_gives_is_never_changed() -> None:
    """A value that two rooms hold must not change in the hands of one: dataclasses of the core are frozen."""
    thawed = {
        node.name
        for path in MODULES
        if "core" in path.parts or path.name == "model.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        and any("dataclass" in d and "frozen=True" not in d for d in map(ast.unparse, node.decorator_list))
    }
    assert thawed == COUNTERS
