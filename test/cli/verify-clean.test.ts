import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { MessageList, SessionList } from "../../src/contract/hmi-schemas.ts";
import { ProfileList } from "../../src/contract/profile-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { startInProcessStack } from "../../src/services/in-process-stack.ts";
import { runProfileDescription } from "../../src/targets/run-journal.ts";
import { prepareStack, type TestStack } from "../support/cli.ts";
import { createProfile, createSession, say } from "../support/hmi.ts";
import { call } from "../support/http.ts";

interface Place {
  readonly hmi: string;
  /** The flags that name the stack. */
  readonly urls: readonly string[];
  readonly cli: TestStack;
}

/** A stack in this process, and a folder from which the command line judges it. */
async function place(): Promise<Place> {
  const stack = await startInProcessStack({ tokenDelayMs: 5 });
  onTestFinished(() => stack.close());
  const cli = await prepareStack();
  onTestFinished(() => rmSync(cli.cwd, { recursive: true }));
  const { hmi, gateway, engine } = stack;
  return { hmi, urls: ["--hmi", hmi, "--gateway", gateway, "--engine", engine], cli };
}

async function profilesOf(hmi: string) {
  return ProfileList.parse((await call(hmi, hmiRoutes.profiles.path())).json).profiles;
}

async function sessionsOf(hmi: string) {
  return SessionList.parse((await call(hmi, hmiRoutes.sessions.path(undefined, { limit: 100 }))).json)
    .sessions;
}

function recordsOf({ stateDir }: TestStack): string[] {
  const folder = join(stateDir, "verify");
  return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".json")) : [];
}

/** The conversations that runs have written down as theirs. */
function conversationsInRecords(cli: TestStack): string[] {
  return recordsOf(cli).flatMap((file) => {
    const record = JSON.parse(readFileSync(join(cli.stateDir, "verify", file), "utf8"));
    return record.conversations.map(({ session_id }: { session_id: string }) => session_id);
  });
}

/**
 * Begins a run, and kills it when it has made a profile, and has been told of a general conversation that it made. (Of
 * one that it had not been told of yet, nobody could know whose it is.)
 */
async function killedRun({ hmi, urls, cli }: Place): Promise<void> {
  const own = new Set((await sessionsOf(hmi)).map(({ session_id }) => session_id));
  const run = cli.start("verify", "model-conversation", ...urls);
  const isMade = async (): Promise<boolean> => {
    const made = (await sessionsOf(hmi)).filter(({ session_id }) => !own.has(session_id));
    const known = conversationsInRecords(cli);
    const general = made.filter(({ model_id }) => model_id === null);
    return general.length > 0 && made.every(({ session_id }) => known.includes(session_id));
  };
  await expect.poll(isMade, { timeout: 20_000, interval: 5 }).toBe(true);
  run.kill("SIGKILL");
  await run.ended;
  expect(recordsOf(cli)).toHaveLength(1);
}

test("what a killed run left is deleted by verify --clean, and nothing that a person made", async () => {
  const at = await place();
  const { hmi, urls, cli } = at;
  const modelId = await createProfile(hmi, {
    name: "stack verify by hand",
    description: "Made by stack verify; deleted when it ends.",
  });
  const own = [await createSession(hmi, modelId), await createSession(hmi, null)];
  await say(hmi, "Mine", { session_id: own[1] ?? "" });
  await killedRun(at);

  const { exitCode, json } = await cli.json("verify", "--clean", ...urls);
  expect({ exitCode, json }).toMatchObject({
    exitCode: 0,
    json: { cleaned: { runs: 1, left: [], elsewhere: [] } },
  });
  expect((await profilesOf(hmi)).map(({ model_id }) => model_id)).toEqual([modelId]);
  expect((await sessionsOf(hmi)).map(({ session_id }) => session_id).sort()).toEqual(own.sort());
  expect(recordsOf(cli)).toEqual([]);
  expect(await cli.run("verify", "--clean", ...urls)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("No killed run left anything here."),
  });
}, 60_000);

test("the next run deletes it, too, and leaves nothing itself", async () => {
  const at = await place();
  const { hmi, urls, cli } = at;
  await killedRun(at);
  const { exitCode, stdout } = await cli.run("verify", "http", ...urls);
  expect({ exitCode, stdout }).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/Deleted what a killed run had left: profiles: \d+, conversations: \d+/),
  });
  expect(await profilesOf(hmi)).toEqual([]);
  expect(await sessionsOf(hmi)).toEqual([]);
  expect(recordsOf(cli)).toEqual([]);
}, 90_000);

test("a conversation that somebody wrote into is left and told, and so is its profile", async () => {
  const at = await place();
  const { hmi, urls, cli } = at;
  await killedRun(at);
  const [made] = (await sessionsOf(hmi)).filter(({ model_id }) => model_id !== null);
  const general = (await sessionsOf(hmi)).find(({ model_id }) => model_id === null)?.session_id ?? "";
  await say(hmi, "This is mine", { session_id: general });
  const { exitCode, stdout } = await cli.run("verify", "--clean", ...urls);
  expect({ exitCode, stdout }).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining(`somebody else wrote into conversation ${general}, so it was left`),
  });
  const left = await sessionsOf(hmi);
  expect(left.map(({ session_id }) => session_id)).toEqual([general]);
  expect(made).not.toEqual(left[0]);
  const { json } = await call(hmi, hmiRoutes.messages.path({ session_id: general }));
  expect(MessageList.parse(json).messages.at(-2)?.content ?? "").toContain("This is mine");
}, 60_000);

test("a run that is alive, one of another stack, and a file that is no record are not touched", async () => {
  const at = await place();
  const { hmi, urls, cli } = at;
  const run = cli.start("verify", "sla", "sse", ...urls);
  await expect.poll(async () => (await profilesOf(hmi)).length).toBeGreaterThan(0);
  const [file = ""] = recordsOf(cli);
  const record = JSON.parse(readFileSync(join(cli.stateDir, "verify", file), "utf8")) as { run_id: string };
  expect((await profilesOf(hmi))[0]?.description).toBe(runProfileDescription(record.run_id));
  const elsewhere = { ...record, run_id: crypto.randomUUID(), hmi: "http://127.0.0.1:9", start_time: "0" };
  writeFileSync(join(cli.stateDir, "verify", `${elsewhere.run_id}.json`), JSON.stringify(elsewhere));
  writeFileSync(join(cli.stateDir, "verify", "notes.json"), "mine");
  const { json } = await cli.json("verify", "--clean", ...urls);
  expect(json).toEqual({
    cleaned: { runs: 0, profiles: 0, conversations: 0, left: [], elsewhere: ["http://127.0.0.1:9"] },
  });
  expect((await profilesOf(hmi)).length).toBeGreaterThan(0);
  expect(recordsOf(cli)).toHaveLength(3);
  run.kill("SIGKILL");
  await run.ended;
}, 60_000);
