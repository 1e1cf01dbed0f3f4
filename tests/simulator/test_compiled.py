"""What is kept of compiled kernels goes by all that they are made of: their files, and the numbers that they freeze."""

import ast
from pathlib import Path

from compiled.kernels import HERE, KERNELS


def kernels(tree: ast.Module) -> list[ast.FunctionDef]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return [
        one
        for one in functions
        if any(isinstance(mark, ast.Name) and mark.id == "kernel" for mark in one.decorator_list)
    ]


def used(tree: ast.Module) -> set[str]:
    """Files of the simulator from which kernels of a file take something."""
    names = {node.id for one in kernels(tree) for node in ast.walk(one) if isinstance(node, ast.Name)}
    found = set()
    for node in tree.body:
        ours = isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simulator.")
        if ours and names & {alias.name for alias in node.names}:
            found.add(str(node.module).removeprefix("simulator.").replace(".", "/") + ".py")
    return found - {"compiled.py"}


def test_a_kernel_is_another_if_anything_in_it_is() -> None:
    for path in HERE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        name = str(path.relative_to(HERE))
        assert not kernels(tree) or name in KERNELS, name
        assert used(tree) <= set(KERNELS), name
    assert all(Path(HERE / name).is_file() for name in KERNELS)
