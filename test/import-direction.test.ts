import { globSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/**
 * Who may import whom, one line a folder or file of `src/`. A name stands for a folder or a file; `type X`
 * allows only `import type` of it. A folder may always import itself, and nobody may import `commands`.
 */
const ALLOWED: Readonly<Record<string, string>> = {
  "main.ts": "cli",
  "plain-help.ts": "cli, files/package-root.ts",
  "plain-status.ts": "cli",
  "index.ts":
    "verify, define.ts, start-stack.ts, source-check, type services/start-services.ts, type faults, type reporters, type tap, checks, harness, targets, config, contract, errors.ts",
  "define.ts": "type faults, harness, type reporters, type targets",
  "start-stack.ts":
    "services/start-services.ts, faults/find-fault.ts, faults/compose-overrides.ts, type faults",
  verify:
    "load, services/start-services.ts, faults/find-fault.ts, faults/compose-overrides.ts, type faults, services/conversations/postgresql/temporary-database.ts, config/closest-name.ts, checks, harness, targets, contract, errors.ts",
  files: "text/shell-word.ts, errors.ts",
  "prove/proof-worker.ts": "prove, verify, faults/find-fault.ts, harness, errors.ts",
  prove:
    "faults/find-fault.ts, checks, type harness, harness/run-seed.ts, harness/run-report.ts, verify/in-process-copies.ts, type targets, files/package-root.ts",
  "prove-target": "verify, faults/find-fault.ts, tap, targets, harness, contract, errors.ts",
  "service-process.ts":
    "services/start-services.ts, services/idle-memory.ts, tap, type services/http, contract, config, errors.ts",
  "supervisor-process.ts": "supervisor, errors.ts",
  "health-probe.ts": "config/environment-layer.ts, config/config-layer.ts, contract",
  "load-process.ts": "load, cli/chosen-contract.ts, errors.ts",
  load: "checks, harness, targets, errors.ts, files/package-root.ts",
  "errors.ts": "",
  commands:
    "export, services/conversations/check-store.ts, services/conversations/copy, services/conversations/sqlite/back-up-sqlite.ts, type services/conversations/sql/database-check.ts, cli, init, launch, mcp, doctor, verify, prove, prove-target, faults/find-fault.ts, verify-leftovers, source-check, harness, reporters, targets, tap, trace, supervisor, contract, config, text, errors.ts, files/package-root.ts",
  "verify-leftovers": "targets, supervisor, contract, files/private-files.ts, errors.ts",
  learn: "tap, targets, contract, config/load-config.ts, errors.ts",
  cli: "learn, type services/conversations/sql/database-check.ts, launch, type doctor, type verify, type prove, type prove-target, type faults, targets/drivers/shipped-drivers.ts, type targets, harness, reporters, supervisor, contract, config, text, files/private-files.ts, files/make-folders.ts, errors.ts, files/package-root.ts",
  export:
    "launch/service-specs.ts, launch/plan-engine.ts, launch/plan-services.ts, supervisor/service-spec.ts, contract, config, files/make-folders.ts, errors.ts, files/package-root.ts",
  doctor: "launch, supervisor, targets, contract, type config, text/shell-word.ts, errors.ts",
  trace: "tap, targets, contract, type config, reporters/html, text, errors.ts",
  init: "launch/plan-engine.ts, source-check, supervisor, contract, config, files/file-owners.ts, text/shell-word.ts, errors.ts",
  launch:
    "services/conversations/require-database.ts, tap/recorded-exchange.ts, supervisor, targets, contract, config, errors.ts, files/package-root.ts",
  checks: "harness, targets, contract, errors.ts",
  reporters: "type prove, harness, type source-check, config/closest-name.ts, text, errors.ts",
  faults: "services, type tap, contract, config/closest-name.ts, errors.ts",
  mcp: "errors.ts, files/package-root.ts",
  "services/restartable-service.ts": "type services/http",
  "services/start-services.ts":
    "services, tap, config, contract/address.ts, errors.ts, files/package-root.ts",
  // The store itself is injected; what a prompt is made of, and who the agents are, is plain knowledge.
  "services/hmi":
    "type services/conversations/conversation-store.ts, type services/conversations/reply-store.ts, type services/conversations/transfer-store.ts, services/conversations/agents.ts, services/conversations/client-key.ts, services/conversations/engine-settings.ts, services/conversations/in-turn.ts, services/conversations/model-limits.ts, services/conversations/summary-plan.ts, services/conversations/conversation-turn.ts, services/replicas, services/http, services/stream, contract, errors.ts",
  "services/gateway": "services/replicas, services/http, services/stream, contract, type config, errors.ts",
  "services/replicas": "services/http, contract, errors.ts",
  "services/engine": "http-guard, contract, config/closest-name.ts, errors.ts",
  "services/conversations":
    "type services/replicas, contract, files/private-files.ts, files/package-root.ts, errors.ts",
  "services/http": "http-guard, contract, errors.ts",
  "services/stream": "contract, errors.ts",
  "services/idle-memory.ts": "",
  "source-check": "text/linear-pattern.ts, errors.ts, files/package-root.ts",
  targets: "tap, harness/record-steps.ts, contract, text, errors.ts",
  tap: "http-guard, contract, errors.ts",
  "http-guard": "contract, errors.ts",
  supervisor:
    "http-guard, contract/address.ts, files/private-files.ts, text, files/file-owners.ts, files/user-names.ts, errors.ts",
  config: "contract, text/linear-pattern.ts, files/file-owners.ts, text/shell-word.ts, errors.ts",
  harness: "text, files/make-folders.ts, errors.ts",
  contract: "errors.ts",
  text: "errors.ts",
};

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const FILES = globSync("**/*.ts", { cwd: SRC });

interface Import {
  readonly to: string;
  readonly isType: boolean;
}

const IMPORT =
  /\b(?:import|export)\s+(?<type>type\s)?(?:[^;"'()]*?\sfrom\s+)?["'](?<path>\.[^"']+)["']|\bimport\(\s*["'](?<lazy>\.[^"']+)["']/g;

/** The imports of a file from within `src/`, also lazy ones. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(IMPORT)].map(({ groups }) => ({
    to: normalize(join(file, "..", groups?.["path"] ?? groups?.["lazy"] ?? "")),
    isType: groups?.["type"] !== undefined,
  }));
}

function isIn(file: string, place: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

/** The line of the table that a file belongs to. */
function lineOf(file: string): string | undefined {
  return Object.keys(ALLOWED).find((place) => isIn(file, place));
}

function isAllowed(from: string, { to, isType }: Import): boolean {
  if (isIn(to, from)) return true;
  return (ALLOWED[from] ?? "").split(", ").some((entry) => {
    const place = entry.replace(/^type /, "");
    return isIn(to, place) && (place === entry || isType);
  });
}

test("every file has its line in the table, and every line its files", () => {
  expect(FILES.filter((file) => lineOf(file) === undefined)).toEqual([]);
  expect(Object.keys(ALLOWED).filter((place) => !FILES.some((file) => isIn(file, place)))).toEqual([]);
});

test("every import goes where the table allows", () => {
  const broken = FILES.flatMap((file) => {
    const from = lineOf(file) ?? file;
    return importsOf(file)
      .filter((each) => !isAllowed(from, each))
      .map(({ to, isType }) => {
        const how = isType ? "imports types of" : "imports";
        return `src/${file} ${how} ${to}; ${from} may import: ${ALLOWED[from] || "nothing"}.`;
      });
  });
  expect(broken).toEqual([]);
});

test("the imports are found, of every kind", () => {
  expect(importsOf("services/start-services.ts")).toContainEqual({
    to: "config/config-schema.ts",
    isType: true,
  });
  expect(importsOf("services/start-services.ts")).toContainEqual({
    to: "services/engine/start-engine.ts",
    isType: false,
  });
  expect(importsOf("config/load-config.ts")).toContainEqual({
    to: "config/parse-config-file.ts",
    isType: false,
  });
  expect(importsOf("index.ts")).toContainEqual({ to: "errors.ts", isType: false });
});

test("only the command line's own files end the process or write to its output", () => {
  const mayTouchProcess = [
    "cli",
    "main.ts",
    "plain-help.ts",
    "plain-status.ts",
    "service-process.ts",
    "supervisor-process.ts",
  ];
  const touching = FILES.filter((file) =>
    /\bprocess\.(exit|stdout)\b/.test(readFileSync(join(SRC, file), "utf8")),
  );
  expect(touching.filter((file) => !mayTouchProcess.some((place) => isIn(file, place)))).toEqual([]);
});

/** Who may make a server, by what: each hands every call to the guard first, or has not a word for anybody. */
const SERVER_MAKERS: Readonly<Record<string, RegExp>> = {
  "http-guard/guarded-server.ts": /refusalOf\(callerOf\(request, deed\), policy\)/,
  "supervisor/supervisor-presence.ts": /createServer\(\(socket\) => socket\.destroy\(\)\)/,
  "services/http/http-server.ts": /app\.addHook\("onRequest", guardCallers\(/,
};

/** The modules that make servers, where more than their types is taken; Node's, where it is no client. */
const MAKES_SERVERS =
  /import (?!type\b)(?:[^;"']*\s)?from "(?:fastify|node:http2)"|import (?!type\b)(?:\* as|\w+[ ,]|\{[^}]*\bcreate\w*Server\b|\{[^}]*[{,]\s*Server\b)[^;"']*from "node:(?:http|https|net|tls)"|(?:import|require|getBuiltinModule)\(\s*["'](?:fastify|(?:node:)?http2)["']|\bcreate(?:Secure)?Server\b[^;]*(?:import|require|getBuiltinModule)\(|(?:import|require|getBuiltinModule)\([^;]*\bcreate(?:Secure)?Server\b/;

test("no server is made but by what asks the guard first", () => {
  const source = (file: string) => readFileSync(join(SRC, file), "utf8");
  expect(FILES.filter((file) => MAKES_SERVERS.test(source(file))).sort()).toEqual(
    Object.keys(SERVER_MAKERS).sort(),
  );
  for (const [file, guard] of Object.entries(SERVER_MAKERS)) expect(source(file)).toMatch(guard);
});

test.each([
  'import Fastify from "fastify";',
  'import Fastify, { type FastifyInstance } from "fastify";',
  'import { createServer } from "node:http";',
  'import { request, createServer as make } from "node:https";',
  'import {\n  Agent,\n  createServer,\n} from "node:net";',
  'import { Agent, Server } from "node:http";',
  'import * as http from "node:http";',
  'import http from "node:http";',
  'import { constants } from "node:http2";',
  'const { createServer } = await import("node:http");',
])("%j is seen to make servers", (text) => {
  expect(text).toMatch(MAKES_SERVERS);
});

test.each([
  'import type { FastifyInstance } from "fastify";',
  'import { Agent, type Server, request } from "node:http";',
  'import { connect, isIP } from "node:net";',
  'import { createGuardedServer } from "../http-guard/guarded-server.ts";',
])("%j is not", (text) => {
  expect(text).not.toMatch(MAKES_SERVERS);
});

test("what a command shows goes through the files that make it harmless", () => {
  // Help is our own text alone, and written by oclif.
  const mayWrite = ["cli/screen.ts", "cli/live-screen.ts", "cli/standard-output.ts", "cli/help.ts"];
  // Knows the codes, to take them out.
  const reading = ["text/terminal-codes.ts"];
  // Their output is a log, which `stack logs` shows by a screen.
  const logged = ["supervisor", "supervisor-process.ts", "service-process.ts", "health-probe.ts"];
  const writing = FILES.filter((file) =>
    /\b(?:process\.(?:stdout|stderr)\.write|stream\.write|console\.|logToStderr|this\.(?:log|warn)\()|\bux\b|\\u001b|\\x1b/.test(
      readFileSync(join(SRC, file), "utf8"),
    ),
  );
  expect(
    writing.filter((file) => ![...mayWrite, ...reading, ...logged].some((place) => isIn(file, place))),
  ).toEqual([]);
});
