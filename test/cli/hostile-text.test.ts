import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import type { TextPair } from "../../src/harness/define-check.ts";
import { countOutcomes, type Outcome } from "../../src/harness/run-report.ts";
import { fileReporters } from "../../src/reporters/find-reporter.ts";
import { appendEvent } from "../../src/supervisor/daemon/service-events.ts";
import { prepareState, stateFolder } from "../../src/supervisor/state-folder.ts";
import type { ServiceEvent } from "../../src/supervisor/supervisor-protocol.ts";
import { PATH, type Run, runStack, runStackLines, startStack } from "../support/cli.ts";
import { expectHarmless, HOSTILE } from "../support/hostile.ts";
import { type Manner, startHostileServer } from "../support/hostile-server.ts";
import { freePorts } from "../support/ports.ts";
import { tempFolder } from "../support/temp.ts";

/** What a command line can carry of it: no program is ever given an argument with a NUL, or half of a pair. */
const TYPED = HOSTILE.toWellFormed();

/** A name of a file that the file system takes. */
const FILE = TYPED.replaceAll("/", "").slice(0, 60);

const MANIFEST: { commands: Record<string, { flags: Record<string, unknown> }> } = JSON.parse(
  readFileSync(new URL("../../oclif.manifest.json", import.meta.url), "utf8"),
);
const COMMANDS = Object.keys(MANIFEST.commands).map((id) => id.replaceAll(":", " "));
/** Their output is no result: a script for a shell, and words for it. */
const WITHOUT_JSON = ["completion", "complete"];

/** A folder in which everything is hostile that others may have written there. */
async function hostileFolder(): Promise<string> {
  const result = (outcome: Outcome, id: string) => ({
    ...{ id, claim: `claim ${HOSTILE}`, why: `why ${HOSTILE}`, look_at: `look ${HOSTILE}` },
    ...{ duration_ms: 1e307, attempts: 1, outcome },
  });
  const rows = [{ [HOSTILE]: HOSTILE, message_id: HOSTILE, __proto__: null }];
  const texts: TextPair = {
    title: HOSTILE,
    names: [HOSTILE, HOSTILE],
    before: HOSTILE,
    after: `${HOSTILE}!`,
  };
  const results = [
    result({ verdict: "broken", expected: HOSTILE, found: HOSTILE, seen: HOSTILE, rows, texts }, "sse/order"),
    result({ verdict: "could-not-run", reason: HOSTILE }, "sse/text"),
    result({ verdict: "skipped", reason: HOSTILE }, `sse/${HOSTILE}`),
  ];
  const counts = countOutcomes(results);
  const report = {
    ...{ report_version: 1, target: HOSTILE, seed: HOSTILE, started_at: "2026-01-01T00:00:00Z" },
    ...{ duration_ms: 1e307, results, counts, left_behind: [HOSTILE], interrupted: false },
    suites: [{ name: "sse", title: HOSTILE, duration_ms: 1, counts }],
  };
  const evidence = {
    ...{ kind: "stream", request: `GET ${HOSTILE}`, sent_at: "2026-01-01T00:00:00Z" },
    ...{ status: 200, duration_ms: 1e308, end: "cut", comments_ms: [1, 1e300] },
    events: [{ at_ms: 1e307, event: { type: "token", content: HOSTILE } }],
  };
  const traversal = { ...report, results: [{ ...results[0], id: "../../../secret" }] };
  const cwd = tempFolder({
    "hostile.json": JSON.stringify(report),
    "saved/report.json": JSON.stringify(report),
    "saved/evidence/sse/order.json": JSON.stringify(evidence),
    "traversal/report.json": JSON.stringify(traversal),
    "deep/report.json": JSON.stringify({ ...report, results: [results[0]] }),
    "deep/evidence/sse/order.json": `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
    "bad.yaml": `services: { ${JSON.stringify(TYPED)}: { command: ${JSON.stringify(TYPED)} } }\n`,
    "broken.yaml": `services: [${TYPED}\n`,
    "source/app.py": `@app.post("/x${TYPED.replaceAll(/["\n\r]/g, "")}")\ndef f(model_id: int):\n    insert_message(model_id=None, t="${TYPED.replaceAll(/["\n\r]/g, "")}")\n`,
    [`source/${FILE}.py`]: "x = 1\n",
    [`${FILE}/main.py`]: "from fastapi import FastAPI\napp = FastAPI()\n",
    Procfile: `${TYPED}: python ${TYPED}\n`,
  });
  const state = stateFolder(join(cwd, ".stack"));
  prepareState(state);
  const at = "2026-11-21T10:00:00.000Z";
  appendEvent(state, {
    ...{ time: at, service: `s${HOSTILE}`, event: `e${HOSTILE}` as ServiceEvent["event"], pid: 7 },
    detail: HOSTILE,
  });
  const log = [
    `plain ${HOSTILE}`,
    JSON.stringify({ level: 30, time: 1, msg: HOSTILE, [HOSTILE]: HOSTILE, err: { stack: HOSTILE } }),
    JSON.stringify({ level: HOSTILE, time: 1, msg: HOSTILE }),
  ];
  writeFileSync(join(state.log, "hmi.log"), `${log.join("\n")}\n`);
  return cwd;
}

function environment(cwd: string, ports: readonly number[], engine?: string): Record<string, string> {
  const [hmi, gateway, other] = ports;
  return {
    ...{ PATH, HOME: cwd, STACK_STATE_DIR: join(cwd, ".stack") },
    ...{ STACK_HMI_PORT: String(hmi), STACK_GATEWAY_PORT: String(gateway) },
    STACK_ENGINE_URL: engine ?? `http://127.0.0.1:${other}`,
  };
}

/** Every output that a person or a program reads is harmless, and JSON where it says so. */
function expectHarmlessRun({ stdout, stderr }: Run, args: readonly string[]): void {
  const what = JSON.stringify(args).slice(0, 80);
  expectHarmless(stdout, `standard output of ${what}`);
  expectHarmless(stderr, `standard error of ${what}`);
  expect(stdout + stderr, what).not.toContain("    at ");
}

function expectJson({ stdout }: Run, args: readonly string[]): void {
  if (stdout === "") return;
  try {
    JSON.parse(stdout);
  } catch {
    for (const line of stdout.split("\n")) expect(() => JSON.parse(line), args.join(" ")).not.toThrow();
  }
}

/** What may be typed to a command that is hostile, the first of them in a process of its own. */
function typedTo(command: string): { alone: string[]; others: string[][]; asked: string[][] } {
  const words = command.split(" ");
  const flag = Object.keys(MANIFEST.commands[words.join(":")]?.flags ?? {})[0] ?? "json";
  const typed = [
    [...words, `--${TYPED}`],
    [...words, `--${flag}=${TYPED}`, TYPED],
    [...words, "--config", "bad.yaml", TYPED],
  ];
  const asked = WITHOUT_JSON.includes(command) ? [] : typed.map((args) => [...args, "--json"]);
  // `prove` and `ci` take words for names of faults, or refuse them: none of these lines starts anything.
  const [alone = [], ...others] = [...typed, ...asked];
  return { alone, others, asked };
}

/** What all commands say to all lines but their first, by the lines: one process after the other for each would load as much thirty times. */
async function runOthers(): Promise<ReadonlyMap<string, Run>> {
  const cwd = await hostileFolder();
  const before = readdirSync(cwd);
  const lines = COMMANDS.flatMap((command) => typedTo(command).others);
  const runs = await runStackLines(lines, { cwd, env: environment(cwd, await freePorts(3)) });
  // Each found the folder as the first did.
  expect(readdirSync(cwd)).toEqual(before);
  return new Map(lines.map((args, index) => [args.join("\0"), runs[index] as Run]));
}

let othersRun: ReturnType<typeof runOthers> | undefined;

test.each(COMMANDS)("stack %s: what is typed comes back harmless", { timeout: 60_000 }, async (command) => {
  const { alone, others, asked } = typedTo(command);
  othersRun ??= runOthers();
  const told = await othersRun;
  const cwd = await hostileFolder();
  const first = await runStack(alone, { cwd, env: environment(cwd, await freePorts(3)) });
  for (const args of [alone, ...others]) {
    const run = args === alone ? first : (told.get(args.join("\0")) as Run);
    expectHarmlessRun(run, args);
    if (asked.includes(args)) expectJson(run, args);
  }
});

const FOUND: readonly (readonly string[])[] = [
  ["status"],
  ["status", "--config", "broken.yaml"],
  ["down"],
  ["events"],
  ["events", "--service", `s${TYPED}`],
  ["logs"],
  ["logs", "--raw"],
  ["logs", "hmi", "--grep", "INJ(E|C)+TED"],
  ["logs", "--grep", `(${TYPED}`],
  ["init", "--dry-run"],
  ["verify", "source", "--root", "source"],
  ["verify", "sse", "--from", "saved"],
  ["verify", "sse", "--from", "traversal"],
  ["verify", "sse", "--from", "deep"],
  ["report", "merge", "hostile.json", "hostile.json"],
  ["report", "merge", "source/app.py"],
  ["up", "--dry-run"],
  ["complete", "--", "logs", ""],
];

test.each(FOUND.map((args) => [args] as const))(
  "stack, with %j: what is found in a folder is shown harmless",
  { timeout: 60_000 },
  async (args) => {
    const cwd = await hostileFolder();
    const env = environment(cwd, await freePorts(3));
    const plain = await runStack(args, { cwd, env });
    expectHarmlessRun(plain, args);
    expect(plain.stdout + plain.stderr).not.toBe("");
    if (WITHOUT_JSON.includes(args[0] ?? "")) return;
    const json = await runStack([...args, "--json"], { cwd, env });
    expectHarmlessRun(json, args);
    expectJson(json, args);
  },
);

test("a line that a pattern of users would be tried on for ever is looked at in a moment", async () => {
  const cwd = await hostileFolder();
  const env = environment(cwd, await freePorts(3));
  writeFileSync(join(stateFolder(join(cwd, ".stack")).log, "hmi.log"), `${"a".repeat(60_000)}!\nfound aaa\n`);
  const { stdout, exitCode } = await runStack(["logs", "hmi", "--grep", "(a+)+$"], { cwd, env });
  expect({ exitCode, shown: stdout.trim().split(/ {2}/).at(-1) }).toEqual({
    exitCode: 0,
    shown: "found aaa",
  });
  const { stdout: listed } = await runStack(["verify", "--list", "--grep", "(.+)+saved.*$"], { cwd, env });
  expect(listed).toContain("persistence/");
});

test.each([
  [["logs"]],
  [["events"]],
  [["verify", "sse", "--from", "saved"]],
  [["report", "merge", "hostile.json"]],
])("stack, with %j: what is hostile is spelled out, and nothing else is lost", async (args) => {
  const cwd = await hostileFolder();
  const { stdout } = await runStack(args, { cwd, env: environment(cwd, await freePorts(3)) });
  expect(stdout).toContain("INJECTED");
  expect(stdout).toContain("⟨U+202E⟩gnp");
});

function asked(hmi: readonly string[], others: readonly string[]): string[][] {
  const run = ["--run", 'printf %s "$STACK_HMI_URL"; printf "::error::x\\033]0;x\\007"'];
  return [
    ["chat", "Hello", ...hmi],
    ["doctor", ...hmi, ...others],
    ["status", "--deep", "--config", "external.yaml"],
    ["verify", "models", "health", "--timeout", "3", ...hmi, ...others],
    ["prove", "--target", "--timeout", "3", ...hmi, ...others, ...run, "done-missing"],
  ];
}

const MANNERS: readonly Manner[] = [
  "as expected",
  "refuses",
  "refuses in plain text",
  "with an engine that breaks off",
];

test.each(MANNERS)(
  "a server that answers %s has its words shown harmless",
  { timeout: 120_000 },
  async (manner) => {
    const [hmi, gateway, engine] = await Promise.all([
      startHostileServer(manner),
      startHostileServer(manner),
      startHostileServer(manner),
    ]);
    const services = { hmi: { url: hmi }, gateway: { url: gateway }, engine: { url: engine } };
    const cwd = tempFolder({ "external.yaml": JSON.stringify({ services }) });
    const ports = [hmi, gateway].map((url) => Number(new URL(url).port));
    const env = environment(cwd, ports, engine);
    const lines = asked(["--hmi", hmi], ["--gateway", gateway, "--engine", engine]);
    for (const args of lines) expectHarmlessRun(await runStack(args, { cwd, env }), args);
    const asJson = lines.map((args) => [...args, "--json"]);
    for (const [place, json] of (await runStackLines(asJson, { cwd, env })).entries()) {
      const args = asJson[place] ?? [];
      expectHarmlessRun(json, args);
      expectJson(json, args);
    }
  },
);

test("what passes a tap is shown harmless", async () => {
  const url = await startHostileServer("refuses");
  const cwd = tempFolder();
  const tap = startStack(["tap", "--to", url, "--json"], { cwd, env: { PATH, HOME: cwd } });
  await tap.said('"listening"');
  tap.kill("SIGINT");
  const run = await tap.ended;
  expectHarmlessRun(run, ["tap"]);
  expectJson(run, ["tap"]);
});

test.each(fileReporters.map(({ name }) => name))(
  "a report as %s is harmless, and of its format",
  async (name) => {
    const cwd = await hostileFolder();
    const env = environment(cwd, await freePorts(3));
    await runStack(["report", "merge", "hostile.json", "--report", `${name}=out`], { cwd, env });
    const text = readFileSync(join(cwd, "out"), "utf8");
    // The annotations are such commands, and the only ones.
    const others = name === "github" ? text.replaceAll(/^::(?:error|notice) title=sse/gm, "") : text;
    expectHarmless(others, name);
    expect(others).toContain("INJECTED");
    expectFormat(name, text);
  },
);

function expectFormat(name: string, text: string): void {
  if (name === "json") JSON.parse(text);
  if (name === "junit") {
    expect(XMLValidator.validate(text)).toBe(true);
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(text);
    expect(testsuites.testsuite.testcase).toHaveLength(3);
  }
  if (name === "html") expect(XMLValidator.validate(text.replace("<!DOCTYPE html>", ""))).toBe(true);
  if (name === "github") expect(text.trimEnd().split("\n")).toHaveLength(3);
  if (name === "tap") {
    expect(text.match(/^(?:not )?ok \d/gm)).toHaveLength(3);
    for (const [, block = ""] of text.matchAll(/^ {2}---\n((?:.*\n)*?) {2}\.\.\./gm)) parseYaml(block);
  }
}
