import { join } from "node:path";
import { expect, test } from "vitest";
import { troubleAtEndOf } from "../../src/doctor/import-error-in-log.ts";
import { tempFolder } from "../support/temp.ts";

const PYTHON = `INFO:     Will watch for changes in these directories: ['/srv/chat']
INFO:     Uvicorn running on http://127.0.0.1:6120 (Press CTRL+C to quit)
INFO:     Application startup complete.
WARNING:  WatchFiles detected changes in 'gateway_app.py'. Reloading...
Process SpawnProcess-2:
Traceback (most recent call last):
  File "/srv/chat/gateway_app.py", line 12
    def health(
              ^
SyntaxError: '(' was never closed
`;

const NODE = `listening on 3000
/srv/chat/server.js:4
app.get("/health", (req, res) => {
^^^
SyntaxError: missing ) after argument list
    at wrapSafe (node:internal/modules/cjs/loader:1638:18)
    at Module._compile (node:internal/modules/cjs/loader:1680:20)

Node.js v24.1.0
`;

test.each([
  ["of a watcher of Python", PYTHON, "SyntaxError: '(' was never closed"],
  ["of Node", NODE, "SyntaxError: missing ) after argument list"],
  ["in colours", `\u001b[31m${PYTHON}\u001b[0m`, "SyntaxError: '(' was never closed"],
  ["and mended since", `${PYTHON}INFO:     Application startup complete.\n`, undefined],
  ["of nothing", "INFO:     Application startup complete.\n", undefined],
  [
    "of a request that failed",
    "NameError: name 'x' is not defined\nINFO: 127.0.0.1 - GET /chat 500\n",
    undefined,
  ],
])("the error at the end of a log %s", (_, log, expected) => {
  const folder = tempFolder({ "service.log": log });
  expect(troubleAtEndOf(join(folder, "service.log"))).toBe(expected);
});

test("a log that is not there tells nothing", () => {
  expect(troubleAtEndOf("/nowhere/service.log")).toBeUndefined();
});
