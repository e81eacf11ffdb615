// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is about texts of configurations that hold them.
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { toEnvironment } from "../../src/config/environment-layer.ts";
import { loadConfig, resolveConfig } from "../../src/config/load-config.ts";
import { isSecret } from "../../src/config/secret-settings.ts";
import { asObject, originsOf } from "../../src/config/value-origins.ts";
import { tempFolder } from "../support/temp.ts";

const YAML = "stack.config.yaml";

const load = async (lines: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  await loadConfig({ cwd: tempFolder({ [YAML]: ["auth:", ...lines].join("\n") }), env });

test("people are told apart by a token each, or by the header of a proxy", async () => {
  const { auth } = await load([
    "  token: house",
    "  users: { alice: a-token, bob@example.org: 'b=t,oken' }",
    "  user_header: X-Forwarded-User",
    "  trusted_proxies: [127.0.0.1, 10.0.0.0/8, 'fd00::/8', '::1']",
  ]);
  expect(auth).toEqual({
    token: "house",
    users: { alice: "a-token", "bob@example.org": "b=t,oken" },
    user_header: "X-Forwarded-User",
    trusted_proxies: ["127.0.0.1", "10.0.0.0/8", "fd00::/8", "::1"],
  });
});

test("in the environment they are JSON, or pairs with commas", async () => {
  for (const users of ['{"alice": "a-token", "bob": "b,token"}', "alice=a-token, bob=b=token"]) {
    const env = { STACK_AUTH_TOKEN: "house", STACK_AUTH_USERS: users };
    const { auth } = await loadConfig({ cwd: tempFolder(), env });
    expect(auth.users).toEqual({ alice: "a-token", bob: users.startsWith("{") ? "b,token" : "b=token" });
  }
  const env = { STACK_AUTH_TOKEN: "house", STACK_AUTH_USERS: '{"alice": ' };
  await expect(loadConfig({ cwd: tempFolder(), env })).rejects.toThrow("STACK_AUTH_USERS");
});

test("a service is given them as they are", async () => {
  const auth = {
    token: "house",
    users: { alice: 'a,="{token}', bob: "b" },
    user_header: "Remote-User",
    trusted_proxies: ["127.0.0.1", "10.0.0.0/8"],
  };
  const env = toEnvironment({ ...DEFAULT_CONFIG, auth });
  expect((await loadConfig({ cwd: tempFolder(), env })).auth).toEqual(auth);
});

test.each([
  ["auth.users: needs auth.token too", ["  users: { alice: a }"]],
  [
    "auth.user_header: needs auth.token too",
    ["  user_header: Remote-User", "  trusted_proxies: [127.0.0.1]"],
  ],
  ["auth.user_header: needs auth.trusted_proxies", ["  token: house", "  user_header: Remote-User"]],
  ["auth.trusted_proxies: needs auth.user_header", ["  trusted_proxies: [127.0.0.1]"]],
  [
    "auth.users.bob: must be another than the token of alice",
    ["  token: house", "  users: { alice: a, bob: a }"],
  ],
  ["auth.users.alice: must be another than auth.token", ["  token: house", "  users: { alice: house }"]],
  ["auth.trusted_proxies.0", ["  token: house", "  user_header: X", "  trusted_proxies: [proxy.example]"]],
  ["auth.users.bob", ["  token: house", "  users: { bob: 'with space' }"]],
  ["auth.users.bob smith", ["  token: house", "  users: { 'bob smith': b }"]],
  ["auth.user_header", ["  token: house", "  user_header: 'X: y'", "  trusted_proxies: [127.0.0.1]"]],
])("%s", async (message, lines) => {
  const failed = load(lines);
  await expect(failed).rejects.toMatchObject({
    code: "config_invalid",
    message: expect.stringContaining(message),
  });
});

test("no token of a person, and no engine's key, is in a message or in what is shown of a configuration", async () => {
  const secret = "s3cret of alice";
  await expect(load([`  users: { alice: '${secret}' }`])).rejects.toThrow(
    expect.not.stringContaining("s3cret"),
  );
  const text = `auth: { token: house, users: { alice: s3cret } }\nengine: { api_key: s3cret-too }`;
  const resolved = await resolveConfig({ cwd: tempFolder({ [YAML]: text }), env: {} });
  const shown = asObject(await originsOf(resolved), "***");
  expect(shown).toMatchObject({ auth: { users: { alice: "***" } }, engine: { api_key: "***" } });
  expect(JSON.stringify(shown)).not.toContain("s3cret");
});

test("people of a back end that is none of ours may have passwords alone, and two of them the same", async () => {
  const users = ["  users: { ada: '${WORD}', ben: '${WORD}' }"];
  const wire = ["contract:", "  driver: described", "  wire: { login: { request: POST /login } }"];
  const { auth } = await load([...users, ...wire], { WORD: "open" });
  expect(auth.users).toEqual({ ada: "open", ben: "open" });
  // Without a login they are tokens, and by one token nobody is told apart.
  await expect(load([...users, ...wire.slice(0, 2)], { WORD: "open" })).rejects.toThrow("the token of ada");
  const cwd = tempFolder();
  const env = { STACK_AUTH_USERS: "ada=open" };
  await expect(loadConfig({ cwd, env })).rejects.toThrow("needs auth.token too");
  expect((await loadConfig({ cwd, env, driver: "described" })).auth.users).toEqual({ ada: "open" });
});

test("a password is told to the login alone", async () => {
  const wire = [
    "contract:",
    "  driver: described",
    "  wire: { send: { request: POST /say, body: '{password}' } }",
  ];
  await expect(load(["  token: house", ...wire])).rejects.toThrow("{password} is no placeholder here");
});

test("of a login the places and the slots are shown, and what stands there in place of one is not", () => {
  const at = (...names: string[]) => ["contract", "wire", "login", ...names];
  expect(isSecret("access_token", at("told", "token"))).toBe(false);
  expect(isSecret("{password}", at("body", "password"))).toBe(false);
  expect(isSecret("password", at("body", "grant_type"))).toBe(false);
  expect(isSecret("lovelace", at("body", "password"))).toBe(true);
  expect(isSecret("k", at("headers", "X-Api-Key"))).toBe(true);
});
