import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { PATH, runStack } from "../support/cli.ts";
import { startExpressChat } from "../support/express-chat.ts";
import { eventsOf, harOf } from "../support/har.ts";
import { tempFolder } from "../support/temp.ts";

const YAML = "stack.config.yaml";

/** A log in which the Express back end is talked to. */
function harAt(url: string): string {
  const at = `${url}/api/talks`;
  return JSON.stringify(
    harOf(
      { request: `POST ${at}`, answer: { talk: { id: "t-1" } } },
      {
        request: `POST ${at}/t-1/say`,
        body: { text: "Why are there tides?" },
        type: "text/event-stream",
        answer: eventsOf(
          { kind: "piece", delta: "The " },
          { kind: "piece", delta: "moon." },
          { kind: "end", reason: "finished" },
        ),
      },
      { request: `DELETE ${at}/t-1`, status: 204, type: "" },
    ),
  );
}

const place = (files: Record<string, string>) => ({ cwd: tempFolder(files), env: { PATH } });

test("init --from --dry-run shows what it inferred from which bytes, and what it could not, and says nothing to anybody", async () => {
  // Nobody listens there.
  const here = place({ "chat.har": harAt("http://127.0.0.1:1") });
  const { stdout, exitCode } = await runStack(["init", "--from", "chat.har", "--dry-run"], here);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /stream\.text +\{of:piece,at:delta\}\n +entry 2, POST \/api\/talks\/t-1\/say: \{"kind":"piece","delta":"The "\}/,
  );
  expect(stdout).toMatch(/\? rows +no list showed the message/);
  expect(stdout).toContain('      request: "POST /api/talks/{conversation}/say"');
  expect(existsSync(join(here.cwd, YAML))).toBe(false);
});

test("it is added to a configuration that is there, once it was tried", async () => {
  const url = await startExpressChat();
  const here = place({ "chat.har": harAt(url), [YAML]: "# Mine.\nlog: { level: warn }\n" });
  const { exitCode, stdout } = await runStack(["init", "--from", "chat.har", "--yes"], here);
  expect(stdout).toContain("✓ Tried with");
  expect(exitCode).toBe(0);
  const text = readFileSync(join(here.cwd, YAML), "utf8");
  expect(text).toMatch(/^# Mine\.\nlog: \{ level: warn \}\n/);
  expect(parse(text)).toMatchObject({
    hmi: { host: "127.0.0.1", port: Number(new URL(url).port) },
    contract: {
      driver: "described",
      wire: { delete_conversation: { request: "DELETE /api/talks/{conversation}" } },
    },
  });
  const again = await runStack(["init", "--from", "chat.har", "--yes"], here);
  expect(again.exitCode).toBe(2);
  expect(again.stderr).toContain("There is a contract already in");
});

test("what does not work is not written", async () => {
  const here = place({ "chat.har": harAt("http://127.0.0.1:1") });
  const { exitCode, stdout } = await runStack(["init", "--from", "chat.har", "--yes"], here);
  expect(exitCode).toBe(1);
  expect(stdout).toContain("Not written: it does not work as it was learned.");
  expect(existsSync(join(here.cwd, YAML))).toBe(false);
});

test("where nobody can be asked, nothing is tried without --yes; a file that is no log is refused", async () => {
  const here = place({ "chat.har": harAt("http://127.0.0.1:1"), "no.har": "<html>" });
  const asked = await runStack(["init", "--from", "chat.har"], here);
  expect(asked.exitCode).toBe(2);
  expect(asked.stderr).toContain("Nobody is there to be asked whether this may be tried and written.");
  const refused = await runStack(["init", "--from", "no.har", "--json"], here);
  expect(refused.exitCode).toBe(2);
  expect(refused.stdout + refused.stderr).toContain("log_unreadable");
});

test("what no description says is neither tried nor written", async () => {
  const at = "http://127.0.0.1:1/chat";
  const say = (turns: object[]) => ({
    request: `POST ${at}`,
    body: { turns },
    type: "text/event-stream",
    answer: eventsOf({ t: "The " }, { t: "moon." }, "[DONE]"),
  });
  const [first, reply] = [
    { from: "human", value: "Why are there tides?" },
    { from: "gpt", value: "The moon." },
  ];
  const har = harOf(say([first]), say([first, reply, { from: "human", value: "And the sea?" }]));
  const here = place({ "chat.har": JSON.stringify(har) });
  const { exitCode, stdout } = await runStack(["init", "--from", "chat.har", "--yes"], here);
  expect(exitCode).toBe(1);
  expect(stdout).toContain("No description says this: each message brings the whole conversation before it");
  expect(stdout).toContain("Not tried, and not written");
  expect(existsSync(join(here.cwd, YAML))).toBe(false);
});
