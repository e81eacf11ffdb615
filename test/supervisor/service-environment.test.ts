import { expect, test } from "vitest";
import { serviceEnvironment } from "../../src/supervisor/service-environment.ts";

const COMMAND = { file: "vite", args: [], cwd: "/" };
const MARK = { service: "web", stateDir: "/s" };

test("a service with `color: true` is asked for colours, by the variables that programs know", () => {
  const env = serviceEnvironment({ command: COMMAND, color: true }, MARK, {});
  expect(env).toMatchObject({ FORCE_COLOR: "1", CLICOLOR_FORCE: "1" });
});

test("no other service is, wherever it was asked for", () => {
  const env = serviceEnvironment({ command: COMMAND }, MARK, { TERM: "xterm-256color" });
  expect(env).not.toHaveProperty("FORCE_COLOR");
  expect(env).not.toHaveProperty("CLICOLOR_FORCE");
});

test.each([{ NO_COLOR: "1" }, { FORCE_COLOR: "0" }, { FORCE_COLOR: "3" }, { CLICOLOR_FORCE: "1" }])(
  "whoever gives %j is not contradicted",
  (given) => {
    const ofAsker = serviceEnvironment({ command: COMMAND, color: true }, MARK, given);
    const ofConfiguration = serviceEnvironment(
      { command: { ...COMMAND, env: given }, color: true },
      MARK,
      {},
    );
    for (const env of [ofAsker, ofConfiguration]) {
      const names = Object.keys(env).filter((name) => name.includes("COLOR"));
      expect(Object.fromEntries(names.map((name) => [name, env[name]]))).toEqual(given);
    }
  },
);

test("an empty NO_COLOR says nothing, as on no-color.org", () => {
  const env = serviceEnvironment({ command: COMMAND, color: true }, MARK, { NO_COLOR: "" });
  expect(env["FORCE_COLOR"]).toBe("1");
});
