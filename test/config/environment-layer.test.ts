import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { toEnvironment } from "../../src/config/environment-layer.ts";
import { misspeltVariables } from "../../src/config/misspelt-variables.ts";

test.each([
  ["STACK_HMI_PROT", "STACK_HMI_PORT"],
  ["STACK_GATEWAY_PORTS", "STACK_GATEWAY_PORT"],
  ["STACK_ENGINEURL", "STACK_ENGINE_URL"],
  ["STACK_ENIGNE_URL", "STACK_ENGINE_URL"],
  ["STACK_STREAM_HEARTBEAT", "STACK_STREAM_HEARTBEAT_MS"],
  ["stack_hmi_port", "STACK_HMI_PORT"],
  ["STACK_CONFG", "STACK_CONFIG"],
])("%s is taken for %s", (name, meant) => {
  expect(misspeltVariables({ [name]: "x" })).toEqual([{ name, meant }]);
});

test.each([
  "STACK_ROOT",
  "STACK_YAML",
  "STACK_CONFIG_YAML",
  "STACK_GLOBAL_CONFIG",
  "STACK_WORK",
  "STACK_XDG",
  "STACK_NAME",
  "STACK_ENV",
  "STACK_ENGINE",
  "STACK_SIZE",
  "STACK_",
  "OPENSTACK_HMI_PROT",
  "PATH",
])("%s is none of our business", (name) => {
  expect(misspeltVariables({ [name]: "x" })).toEqual([]);
});

test("what a service is given, with its marks, is all known", () => {
  const env = { ...toEnvironment(DEFAULT_CONFIG), STACK_SERVICE: "hmi", STACK_STATE_DIR: "/x" };
  expect(misspeltVariables(env)).toEqual([]);
});
