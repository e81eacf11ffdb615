import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig, resolveConfig } from "../../src/config/load-config.ts";
import { misspeltVariables } from "../../src/config/misspelt-variables.ts";
import { originsOf } from "../../src/config/value-origins.ts";
import { withoutSecrets } from "../../src/supervisor/secret-variables.ts";
import { tempFolder } from "../support/temp.ts";

const load = (env: Record<string, string>) => loadConfig({ cwd: tempFolder(), env, file: "" });

test("a secret is read from the file that its variable names, without the line break at the end", async () => {
  const folder = tempFolder({ token: "of-the-house\n", users: '{ "ann": "of-ann" }\r\n' });
  const env = { STACK_AUTH_TOKEN_FILE: join(folder, "token"), STACK_AUTH_USERS_FILE: join(folder, "users") };
  const { auth } = await load(env);
  expect(auth).toMatchObject({ token: "of-the-house", users: { ann: "of-ann" } });
  expect(misspeltVariables(env)).toEqual([]);
});

test("where it is from is told by the variable, and the secret is masked", async () => {
  const env = { STACK_AUTH_TOKEN_FILE: join(tempFolder({ token: "of-the-house" }), "token") };
  const values = await originsOf(await resolveConfig({ cwd: tempFolder(), env, file: "" }));
  expect(values.find(({ path }) => path.join(".") === "auth.token")).toMatchObject({
    source: "environment",
    place: "STACK_AUTH_TOKEN_FILE",
    is_secret: true,
  });
});

test("a file that cannot be read, and a secret that is given twice, are told on the variable", async () => {
  const missing = join(tempFolder(), "nothing");
  await expect(load({ STACK_AUTH_TOKEN_FILE: missing })).rejects.toThrow(
    `STACK_AUTH_TOKEN_FILE  auth.token: there is no file ${missing}`,
  );
  const twice = { STACK_AUTH_TOKEN: "a", STACK_AUTH_TOKEN_FILE: join(tempFolder({ token: "b" }), "token") };
  await expect(load(twice)).rejects.toThrow("auth.token: STACK_AUTH_TOKEN is set too: unset one of the two");
});

test("only secrets have such a variable, and no service inherits one", async () => {
  const file = join(tempFolder({ port: "7101" }), "port");
  expect((await load({ STACK_HMI_PORT_FILE: file })).hmi.port).toBe(6101);
  const env = { STACK_AUTH_TOKEN_FILE: file, STACK_ENGINE_API_KEY_FILE: file, STACK_HMI_PORT_FILE: file };
  expect(Object.keys(withoutSecrets(env))).toEqual(["STACK_HMI_PORT_FILE"]);
});
