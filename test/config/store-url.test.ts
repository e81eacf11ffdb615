import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { postgresqlName } from "../../src/contract/store-address.ts";
import { tempFolder } from "../support/temp.ts";

const FILE = "stack.config.yaml";
const URL_OF_ALL = "postgresql://chat:p%40ss@10.0.0.1:5432/chat?sslmode=require";

const load = (text: string, env: NodeJS.ProcessEnv = {}) =>
  loadConfig({ cwd: tempFolder({ [FILE]: text }), env, file: undefined });

test("store.url names a PostgreSQL database, in a file or by its variable", async () => {
  expect((await load(`store: { url: "${URL_OF_ALL}" }\n`)).store.url).toBe(URL_OF_ALL);
  expect((await load("{}\n", { STACK_STORE_URL: URL_OF_ALL })).store.url).toBe(URL_OF_ALL);
  expect((await load("{}\n")).store.url).toBe("");
});

test.each([
  "postgresql://chat@/chat?host=/run/postgresql",
  "postgresql://chat:p%40ss@/chat?host=/run/postgresql&port=5433",
  "postgresql:///chat?host=/run/postgresql&user=chat",
  "postgresql://chat@%2Frun%2Fpostgresql/chat",
])("a socket is named as PostgreSQL's own programs name it: %s", async (url) => {
  expect((await load("{}\n", { STACK_STORE_URL: url })).store.url).toBe(url);
  expect(postgresqlName(url)).toBe("chat at /run/postgresql");
});

test.each([
  ["mysql://chat@host/db", "must be"],
  ["sqlite:///srv/chat.db", "must be postgresql://"],
  ["postgresql://chat:pass@host:x/db", "is no URL"],
])("what is no such address is told, and not repeated: %s", async (url, expected) => {
  const error = await load(`store: { url: "${url}" }\n`).catch(String);
  expect(error).toContain(`store.url: ${expected}`);
  expect(error).not.toContain(url);
});

test("a url cannot go with store.path: nobody knows which was meant", async () => {
  const error = await load("store: { path: chat.db }\n", { STACK_STORE_URL: URL_OF_ALL }).catch(String);
  expect(error).toContain("store.url: cannot go with store.path");
  expect(error).not.toContain("p%40ss");
});
