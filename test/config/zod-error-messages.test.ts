import { expect, test } from "vitest";
import { problemsIn, problemsOf } from "../support/config.ts";
import { tempFolder } from "../support/temp.ts";

/** What is told of these settings of a service. */
const told = async (settings: string) => {
  const problems = await problemsIn(`services: { a: { command: x, port: 1, ${settings} } }`);
  return problems.map((line) => line.replace(/^\S+ {2}services\.a\./, ""));
};

test.each([
  [
    "start_timeout_ms: 5s",
    'start_timeout_ms: expected a whole number of milliseconds, such as 5000; found the text "5s"',
  ],
  [
    "live: { tcp: true, every_ms: 1.5 }",
    "live.every_ms: expected a whole number of milliseconds, such as 5000; found the number 1.5",
  ],
  [
    "log: { max_bytes: 10M }",
    'log.max_bytes: expected a whole number of bytes, such as 1048576; found the text "10M"',
  ],
  ["cwd: 5", "cwd: expected text; found the number 5"],
  ["cwd:", "cwd: expected text; found nothing"],
  ["env: { A=1: 2 }", "env.A=1: must be a name without ="],
  ["env: [A=1]", "env: expected names with values, such as `NAME: value`; found a list"],
  ["ready: /health", 'ready: expected settings by name, such as `http:`; found the text "/health"'],
  ["ready: { tcp: yes }", 'ready.tcp: expected true; found the text "yes"'],
  [
    "stop_signal: TERM",
    'stop_signal: expected one of SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2; found the text "TERM"; did you mean SIGTERM?',
  ],
  [
    "restart: alway",
    'restart: expected one of no, on-failure, always; found the text "alway"; did you mean always?',
  ],
  [
    "restart: { policy: alway }",
    'restart.policy: expected one of no, on-failure, always; found the text "alway"; did you mean always?',
  ],
  [
    "restart: 5",
    "restart: expected one of no, on-failure, always, or settings by name, such as `policy:`; found the number 5",
  ],
])("%s is told with what was expected and what was found", async (settings, problem) => {
  expect(await told(settings)).toEqual([problem]);
});

test("what a variable says is told like what a file says", async () => {
  const env = { STACK_HMI_PORT: "abc" };
  expect(await problemsOf({ cwd: tempFolder(), env })).toEqual([
    'STACK_HMI_PORT  hmi.port: expected a port number, such as 8000; found the text "abc"',
  ]);
});

test("a long text is shown by its beginning", async () => {
  expect(await told(`stop_signal: ${"x".repeat(100)}`)).toEqual([
    expect.stringContaining(`found the text "${"x".repeat(60)}..."`),
  ]);
});

test.each([
  ["a token", { STACK_AUTH_TOKEN: "top secret" }],
  ["a webhook", { STACK_MONITOR_WEBHOOK_URL: "top-secret" }],
  ["a URL with a password", { STACK_ENGINE_URL: "https://me:top-secret@h:1" }],
])("%s is not repeated", async (_, env) => {
  const [problem] = await problemsOf({ cwd: tempFolder(), env });
  expect(problem).toMatch(/; found another text$/);
});
