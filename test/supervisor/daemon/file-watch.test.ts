import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FileWatch, MOST_FOLDERS } from "../../../src/supervisor/daemon/file-watch.ts";
import { PATIENTLY } from "../../support/cli.ts";
import { tempFolder } from "../../support/temp.ts";

function watchIn(root: string, ...paths: string[]) {
  const changes: string[] = [];
  const limits: string[] = [];
  const watch = new FileWatch({
    paths: paths.map((path) => join(root, path)),
    except: join(root, ".stack"),
    onChange: (file) => changes.push(file.slice(root.length + 1)),
    onLimit: (reason) => limits.push(reason),
  });
  onTestFinished(() => watch.close());
  return { changes, limits };
}

test("one file is watched under its name, whatever file has it, and its neighbours are not", async () => {
  const root = tempFolder({ "app.py": "1", "other.py": "1" });
  const { changes } = watchIn(root, "app.py");
  writeFileSync(join(root, "other.py"), "2");
  for (const count of [1, 2]) {
    writeFileSync(join(root, "new"), String(count));
    renameSync(join(root, "new"), join(root, "app.py"));
    await expect.poll(() => changes, PATIENTLY).toEqual(Array(count).fill("app.py"));
  }
});

test("a folder that is removed and made anew is watched again", async () => {
  const root = tempFolder({ "app/part/a.py": "1" });
  const { changes } = watchIn(root, "app");
  rmSync(join(root, "app/part"), { recursive: true });
  await expect.poll(() => changes.length, PATIENTLY).toBe(1);
  mkdirSync(join(root, "app/part"));
  await expect.poll(() => changes.length, PATIENTLY).toBe(2);
  writeFileSync(join(root, "app/part/b.py"), "2");
  await expect.poll(() => changes.at(-1), PATIENTLY).toBe("app/part/b.py");
});

test("the state folder, caches and what editors write are passed over, but not what was named", async () => {
  const root = tempFolder({
    ".stack/x": "",
    "node_modules/a/b.js": "",
    "src/__pycache__/x": "",
    "run.log": "",
  });
  const { changes } = watchIn(root, ".", "node_modules/a", "run.log");
  for (const file of [".stack/x", "src/__pycache__/x", "src/.a.py.swp", "src/4913", "src/a.py~", "x.log"])
    writeFileSync(join(root, file), "2");
  writeFileSync(join(root, "node_modules/a/b.js"), "2");
  await expect.poll(() => changes, PATIENTLY).toEqual(["node_modules/a/b.js"]);
  writeFileSync(join(root, "run.log"), "2");
  await expect.poll(() => changes, PATIENTLY).toEqual(["node_modules/a/b.js", "run.log"]);
});

test("no more folders are watched than the limit, which is told once", () => {
  const root = tempFolder();
  for (let count = 0; count < MOST_FOLDERS + 5; count++) mkdirSync(join(root, `folder-${count}`));
  expect(watchIn(root, ".").limits).toEqual([`more than ${MOST_FOLDERS} folders`]);
});
