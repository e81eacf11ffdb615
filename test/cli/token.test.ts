import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bearerHeader } from "../../src/contract/caller-headers.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { runStack, testStack } from "../support/cli.ts";
import { call } from "../support/http.ts";
import { wholeStream } from "../support/streams.ts";

const TOKEN = "s3cret-of-the-house";

/** Each test runs many commands, one after the other. */
const TIMEOUT_MS = 60_000;

test(
  "every command works on a stack with a token, and none of them writes it down",
  async () => {
    const stack = await testStack({ STACK_AUTH_TOKEN: TOKEN, STACK_LOG_LEVEL: "trace" });
    const runs = [
      await stack.run("up", "--detach", "--json"),
      await stack.run("status", "--json"),
      await stack.run("chat", "Count to 3", "--json"),
      await stack.run("verify", "model-conversation", "--json"),
      await stack.run("up", "--detach"),
    ];
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
    expect(runs.at(-1)?.stdout).toContain("Everything was running already.");

    // What is refused, what fails, and a stream that shows the token in its URL, for the logs.
    expect((await call(stack.hmi, hmiRoutes.models.path())).status).toBe(401);
    const headers = bearerHeader(TOKEN);
    expect((await call(stack.hmi, `/api/agents%zz?token=${TOKEN}`, { headers })).status).toBe(400);
    await wholeStream(stack.hmi, hmiRoutes.generalStream.path(undefined, { message: "Hi", token: TOKEN }));

    const log = (name: string) => join(stack.stateDir, "log", `${name}.log`);
    expect(filesWith(stack.cwd, '"msg":"ready"').toSorted()).toEqual(
      [log("gateway"), log("hmi"), log("engine")].toSorted(),
    );
    expect(filesWith(stack.cwd, TOKEN), "files with the token").toEqual([]);
    runs.push(await stack.run("down"));
    expect(filesWith(stack.cwd, TOKEN), "files with the token").toEqual([]);
    expect(runs.filter(({ stdout, stderr }) => (stdout + stderr).includes(TOKEN))).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  "a stack that was started with another token is told as that, and up starts it anew",
  async () => {
    const stack = await testStack({ STACK_AUTH_TOKEN: TOKEN });
    await stack.up();
    const other = { ...stack.env, STACK_AUTH_TOKEN: "another" };
    const runOther = (...args: string[]) => runStack(args, { cwd: stack.cwd, env: other });
    const status = await runOther("status");
    expect(status.exitCode).toBe(1);
    expect(status.stdout.match(/asks for another token than the configured auth\.token/g)).toHaveLength(2);
    for (const args of [
      ["chat", "Hi"],
      ["verify", "--hmi", stack.hmi, "--gateway", stack.gateway],
    ]) {
      const { exitCode, stderr } = await runOther(...args);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("asks for another token than we have");
      expect(stderr).toContain("STACK_AUTH_TOKEN");
    }
    expect((await runOther("up", "--detach")).exitCode).toBe(0);
    expect((await runOther("status")).exitCode).toBe(0);
    expect(
      (await call(stack.hmi, hmiRoutes.models.path(), { headers: bearerHeader("another") })).status,
    ).toBe(200);
  },
  TIMEOUT_MS,
);

/** The files in a folder that hold this text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => readFileSync(file).includes(text));
}
