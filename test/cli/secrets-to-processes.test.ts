import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { variableOf } from "../../src/config/environment-layer.ts";
import { SECRET_VARIABLES } from "../../src/supervisor/secret-variables.ts";
import { PATH_WITH_OLLAMA, processesOf, testStack } from "../support/cli.ts";

const CONFIG = `
services:
  engine: { embedded: engine }
  gateway: { embedded: gateway, depends_on: [engine] }
  worker:
    command: sleep 1000
    ready: { command: "true" }
  worker-with-token:
    command: sleep 1000
    env: { STACK_AUTH_TOKEN: given by hand }
    ready: { command: "true" }
`;

const SECRETS = {
  STACK_ENGINE_API_KEY: "key-of-the-house",
  STACK_AUTH_TOKEN: "token-of-the-house",
  STACK_AUTH_USERS: JSON.stringify({ alice: "token-of-alice" }),
  STACK_MONITOR_WEBHOOK_URL: "http://127.0.0.1:9/webhook-of-the-house",
  STACK_CONTRACT_STORE: "postgresql://user:password-of-the-house@127.0.0.1:9/chat",
  // Not set: nobody is there.
  STACK_STORE_URL: "",
  STACK_VERIFY_POSTGRESQL: "postgresql://user:password-of-a-server@127.0.0.1:9/chat",
};

test("the variables that nobody inherits are those of settings, and of a server that runs are judged on", () => {
  const settings = [
    ["engine", "api_key"],
    ["auth", "token"],
    ["auth", "users"],
    ["monitor", "webhook_url"],
    ["contract", "store"],
    ["store", "url"],
  ];
  expect(SECRET_VARIABLES).toEqual([...settings.map(variableOf), "STACK_VERIFY_POSTGRESQL"]);
  expect(SECRET_VARIABLES).toEqual(Object.keys(SECRETS));
});

test.runIf(process.platform === "linux")(
  "a secret is in the environment of those alone who need it",
  async () => {
    const stack = await testStack({ PATH: `${PATH_WITH_OLLAMA}:${process.env["PATH"]}`, ...SECRETS }, CONFIG);
    await stack.up();
    const held = (service: string): Record<string, string> => {
      const pids = processesOf(stack.stateDir, service);
      expect([service, pids.length > 0]).toEqual([service, true]);
      const variables = pids.flatMap((pid) => readFileSync(`/proc/${pid}/environ`, "utf8").split("\0"));
      return Object.fromEntries(
        variables
          .map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)])
          .filter(([name = "", value]) => name in SECRETS && value !== ""),
      );
    };
    // Ollama is somebody else's program, the supervisor has its plan by its standard input.
    for (const service of ["supervisor", "engine", "worker"])
      expect([service, held(service)]).toEqual([service, {}]);
    const { STACK_ENGINE_API_KEY, STACK_AUTH_TOKEN, STACK_AUTH_USERS } = SECRETS;
    expect(held("gateway")).toEqual({ STACK_ENGINE_API_KEY, STACK_AUTH_TOKEN, STACK_AUTH_USERS });
    expect(held("worker-with-token")).toEqual({ STACK_AUTH_TOKEN: "given by hand" });
  },
  60_000,
);
