import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PATH, type TestStack, testStack } from "../support/cli.ts";
import { onTerminal } from "../support/terminal.ts";

/** What a program writes that was asked for colours, and has a code in it that must not reach a terminal. */
const COLOURED =
  "\u001b[36m2026-11-21T10:00:02Z\u001b[0m \u001b[32mINFO\u001b[0m:     \u001b[2J\u001b[1mup\u001b[22m";
const PLAIN = "2026-11-21T10:00:02Z INFO:     up";

/** A program that colours its log if it is asked to, as one that knows `FORCE_COLOR` does. */
const config = (color: boolean): string => `
services:
  web:
    command: [sh, -c, '[ "$FORCE_COLOR$CLICOLOR_FORCE" = 11 ] && cat coloured || cat plain; exec sleep 1000']
    ready: { log: "INFO: +up$" }
    color: ${color}
`;

async function stackOf(color: boolean): Promise<TestStack> {
  const stack = await testStack({ PATH: `${PATH}:/usr/bin:/bin` }, config(color));
  writeFileSync(join(stack.cwd, "coloured"), `${COLOURED}\n`);
  writeFileSync(join(stack.cwd, "plain"), `${PLAIN}\n`);
  await stack.up();
  return stack;
}

async function onScreen(stack: TestStack, env: Record<string, string> = {}): Promise<string> {
  const { output, ended } = onTerminal({ ...stack, env: { ...stack.env, ...env } }, "logs", "web");
  expect(await ended).toBe(0);
  return output();
}

test("a service with `color: true` colours its log, which a terminal shows, and nothing else of its codes", async () => {
  const stack = await stackOf(true);
  expect(readFileSync(join(stack.stateDir, "log", "web.log"), "utf8")).toBe(`${COLOURED}\n`);
  const shown = await onScreen(stack);
  expect(shown).toContain("\u001b[32mINFO\u001b[0m:     \u001b[1mup\u001b[0m");
  expect(shown).not.toContain("\u001b[2J");
  expect(await onScreen(stack, { NO_COLOR: "1" })).not.toContain("\u001b");
});

test("colours in a log change nothing for whoever reads its words: pipes, --json, --grep, --since", async () => {
  const stack = await stackOf(true);
  const raw = (...args: string[]) => stack.run("logs", "--raw", ...args);
  expect((await raw()).stdout).toBe(PLAIN);
  expect((await raw("--grep", "Z INFO: +up$")).stdout).toBe(PLAIN);
  expect((await raw("--grep", "\\[32m")).stdout).toBe("");
  expect((await raw("--since", "2026-11-21T10:00:02Z")).stdout).toBe(PLAIN);
  expect((await raw("--since", "2026-11-21T10:00:03Z")).stdout).toBe("");
  expect(JSON.parse((await stack.run("logs", "--json")).stdout)).toEqual({
    service: "web",
    time: "2026-11-21T10:00:02.000Z",
    level: "info",
    text: PLAIN,
  });
});

test("without it a service is asked for no colours, also from a terminal", async () => {
  const stack = await stackOf(false);
  const { ended } = onTerminal(stack, "restart", "web");
  expect(await ended).toBe(0);
  expect(readFileSync(join(stack.stateDir, "log", "web.log"), "utf8")).toBe(`${PLAIN}\n${PLAIN}\n`);
});
