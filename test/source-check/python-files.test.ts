import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findPythonFiles } from "../../src/source-check/python-files.ts";
import { tempFolder } from "../support/temp.ts";

const treeOf = (...paths: string[]): string =>
  tempFolder(Object.fromEntries(paths.map((path) => [path, ""])));

test("Python files are found in all folders, in order", async () => {
  const root = treeOf("b.py", "a/c.py", "a/b/d.py", "a/readme.md", "a/x.pyc", "setup.cfg");
  expect(await findPythonFiles(root, [])).toEqual({ files: ["a/b/d.py", "a/c.py", "b.py"], unreadable: [] });
});

test("folders of others, and of what was built, are left out", async () => {
  const skipped = [".git", ".venv", "venv", "node_modules", "__pycache__", "lib/site-packages", "build"];
  const root = treeOf("main.py", ...skipped.map((folder) => `${folder}/x.py`));
  expect((await findPythonFiles(root, [])).files).toEqual(["main.py"]);
});

test("symbolic links are not followed, so that a circle ends", async () => {
  const root = treeOf("a/main.py");
  symlinkSync(root, join(root, "a", "circle"));
  symlinkSync(join(root, "a", "main.py"), join(root, "link.py"));
  expect((await findPythonFiles(root, [])).files).toEqual(["a/main.py"]);
});

test.each([
  ["tests", ["app/test_a.py", "app/tests/b.py", "main.py"]],
  ["tests/", ["app/test_a.py", "app/tests/b.py", "main.py"]],
  ["**/tests/**", ["app/test_a.py", "main.py"]],
  ["**/test_*.py", ["app/tests/b.py", "main.py", "tests/c.py"]],
  ["*.py", ["app/test_a.py", "app/tests/b.py", "tests/c.py"]],
])("--exclude %s", async (pattern, left) => {
  const root = treeOf("main.py", "app/test_a.py", "app/tests/b.py", "tests/c.py");
  expect((await findPythonFiles(root, [pattern])).files).toEqual(left);
});

test("a root that is missing, is no folder, or has no Python, says so", async () => {
  const root = treeOf("readme.md");
  const name = { code: "source_missing", hint: "Name the folder of the backend's sources with --root." };
  await expect(findPythonFiles(join(root, "gone"), [])).rejects.toMatchObject({
    ...name,
    message: `There is no folder ${join(root, "gone")}.`,
  });
  await expect(findPythonFiles(join(root, "readme.md"), [])).rejects.toMatchObject({
    ...name,
    message: `${join(root, "readme.md")} is not a folder.`,
  });
  await expect(findPythonFiles(root, [])).rejects.toMatchObject({
    ...name,
    message: `There is no Python file (*.py) in ${root}.`,
  });
});
