import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../src/config/default-config.ts";
import type { WireDescription } from "../src/contract/wire-description.ts";
import { findFault, hopsOf, wireFaults } from "../src/faults/find-fault.ts";
import { type ProveTargetOptions, proveTarget } from "../src/prove-target/prove-target.ts";
import type { TargetFaultProof, TargetProofReport } from "../src/prove-target/target-proof-report.ts";
import { startInProcessStack } from "../src/services/in-process-stack.ts";
import { startStandIn } from "../src/services/stand-in-engine/start-stand-in.ts";
import { openStore, startGatewayOn, startHmiOn } from "../src/services/start-services.ts";
import { startTap } from "../src/tap/start-tap.ts";
import { CHANNEL_WIRE, startChannelChat } from "./support/channel-chat.ts";
import { isAlive } from "./support/cli.ts";
import { everythingIn, startTestStack } from "./support/hmi.ts";
import { ODD_WIRE, startOddBackEnd } from "./support/odd-back-end.ts";
import { oneSocketWire, startOneSocketBackEnd } from "./support/one-socket-back-end.ts";
import { ownCheck } from "./support/own-check.ts";
import { PLAIN_TEXT_WIRE, startPlainTextChat } from "./support/plain-text-chat.ts";
import { freePorts } from "./support/ports.ts";
import { launchPythonGateway, launchPythonHmi, whyNoPython } from "./support/python.ts";
import { PYTHON_CONTRACT } from "./support/python-contract.ts";
import { eventually } from "./support/streams.ts";
import { tempFolder } from "./support/temp.ts";

/** For all suites without a fault, and some of them with each, while other tests run. */
const TIMEOUT_MS = 240_000;

const QUICK = { heartbeat_ms: 150, orphan_grace_ms: 300, save_every_ms: 50 } as const;
const SETTINGS = { heartbeatMs: QUICK.heartbeat_ms, orphanGraceMs: QUICK.orphan_grace_ms };

function proofOf({ faults }: TargetProofReport, name: string): TargetFaultProof {
  const found = faults.find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`There is no proof of ${name}.`);
  return found;
}

describe("on a running stack, by our checks", () => {
  let report: TargetProofReport;
  let before: unknown;
  let after: unknown;
  const told: string[] = [];

  beforeAll(async () => {
    // With a bug of its own, so that one check is red without a fault.
    const overrides = findFault("page-cacheable").overrides(() => undefined);
    const stack = await startInProcessStack({ stream: QUICK, overrides });
    try {
      before = await everythingIn(stack.hmi);
      report = await proveTarget({
        target: { ...stack, settings: SETTINGS },
        describeTarget: "my stack",
        faults: [...WISHED.map(([name]) => name), "page-cacheable", "usage-zero"],
        onBaseline: (target) => told.push(target),
        onFault: ({ name, verdict }) => told.push(`${name} ${verdict}`),
      });
      after = await everythingIn(stack.hmi);
    } finally {
      await stack.close();
    }
  }, TIMEOUT_MS);

  const WISHED = [
    ["done-missing", "sse/done"],
    ["tokens-in-bursts", "sse/pace"],
    ["characters-cut-on-the-way", "sse/text"],
    ["cancel-swallowed", "cancel/mid-reply"],
    ["headers-late", "sse/first-byte"],
    ["stream-cut", "sse/done"],
  ] as const;

  test.each(WISHED)("%s is caught by %s", (name, check) => {
    expect(proofOf(report, name)).toMatchObject({
      verdict: "caught",
      caught_by: expect.arrayContaining([check]),
      hops: ["hmi"],
      reason: null,
    });
  });

  test("a check that is red without a fault is told", () => {
    expect(report.baseline).toMatchObject({
      judged_by: "checks",
      not_holding: expect.arrayContaining([
        { id: "http/pages", verdict: "broken", reason: expect.stringMatching(/^expected .+; found /) },
      ]),
    });
  });

  test("a bug that the stack has already is not missed", () => {
    expect(proofOf(report, "page-cacheable")).toMatchObject({
      verdict: "there-already",
      caught_by: [],
      named: ["http/pages"],
    });
  });

  test("what only the gateway asks the engine is not applied, and it is told how it could be", () => {
    expect(proofOf(report, "usage-zero")).toMatchObject({
      verdict: "not-applied",
      applied: 0,
      reason: expect.stringContaining("--engine-tap"),
    });
  });

  test("each is told as it ends, after what holds without a fault", () => {
    expect(told[0]).toMatch(/^my stack \(gateway http.+, hmi http.+, engine http.+\)$/);
    expect(told.slice(1)).toEqual(report.faults.map(({ name, verdict }) => `${name} ${verdict}`));
  });

  test("the stack is left as it was", () => {
    expect(report).toMatchObject({ left_behind: [], interrupted: false });
    expect(after).toEqual(before);
  });
});

const missing = await whyNoPython();
if (missing !== undefined) test("on the seeds' services in Python", ({ skip }) => skip(missing));

describe.runIf(missing === undefined)("on the seeds' services in Python, by the contract seeds", () => {
  let report: TargetProofReport;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "stack-test-"));
    const engine = await startStandIn();
    const gateway = await launchPythonGateway({ engineUrl: engine.url });
    const database = join(folder, "chat.db");
    const hmi = await launchPythonHmi({ gatewayUrl: gateway.url, database, defaultModel: "llama3.1:8b" });
    try {
      const urls = { hmi: hmi.url, gateway: gateway.url, engine: engine.url };
      report = await proveTarget({
        target: { ...urls, settings: SETTINGS, contract: PYTHON_CONTRACT },
        faults: ["done-missing", "stream-cut", "cancel-swallowed", "events-named"],
      });
    } finally {
      await Promise.all([hmi.close(), gateway.close()]);
      await engine.close();
      rmSync(folder, { recursive: true });
    }
  }, TIMEOUT_MS);

  test.each([
    ["done-missing", "sse/done"],
    ["stream-cut", "sse/done"],
    // Where there is no cancel at all, one check is left that sees a wrong answer to it.
    ["cancel-swallowed", "cancel/unknown"],
  ])("%s is caught by %s", (name, check) => {
    expect(proofOf(report, name)).toMatchObject({
      verdict: "caught",
      caught_by: expect.arrayContaining([check]),
    });
  });

  test("what its contract does not promise is not judged, and says why", () => {
    expect(proofOf(report, "events-named")).toMatchObject({
      verdict: "not-judged",
      named: ["sse/frames"],
      reason: expect.stringMatching(/^sse\/frames does not judge this stack: ./),
    });
    expect(report.baseline).toMatchObject({
      not_holding: expect.arrayContaining([
        expect.objectContaining({ id: "sse/frames", verdict: "skipped" }),
      ]),
    });
  });

  test("nothing is left behind", () => {
    expect(report.left_behind).toEqual([]);
  });
});

test("on a wire that is none of ours, by what any stream can suffer", { timeout: TIMEOUT_MS }, async () => {
  const engine = await startStandIn({ tokenDelayMs: 20 });
  onTestFinished(() => engine.close());
  const url = await startPlainTextChat(engine.url);
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire: PLAIN_TEXT_WIRE };
  const report = await proveTarget({
    target: { hmi: url, gateway: "http://127.0.0.1:9", engine: engine.url, contract, settings: SETTINGS },
    faults: ["tokens-in-bursts", "stream-cut", "characters-cut-on-the-way", "done-missing", "events-named"],
  });
  const caughtBy = Object.fromEntries(report.faults.map(({ name, caught_by }) => [name, caught_by]));
  expect(caughtBy).toEqual({
    "tokens-in-bursts": ["sse/pace"],
    "stream-cut": expect.arrayContaining(["sse/text", "model-conversation/reload"]),
    "characters-cut-on-the-way": expect.arrayContaining(["sse/text"]),
    // Of plain text, the last words.
    "done-missing": expect.arrayContaining(["sse/text", "sse/kept"]),
    "events-named": [],
  });
  expect(proofOf(report, "events-named")).toMatchObject({
    verdict: "not-applied",
    reason:
      "Nothing passed that could be changed: it knows the calls, events and pages of docs/contract.md, and this target speaks another wire.",
  });
});

/** A back end that is known by its description, before an engine. */
type DescribedBackEnd = readonly [url: string, wire: WireDescription, engine: string];

async function startOn(
  start: (engine: string) => Promise<readonly [url: string, wire: WireDescription]>,
): Promise<DescribedBackEnd> {
  const engine = await startStandIn({ tokenDelayMs: 20 });
  onTestFinished(() => engine.close());
  return [...(await start(engine.url)), engine.url];
}

async function startOdd(engine: string): Promise<readonly [url: string, wire: WireDescription]> {
  const { url, close } = await startOddBackEnd(engine);
  onTestFinished(close);
  return [url, ODD_WIRE];
}

async function startOneSocket(
  engine: string,
  framing: "websocket" | "socket.io",
): Promise<readonly [url: string, wire: WireDescription]> {
  const backEnd = await startOneSocketBackEnd(engine, [], framing);
  onTestFinished(() => backEnd.close());
  return [backEnd.url, oneSocketWire(framing) as WireDescription];
}

/** What is found of it with these faults on its wire. */
async function proveDescribed([url, wire, engine]: DescribedBackEnd, ...faults: string[]) {
  const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire };
  return await proveTarget({
    target: { hmi: url, gateway: "http://127.0.0.1:9", engine, contract, settings: SETTINGS },
    faults,
  });
}

test(
  "on a wire whose stream stays open the event that tells the end is lost; what cannot be applied says what it looks for",
  async () => {
    const backEnd = await startOn(async () => [(await startChannelChat()).url, CHANNEL_WIRE]);
    const { target, faults } = await proveDescribed(backEnd, "done-missing", "cancel-swallowed");
    expect(target).toBe(`hmi ${backEnd[0]}, engine ${backEnd[2]}`);
    expect(faults.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["done-missing", "caught"],
      ["cancel-swallowed", "not-applied"],
    ]);
    expect(faults[0]?.caught_by).toContain("sse/done");
    expect(faults[1]?.reason).toContain("it changes what contract.wire.cancel says");
  },
  TIMEOUT_MS,
);

const BACK_ENDS = {
  "a call": () => startOn(startOdd),
  "a frame": () => startOn((engine) => startOneSocket(engine, "websocket")),
  "an event of socket.io": () => startOn((engine) => startOneSocket(engine, "socket.io")),
  "closing the stream": () => startOn(async (engine) => [await startPlainTextChat(engine), PLAIN_TEXT_WIRE]),
} as const;

test.each(Object.keys(BACK_ENDS) as (keyof typeof BACK_ENDS)[])(
  "a cancel by %s that never arrives is caught",
  async (kind) => {
    const { faults } = await proveDescribed(await BACK_ENDS[kind](), "cancel-swallowed");
    expect(faults).toMatchObject([
      { verdict: "caught", caught_by: expect.arrayContaining(["cancel/mid-reply"]) },
    ]);
  },
  TIMEOUT_MS,
);

test(
  "on a WebSocket the frame that tells the end is lost",
  async () => {
    const { faults } = await proveDescribed(await BACK_ENDS["a frame"](), "done-missing");
    expect(faults).toMatchObject([{ verdict: "caught", caught_by: expect.arrayContaining(["sse/done"]) }]);
  },
  TIMEOUT_MS,
);

test(
  "a stack that stops answering takes nothing of what was found",
  async () => {
    const [url, wire, engine] = await startOn(startOdd);
    const back = await startTap({ upstream: url });
    onTestFinished(() => back.close());
    const contract = { ...DEFAULT_CONFIG.contract, driver: "described", wire };
    const report = await proveTarget({
      target: { hmi: back.url, gateway: "http://127.0.0.1:9", engine, contract, settings: SETTINGS },
      faults: ["roles-swapped", "rows-reversed", "no-heartbeat"],
      onFault: () => void back.close(),
    });
    expect(report.faults.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["roles-swapped", "caught"],
      ["rows-reversed", "not-judged"],
      ["no-heartbeat", "not-applied"],
    ]);
    expect(proofOf(report, "rows-reversed").reason).toMatch(/ could not look: .* answered 502: ./);
  },
  TIMEOUT_MS,
);

test(
  "on a described wire a fault is one of its rows, its events and its calls, and what was held back is made good",
  async () => {
    const [url, wire, engine] = await startOn(startOdd);
    const CAUGHT = {
      "piece-lost": ["persistence/complete", "model-conversation/reload"],
      "cancel-waits-for-engine": ["cancel/mid-reply"],
      "roles-swapped": ["model-conversation/reload"],
      "rows-reversed": ["persistence/row-order", "model-conversation/reload"],
      "saved-text-cut": ["persistence/complete"],
      "done-before-commit": ["persistence/saved-at-done"],
      "given-session-ignored": ["model-conversation/given-session"],
      "rows-of-other-conversation": ["isolation/rows"],
      "deletion-not-done": ["persistence/deleted"],
    };
    const report = await proveDescribed([url, wire, engine], ...Object.keys(CAUGHT), "usage-zero");
    for (const [name, ids] of Object.entries(CAUGHT)) {
      expect(proofOf(report, name)).toMatchObject({
        verdict: "caught",
        caught_by: expect.arrayContaining(ids),
      });
    }
    // Why nobody could notice is told.
    expect(proofOf(report, "usage-zero")).toMatchObject({
      verdict: "not-judged",
      reason: expect.stringMatching(/^sse\/usage does not judge this stack: ./),
    });
    expect(report.left_behind).toEqual([]);
    expect(await (await fetch(`${url}/chats`)).json()).toEqual({ chats: [] });
  },
  TIMEOUT_MS,
);

describe("by a command of somebody's own", () => {
  const command = (line: string) => ({ line, env: process.env });

  test("a fault is caught where the command then ends with another exit code than 0, else missed", async () => {
    const target = await startTestStack();
    const report = await proveTarget({
      target,
      faults: ["done-missing", "events-named"],
      command: command(ownCheck("says done")),
    });
    expect(report.baseline).toMatchObject({ judged_by: "command", requests: 1 });
    expect(proofOf(report, "done-missing")).toMatchObject({ verdict: "caught", caught_by: ["exit code 1"] });
    expect(proofOf(report, "events-named")).toMatchObject({ verdict: "missed", caught_by: [] });
  });

  test("a fault that the command never meets is not applied", async () => {
    const report = await proveTarget({
      target: await startTestStack(),
      faults: ["cancel-swallowed"],
      command: command(ownCheck("says done")),
    });
    expect(proofOf(report, "cancel-swallowed")).toMatchObject({
      verdict: "not-applied",
      reason: "Nothing passed that could be changed.",
    });
  });

  test("a command that hangs has caught the fault, and is ended", async () => {
    const report = await proveTarget({
      target: await startTestStack(),
      faults: ["done-missing"],
      command: command(ownCheck("waits for done")),
      deadlineMs: 1_000,
    });
    const { verdict, caught_by } = proofOf(report, "done-missing");
    expect({ verdict, caught_by }).toEqual({
      verdict: "caught",
      caught_by: [expect.stringMatching(/^not finished after \d+ s$/)],
    });
  });

  test("a command that is red without a fault cannot judge, and its last words are told", async () => {
    const target = await startTestStack();
    await expect(proveTarget({ target, command: command("echo so it goes; exit 3") })).rejects.toMatchObject({
      message: expect.stringMatching(/it ended with exit code 3\. It said last:\nso it goes$/),
      exitCode: 2,
    });
  });

  test("a command that does not call the stack at the taps cannot judge", async () => {
    const target = await startTestStack();
    await expect(proveTarget({ target, command: command("exit 0") })).rejects.toMatchObject({
      message: '"exit 0" called neither STACK_HMI_URL nor STACK_GATEWAY_URL.',
      exitCode: 2,
    });
  });

  test("an interrupt ends the command with all that it has started", async () => {
    const folder = tempFolder({});
    const interrupt = new AbortController();
    const reason = new Error("Ctrl-C");
    const line = `sleep 600 & echo $! > "${folder}/pid"; wait`;
    const proof = proveTarget({
      target: await startTestStack(),
      command: command(line),
      signal: interrupt.signal,
    });
    const pidFile = join(folder, "pid");
    await eventually(() => expect(existsSync(pidFile) && readFileSync(pidFile, "utf8")).toMatch(/\n/));
    interrupt.abort(reason);
    await expect(proof).rejects.toBe(reason);
    await expect.poll(() => isAlive(Number(readFileSync(pidFile, "utf8")))).toBe(false);
  });

  test("an interrupt between two faults leaves the report of those before it", async () => {
    const interrupt = new AbortController();
    const report = await proveTarget({
      target: await startTestStack(),
      faults: ["done-missing", "events-named"],
      command: command(ownCheck("says done")),
      signal: interrupt.signal,
      onFault: () => interrupt.abort(),
    });
    expect(report).toMatchObject({ interrupted: true, faults: [{ name: "done-missing" }] });
    expect(report.faults).toHaveLength(1);
  });

  test("what the gateway asks the engine goes wrong too where a tap stands at its engine's address", async () => {
    const [port = 0] = await freePorts(1);
    const engine = await startStandIn();
    onTestFinished(() => engine.close());
    const stack = await startTestStack({ engineUrl: `http://127.0.0.1:${port}` });
    const report = await proveTarget({
      target: { ...stack, engine: engine.url },
      faults: ["usage-zero"],
      command: command(ownCheck("counts tokens")),
      listen: { engine: { host: "127.0.0.1", port } },
    });
    expect(proofOf(report, "usage-zero")).toMatchObject({ verdict: "caught", hops: ["engine"] });
  });

  test("what the HMI asks the gateway goes wrong too where a tap stands at its gateway's address", async () => {
    const [port = 0] = await freePorts(1);
    const target = await startWithGatewayAt(`http://127.0.0.1:${port}`);
    const report = await proveTarget({
      target,
      faults: ["repeats-dropped"],
      command: command(ownCheck("hears repeats")),
      listen: { gateway: { host: "127.0.0.1", port } },
    });
    expect(proofOf(report, "repeats-dropped")).toMatchObject({ verdict: "caught" });
  });
});

/** A stack whose HMI was told another address of its gateway. */
async function startWithGatewayAt(url: string): Promise<ProveTargetOptions["target"]> {
  const engine = await startStandIn();
  onTestFinished(() => engine.close());
  const { hmi, gateway, engine: defaults, store } = DEFAULT_CONFIG;
  const config = {
    ...DEFAULT_CONFIG,
    hmi: { ...hmi, port: 0 },
    gateway: { ...gateway, port: 0 },
    engine: { ...defaults, url: engine.url },
    store: { ...store, path: ":memory:" },
  };
  const opened = await openStore(config);
  onTestFinished(() => opened.close());
  const startedGateway = await startGatewayOn(config, opened);
  onTestFinished(() => startedGateway.close());
  const startedHmi = await startHmiOn(config, opened, url);
  onTestFinished(() => startedHmi.close());
  return { hmi: startedHmi.url, gateway: startedGateway.url, engine: engine.url };
}

describe("what cannot be", () => {
  const target = { hmi: "http://127.0.0.1:1", gateway: "http://127.0.0.1:2", engine: "http://127.0.0.1:3" };

  test.each([
    ["reply-without-model-id", /is inside a service/],
    ["gremlins", /^There is no fault "gremlins"/],
  ])("the fault %s is refused with those on the wire", async (name, message) => {
    await expect(proveTarget({ target, faults: [name] })).rejects.toMatchObject({
      code: "unknown_fault",
      message: expect.stringMatching(message),
      hint: `Faults on the wire: ${wireFaults.map((fault) => fault.name).join(", ")}.`,
    });
  });

  test("a misspelt fault is refused with the nearest name on the wire", async () => {
    await expect(proveTarget({ target, faults: ["done-mising"] })).rejects.toMatchObject({
      code: "unknown_fault",
      hint: 'Did you mean "done-missing"?',
    });
  });

  test("a stack that does not answer", async () => {
    await expect(proveTarget({ target })).rejects.toMatchObject({ code: "unreachable", exitCode: 2 });
  });

  test("a tap in front of an encrypted service", async () => {
    const encrypted = { ...target, hmi: "https://chat.example" };
    await expect(proveTarget({ target: encrypted })).rejects.toMatchObject({ code: "bad_url" });
  });

  test("a tap that passes on to itself", async () => {
    const listen = { engine: { host: "127.0.0.1", port: 3 } };
    await expect(proveTarget({ target, listen })).rejects.toMatchObject({
      code: "bad_flag",
      hint: "Name the engine's own address with --engine.",
    });
  });
});

test("a fault is on the wire where nothing of it is inside a service", () => {
  expect(hopsOf(findFault("done-missing"))).toEqual(["hmi"]);
  expect(hopsOf(findFault("repeats-dropped"))).toEqual(["gateway"]);
  expect(hopsOf(findFault("usage-zero"))).toEqual(["engine"]);
  // Its rewrite only watches for what its store then does.
  expect(hopsOf(findFault("end-without-final-ignored"))).toEqual([]);
});
