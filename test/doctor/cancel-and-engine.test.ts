import type { ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { ForeignContract } from "../../src/contract/foreign-back-end.ts";
import { examine, type RungReport } from "../../src/doctor/run-doctor.ts";
import { startTap } from "../../src/tap/start-tap.ts";
import { rungOf } from "../support/doctor.ts";
import { engineLine, FINAL_LINE, startFakeEngine, startTestEngine } from "../support/gateway.ts";
import { ODD_WIRE, type OddFault, POLLED_ODD_WIRE, startOddBackEnd } from "../support/odd-back-end.ts";

const STOPS = { status: "holds", text: "a cancel stops the engine" };

test.each<OddFault>(["saves-late", "stops-at-next-piece"])(
  "a back end that ends its request at once, or when the engine's next token comes, stops the engine: %s",
  async (fault) => {
    expect(await cancelRung(await startTestEngine(), [fault])).toMatchObject(STOPS);
  },
);

test("one that lets the engine write on for long is told with how long", async () => {
  expect(await cancelRung(await startTestEngine(), ["engine-goes-on"])).toMatchObject({
    status: "broken",
    text: expect.stringMatching(/^after a cancel the engine works on: still, \d+ tokens and \d\S* s later$/),
    problem: { code: "engine_goes_on" },
  });
});

test("an engine that is slow to its next token is waited for", async () => {
  const engine = await startTappedEngine((response) =>
    setTimeout(() => response.write(engineLine("2 ")), 2_500),
  );
  expect(await cancelRung(engine, ["stops-at-next-piece"])).toMatchObject(STOPS);
});

test("of an engine that writes nothing more nobody knows whether it would be stopped", async () => {
  const engine = await startTappedEngine(() => undefined);
  expect(await cancelRung(engine, ["stops-at-next-piece"])).toMatchObject({
    status: "skipped",
    text: expect.stringContaining("too little was written to tell whether it goes on"),
  });
});

test("a reply that came when it was whole was not stopped by its cancel", async () => {
  const engine = await startTappedEngine((response) =>
    setTimeout(() => {
      for (let token = 2; token < 9; token += 1) response.write(engineLine(`${token} `));
      response.end(FINAL_LINE);
    }, 300),
  );
  expect(await cancelRung(engine, ["holds-back"])).toMatchObject({
    status: "skipped",
    text: "the reply was written before its cancel could reach it",
  });
});

test("nor one of which nothing came while it was waited for, though its engine is stopped then", async () => {
  const engine = await startTappedEngine(() => undefined);
  expect(await cancelRung(engine, ["holds-back"])).toMatchObject({
    status: "skipped",
    text: expect.stringMatching(
      /^no text of a long reply came in 30\S* s: its cancel in the middle is not judged$/,
    ),
  });
}, 60_000);

test.each<[string, readonly OddFault[], object]>([
  ["stops", ["polled"], STOPS],
  ["goes on", ["polled", "engine-goes-on"], { status: "broken", problem: { code: "engine_goes_on" } }],
])(
  "of a reply that is polled nobody says that it is held back, and its cancel is tried while the engine writes: it %s",
  async (_, faults, cancel) => {
    const report = await examineOdd(await startTestEngine(), faults, POLLED_ODD_WIRE);
    expect(rungOf(report, "hmi/pace")).toMatchObject({
      status: "skipped",
      text: expect.stringContaining("polled): when its words were written is not told"),
    });
    expect(rungOf(report, "hmi/cancel")).toMatchObject(cancel);
  },
);

/** An engine of its own pace behind a tap: it says OK at once, and counts to 1 before it is asked for more. */
async function startTappedEngine(goOn: (response: ServerResponse) => unknown): Promise<string> {
  const engine = await startFakeEngine(async (request, response) => {
    const isLong = (await text(request)).includes("Count to 500");
    response.write(engineLine(isLong ? "1 " : "OK"));
    if (isLong) goOn(response);
    else response.end(FINAL_LINE);
  });
  const tap = await startTap({ upstream: engine });
  onTestFinished(() => tap.close());
  return tap.url;
}

/** What the doctor says of the cancel of a back end before this engine. */
async function cancelRung(engine: string, faults: readonly OddFault[]): Promise<RungReport> {
  return rungOf(await examineOdd(engine, faults), "hmi/cancel");
}

async function examineOdd(
  engine: string,
  faults: readonly OddFault[],
  wire: ForeignContract["wire"] = ODD_WIRE,
): ReturnType<typeof examine> {
  const { url, close } = await startOddBackEnd(engine, faults);
  onTestFinished(close);
  return await examine({
    config: DEFAULT_CONFIG,
    env: {},
    urls: { hmi: url, engine },
    contract: { ...DEFAULT_CONFIG.contract, driver: "described", wire },
    signal: new AbortController().signal,
  });
}
