import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import {
  beginVerifyRecord,
  endedVerifyRecords,
  forgetVerifyRecord,
} from "../../src/killed-verify-runs/verify-record.ts";
import { tempFolder } from "../support/temp.ts";
import { CAN_UNSHARE, UNSHARE } from "../support/unshare.ts";

const RUN = new URL("../support/verify-run.ts", import.meta.url).pathname;

/** A run in a PID namespace of its own; it ends with it. */
async function beginInside(stateDir: string) {
  const run = execa("unshare", [...UNSHARE, process.execPath, RUN, "begin", stateDir], { reject: false });
  const end = async (): Promise<void> => {
    run.kill("SIGKILL");
    await run;
  };
  onTestFinished(end);
  const [line] = await once(run.stdout, "data");
  return { runId: String(line).trim(), end };
}

async function endedIds(stateDir: string): Promise<string[]> {
  return (await endedVerifyRecords(stateDir)).map(({ run_id }) => run_id);
}

/** As a process in another namespace sees it. */
async function endedFromBeside(stateDir: string): Promise<string[]> {
  const { stdout } = await execa("unshare", [...UNSHARE, process.execPath, RUN, "ended", stateDir]);
  return JSON.parse(stdout);
}

test("a run of this process is alive, and leaves nothing when it is forgotten", async () => {
  const stateDir = tempFolder();
  const journal = beginVerifyRecord(stateDir, "http://127.0.0.1:9");
  expect(await endedIds(stateDir)).toEqual([]);
  journal.forget();
  expect(readdirSync(stateDir).filter((name) => name === "verify")).toEqual([]);
});

test.runIf(CAN_UNSHARE)(
  "a run in a container is judged from its host, and from a container beside it",
  async () => {
    const stateDir = tempFolder();
    const { runId, end } = await beginInside(stateDir);
    expect([await endedIds(stateDir), await endedFromBeside(stateDir)]).toEqual([[], []]);
    await end();
    await expect.poll(() => endedIds(stateDir)).toEqual([runId]);
    expect(await endedFromBeside(stateDir)).toEqual([runId]);
    forgetVerifyRecord(stateDir, { run_id: runId });
    expect(readdirSync(stateDir)).not.toContain("verify");
  },
);

test.runIf(CAN_UNSHARE)(
  "a run of the host is alive for a container, whatever process has its pid there",
  async () => {
    const stateDir = tempFolder();
    const journal = beginVerifyRecord(stateDir, "http://127.0.0.1:9");
    expect(readdirSync(join(stateDir, "verify"))).toHaveLength(2);
    expect(await endedFromBeside(stateDir)).toEqual([]);
    journal.forget();
  },
);
