import { expect, onTestFinished, test } from "vitest";
import type { RunReport } from "../../src/harness/run-report.ts";
import { startTestEngine } from "../services/stand-in-engine/client.ts";
import { idsWith, judgeBackEnd } from "../support/judge-back-end.ts";
import { type OneSocketFault, oneSocketWire, startOneSocketBackEnd } from "../support/one-socket-back-end.ts";

const SUITES = ["cancel", "isolation", "persistence", "model-conversation"];
const ALL =
  /^(?:cancel\/|isolation\/|persistence\/(?:cancelled|next-turn|complete)|model-conversation\/(?:reply|reload))/;

async function judge(
  only: RegExp,
  faults: readonly OneSocketFault[] = [],
  framing: "websocket" | "socket.io" = "websocket",
): Promise<RunReport> {
  const engine = await startTestEngine();
  const { url, close } = await startOneSocketBackEnd(engine.url, faults, framing);
  onTestFinished(close);
  return await judgeBackEnd({ url, engine: engine.url, wire: oneSocketWire(framing) }, SUITES, only);
}

const CANCELS = [
  "cancel/mid-reply",
  "cancel/before-first-token",
  "cancel/silence",
  "cancel/at-once",
  "cancel/saved",
  "cancel/twice",
  "cancel/idle",
  "cancel/idle-then-send",
  "cancel/only-its-own",
  "cancel/next-message",
  "cancel/slots",
  "cancel/deleted",
  "persistence/cancelled",
];

test.each(["websocket", "socket.io"] as const)(
  "by %s, one socket carries all conversations and the stop of their replies, and all of it is judged",
  async (framing) => {
    const report = await judge(ALL, [], framing);
    expect(report.results.filter(({ outcome }) => outcome.verdict === "broken")).toEqual([]);
    expect(report.counts).toMatchObject({ broken: 0, could_not_run: 0 });
    expect(idsWith(report, "holds")).toEqual(
      expect.arrayContaining([...CANCELS, "isolation/streams", "isolation/rows", "isolation/history"]),
    );
    const streams = report.results.find(({ id }) => id === "isolation/streams");
    expect(streams?.outcome).toMatchObject({ seen: expect.stringContaining("on one connection: 2") });
    expect(report.left_behind).toEqual([]);
  },
  240_000,
);

const TALKS = /^(?:isolation\/(?:streams|rows|history)|persistence\/next-turn)$/;
const STOPS = /^cancel\/(?:mid-reply|saved|only-its-own)$/;

test.each<[OneSocketFault, RegExp, string[]]>([
  ["stop-ignored", STOPS, ["cancel/mid-reply", "cancel/only-its-own"]],
  ["engine-goes-on", STOPS, ["cancel/mid-reply"]],
  ["names-mixed", TALKS, ["isolation/streams"]],
  ["replies-mixed", TALKS, ["isolation/streams"]],
  ["parent-ignored", TALKS, ["isolation/history"]],
  ["never-ends", TALKS, []],
])(
  "%s is seen on one socket, and nothing else is blamed",
  async (fault, only, broken) => {
    const report = await judge(only, [fault]);
    expect(idsWith(report, "broken")).toEqual(broken);
  },
  120_000,
);
