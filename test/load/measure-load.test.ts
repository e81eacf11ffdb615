import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { WireError } from "../../src/contract/wire-error.ts";
import type { LoadReport } from "../../src/harness/load-report.ts";
import { findKnee } from "../../src/load/find-knee.ts";
import { type MeasureLoadOptions, measureLoad } from "../../src/load/measure-load.ts";
import type { EngineClient } from "../../src/services/gateway/engine-client.ts";
import { startStandIn } from "../../src/services/stand-in-engine/start-stand-in.ts";
import type { TargetUrls } from "../../src/targets/open-target.ts";
import { generationsOf } from "../support/gateway.ts";
import { call } from "../support/http.ts";
import { serveRoutes } from "../support/routes.ts";
import { startTestStack } from "../support/stack.ts";

/** Other things go on where this runs. */
const TIMEOUT_MS = 120_000;

interface Measured {
  readonly report: LoadReport;
  /** Undoes what was made; returns what could not be undone. */
  undo(): Promise<void>;
}

/** Drives users, as the suite does. */
async function measure(
  target: TargetUrls,
  settings: MeasureLoadOptions["settings"],
  more: Partial<MeasureLoadOptions> = {},
): Promise<Measured> {
  const undos: ((signal: AbortSignal) => Promise<void>)[] = [];
  const report = await measureLoad({
    target,
    callers: [{ name: "", secret: "" }],
    isStandIn: true,
    settings,
    runId: "a-load-test",
    random: (name, below) => (name.length * 7_919 + name.charCodeAt(name.length - 1) * 104_729) % below,
    signal: new AbortController().signal,
    defer: (_, undo) => undos.unshift(undo),
    ...more,
  });
  const undo = async (): Promise<void> => {
    for (const each of undos.splice(0)) await each(AbortSignal.timeout(30_000));
  };
  onTestFinished(undo);
  return { report, undo };
}

/** An engine stand-in of its own pace. */
async function startPacedEngine(options: Parameters<typeof startStandIn>[0]) {
  const engine = await startStandIn(options);
  onTestFinished(() => engine.close());
  return engine;
}

async function profilesOf(hmi: string): Promise<unknown[]> {
  const { json } = await call(hmi, "/api/model-profiles");
  return (json as { profiles: unknown[] }).profiles;
}

test(
  "an engine of four slots has its knee at four users, nothing is lost, and nothing is left behind",
  async () => {
    const engine = await startPacedEngine({ parallel: 4, tokenDelayMs: 40 });
    const stack = await startTestStack({ engineUrl: engine.url });
    const { report, undo } = await measure(
      { hmi: stack.hmi, gateway: stack.gateway, engine: engine.url },
      { users: 8, minutes: 0.08, steps: [2, 4], pace: { model: "closed", every_ms: 0 }, replyTokens: 8 },
    );
    // Whether this machine was in time does not matter here: slots are far slower.
    const inTime = report.steps.map((step) => ({ ...step, driver: { ...step.driver, is_held_up: false } }));
    expect(findKnee(inTime)).toMatchObject({ users: 4, over_at: 8 });
    expect(report).toMatchObject({ users: 8, processes: expect.any(Number), interrupted: false });
    expect(report.processes).toBeGreaterThan(1);
    for (const { messages, reply_ms, first_token_ms, gap_ms, failures } of report.steps) {
      expect(messages.due).toBeGreaterThan(0);
      expect(messages).toEqual({
        due: messages.due,
        done: messages.due,
        failed: 0,
        cut: 0,
        unfinished: 0,
        unsent: 0,
      });
      expect(failures).toEqual({});
      // Seven waits of 40 ms and more: no reply can be quicker.
      expect(reply_ms?.p50).toBeGreaterThan(7 * 38);
      expect(gap_ms?.p50).toBeGreaterThan(30);
      expect(first_token_ms?.count).toBe(messages.done);
    }
    expect(await profilesOf(stack.hmi)).toHaveLength(1);
    await undo();
    expect(await profilesOf(stack.hmi)).toEqual([]);
  },
  TIMEOUT_MS,
);

/** An engine that once, at this message, says nothing for a second, whoever asks. */
function stallingAt(message: number): (client: EngineClient) => EngineClient {
  let asked = 0;
  return (client) => ({
    ...client,
    async *chat(request, signal) {
      asked += 1;
      if (asked === message) await delay(1_000);
      yield* client.chat(request, signal);
    },
  });
}

test(
  "an engine that stalls for a second is late for all messages that were due then, not for one",
  async () => {
    const stack = await startTestStack({ overrides: { engine: stallingAt(10) } });
    const { report } = await measure(stack, {
      users: 1,
      minutes: 0.05,
      pace: { model: "timetable", every_ms: 100 },
      replyTokens: 2,
    });
    const [step] = report.steps;
    expect(step?.messages.failed).toBe(0);
    // Of 24 messages that were due while it was measured, those of a second: the user had to wait with them, and they count.
    expect(step?.messages.due).toBe(24);
    expect(step?.first_token_ms?.p75).toBeGreaterThan(150);
    expect(step?.wait_ms?.p75).toBeGreaterThan(100);
  },
  TIMEOUT_MS,
);

test(
  "Ctrl-C ends it with what was measured, and ends the replies that run",
  async () => {
    const engine = await startPacedEngine({ tokenDelayMs: 20 });
    const stack = await startTestStack({ engineUrl: engine.url });
    const interrupt = new AbortController();
    const { report, undo } = await measure(
      { hmi: stack.hmi, gateway: stack.gateway, engine: engine.url },
      { users: 3, minutes: 60, steps: [3], pace: { model: "closed", every_ms: 0 }, replyTokens: 100_000 },
      {
        signal: interrupt.signal,
        // All come at once, and are ended once all three are being answered.
        random: () => 0,
        onProgress: ({ running }) => running === 3 && interrupt.abort(),
      },
    );
    expect(report.interrupted).toBe(true);
    await undo();
    const generations = await generationsOf(engine.url);
    expect(generations.filter(({ ended_at }) => ended_at === null)).toEqual([]);
    expect(await profilesOf(stack.hmi)).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  "of a reply that is asked for again and again no pace is told, and whole replies are timed as ever",
  async () => {
    const jobs = new Map<string, number>();
    const hmi = await serveRoutes({
      "POST /jobs": ({ response }) => {
        const id = `${jobs.size + 1}`;
        jobs.set(id, 0);
        return response.writeHead(202, { location: `/jobs/${id}` }).end() && undefined;
      },
      "GET /jobs/:id": ({ params: { id = "" } }) => {
        const asked = (jobs.get(id) ?? 0) + 1;
        jobs.set(id, asked);
        return { sofar: "Rivers do run.".slice(0, 3 * asked), state: asked < 5 ? "on" : "over" };
      },
    });
    const wire = {
      service: "hmi",
      send: { request: "POST /jobs", body: { say: "{text}" }, told: { reply: "@header.location" } },
      read: { request: "GET /jobs/{reply}", every_ms: 20 },
      stream: {
        framing: "polled",
        text: { at: "sofar", cumulative: true },
        done: { where: { state: "over" } },
      },
    } as const;
    const { report } = await measure(
      { hmi, contract: { ...DEFAULT_CONFIG.contract, driver: "described", wire } },
      { users: 1, minutes: 0.03, pace: { model: "closed", every_ms: 0 }, replyTokens: 4 },
    );
    const [step] = report.steps;
    expect(step?.messages.done).toBeGreaterThan(2);
    expect(step).toMatchObject({ gap_ms: null, reply_tokens_per_s: null, tokens: 0 });
    expect(step?.first_token_ms?.count).toBeGreaterThan(2);
    expect(step?.reply_ms?.count).toBeGreaterThan(2);
    expect(report.knee.words).toBe("Not told: by this wire it is not told when tokens come.");
  },
  TIMEOUT_MS,
);

test(
  "a wire that keeps no conversations is driven by its own driver",
  async () => {
    const engine = await startPacedEngine({ tokenDelayMs: 5 });
    const { report } = await measure(
      { gateway: engine.url, contract: { ...DEFAULT_CONFIG.contract, driver: "openai-chat" } },
      { users: 3, minutes: 0.03, steps: [3], pace: { model: "closed", every_ms: 20 }, replyTokens: 10 },
    );
    const [step] = report.steps;
    expect(step?.messages.done).toBeGreaterThan(0);
    expect(step?.messages.failed).toBe(0);
    // One call carries the message and streams the reply.
    expect(step?.accepted_ms).toBeNull();
  },
  TIMEOUT_MS,
);

test(
  "what fails is counted by its code, and is not timed",
  async () => {
    let asked = 0;
    const failing = (client: EngineClient): EngineClient => ({
      ...client,
      async *chat(request, signal) {
        asked += 1;
        if (asked % 2 === 0) throw new WireError("rate_limited", "Not so fast.");
        yield* client.chat(request, signal);
      },
    });
    const stack = await startTestStack({ overrides: { engine: failing } });
    const { report } = await measure(stack, {
      users: 1,
      minutes: 0.03,
      pace: { model: "timetable", every_ms: 50 },
      replyTokens: 2,
    });
    const [step] = report.steps;
    const { done = 0, failed = 0, unfinished = 0, unsent = 0 } = step?.messages ?? {};
    expect(failed).toBeGreaterThan(0);
    expect(step?.failures).toEqual({ rate_limited: failed });
    // What did not come counts with the time that it took at least.
    expect(step?.reply_ms?.count ?? 0).toBe(done + unfinished + unsent);
  },
  TIMEOUT_MS,
);
