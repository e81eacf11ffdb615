import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Run, runStack } from "../support/cli.ts";
import { tempFolder } from "../support/temp.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/source", import.meta.url));

/** Runs `stack verify source` where the fixtures are. */
function check(...args: string[]): Promise<Run> {
  return runStack(["verify", "source", ...args], { cwd: FIXTURES, env: {} });
}

test("what is found is told by place, and the exit code is 1", async () => {
  const { exitCode, stdout, stderr } = await check("--root", "before");
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
  const lines = stdout.split("\n");
  const start = lines.indexOf("  ✗ before/main.py:69:17  None is passed for model_id");
  expect(lines.slice(start + 1, start + 4)).toEqual([
    "      line       model_id=None,  # General conversation (not tied to a model)",
    "      found      general_stream (GET /api/chat/general-stream) accepts model_id and passes None for it to save_chat_message_v2.",
    "      write      model_id=model_id",
  ]);
  expect(lines.filter((line) => line.startsWith("  ✗ "))).toHaveLength(5);
  expect(lines.at(-1)).toMatch(
    /^ {2}5 places found: 6 calls in 2 endpoints that accept model_id, 3 Python files in /,
  );
});

test.each(["after", "clean"])("where nothing is found in %s, the exit code is 0", async (root) => {
  const { exitCode, stdout, stderr } = await check("--root", root);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(
    /^ {2}Nothing found: \d+ calls (?:\(\d+ of them could not be followed\) )?in \d+ endpoints that accept model_id, \d+ Python files in [\d.]+ s\.$/,
  );
});

test("--json is the report alone", async () => {
  const { exitCode, stdout } = await check("--root", "before", "--exclude", "configured*", "--json");
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    root: "before",
    parameters: ["model_id"],
    findings: [41, 69, 77, 84].map((line) => ({ kind: "none-passed", file: "before/main.py", line })),
    unreadable: [],
    counts: { files: 2, endpoints: 2, accepting: 1, calls: 4 },
    not_judged: null,
  });
});

test("other names are judged where they are given", async () => {
  const main = '@app.post("/order")\ndef order(tenant_id):\n    insert_order(tenant_id=None)\n';
  const names = ["--parameter", "tenant_id", "--function", "insert_*"];
  const { exitCode, stdout } = await check("--root", tempFolder({ "main.py": main }), ...names);
  expect(exitCode).toBe(1);
  expect(stdout).toContain("main.py:3:18  None is passed for tenant_id");
});

test("a check that judged nothing is no success", async () => {
  const { exitCode, stdout } = await check("--root", "clean", "--parameter", "tenant_id");
  expect(exitCode).toBe(2);
  expect(stdout.split("\n")).toEqual([
    expect.stringMatching(
      /^ {2}Nothing was judged: 13 endpoints were found, and none accepts tenant_id\. 9 Python files in /,
    ),
    "  Name the parameter that must be handed on with --parameter.",
  ]);
});

test("a file that could not be read is no success either", async () => {
  const main = '@app.get("/x")\ndef x(model_id):\n    save_message(model_id=model_id)\n';
  const root = tempFolder({ "main.py": main, "broken.py": "def x(:\n" });
  const { exitCode, stdout } = await check("--root", root);
  expect(exitCode).toBe(2);
  expect(stdout).toContain(`  ? ${root}/broken.py:1  could not be read: `);
});

test("a root that is not there is told", async () => {
  expect(await check("--root", "gone")).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: "✗ There is no folder gone.\n  Name the folder of the backend's sources with --root.",
  });
});

test("source is no suite, and suites are no part of it", async () => {
  const suite = await runStack(["verify", "model-conversation", "--in-process"], {
    cwd: tempFolder(),
    env: {},
  });
  expect(suite).toMatchObject({ exitCode: 0, stderr: "" });
  const { exitCode, stderr } = await check("--root", "after", "model-conversation");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("Unexpected argument: model-conversation");
});
