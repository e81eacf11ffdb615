import { expect, test } from "vitest";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { composeFormat } from "../../src/export/compose-file.ts";
import {
  composeProblems,
  type Document,
  documentsIn,
  FULL_CONFIG,
  SECRETS_OF_FULL_CONFIG,
} from "../support/export-schemas.ts";

function exported(config: Config, hosts: readonly string[] = []): string {
  return composeFormat.render(config, { hosts }).files[0]?.text ?? "";
}

function servicesIn(text: string): Readonly<Record<string, Document>> {
  return documentsIn(text)[0].services;
}

const DEFAULT = exported(DEFAULT_CONFIG);
const FULL = exported(FULL_CONFIG);

test("the schema of compose files takes a default and a full configuration", () => {
  expect(composeProblems(DEFAULT)).toEqual([]);
  expect(composeProblems(FULL)).toEqual([]);
});

test.each([
  ["a misspelt field", "depends_on:", "depend_on:", "must NOT have additional properties"],
  [
    "a condition that there is not",
    "service_healthy",
    "service_ready",
    "must be equal to one of the allowed values",
  ],
  ["a time without its unit", "interval: 10s", "interval: [10]", "must be string"],
])("%s is seen", (_, part, instead, problem) => {
  expect(DEFAULT).toContain(part);
  expect(composeProblems(DEFAULT.replace(part, instead)).join("\n")).toContain(problem);
});

test("each service waits until what it needs is healthy, has no rights, and writes to its volumes alone", () => {
  const services = servicesIn(FULL);
  expect(Object.keys(services)).toEqual(["engine", "gateway", "hmi"]);
  expect(services["hmi"].depends_on).toEqual({ gateway: { condition: "service_healthy" } });
  expect(services["gateway"].depends_on).toEqual({ engine: { condition: "service_healthy" } });
  for (const service of Object.values(services)) {
    expect(service).toMatchObject({
      read_only: true,
      tmpfs: ["/tmp"],
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      restart: "unless-stopped",
      healthcheck: { test: ["CMD", ...service.healthcheck.test.slice(1)] },
      // The schema takes any text.
      deploy: { resources: { limits: { memory: expect.stringMatching(/^\d+[mg]$/) } } },
    });
  }
});

test("volumes and secrets that a service names are there, and no secret is", () => {
  const [{ services, volumes, secrets }] = documentsIn(FULL);
  const all: Document[] = Object.values(services);
  const used = all.flatMap(({ volumes = [] }) => volumes.map((each: string) => each.split(":", 1)[0]));
  expect(new Set(used)).toEqual(new Set(Object.keys(volumes)));
  expect(new Set(all.flatMap(({ secrets = [] }) => secrets))).toEqual(new Set(Object.keys(secrets)));
  expect(Object.keys(secrets)).toEqual(["auth-token", "auth-users", "engine-api-key"]);
  for (const secret of SECRETS_OF_FULL_CONFIG) expect(FULL).not.toContain(secret);
});

test.each([
  ["127.0.0.1", "127.0.0.1:6101:6101"],
  ["localhost", "127.0.0.1:6101:6101"],
  ["::1", "[::1]:6101:6101"],
  ["0.0.0.0", "6101:6101"],
])("a page that is configured at %s is offered at %s", (host, published) => {
  const config = { ...DEFAULT_CONFIG, hmi: { host, port: 6101 } };
  expect(servicesIn(exported(config))["hmi"].ports).toEqual([published]);
});

test("services call each other by names that they answer to", () => {
  const { gateway, hmi } = servicesIn(exported(DEFAULT_CONFIG, ["chat.example.com"]));
  expect(hmi.environment).toMatchObject({
    STACK_GATEWAY_HOST: "gateway",
    STACK_HTTP_ALLOWED_HOSTS: "chat.example.com,hmi",
  });
  expect(gateway.environment).toMatchObject({
    STACK_GATEWAY_HOST: "0.0.0.0",
    STACK_HTTP_ALLOWED_HOSTS: "chat.example.com,gateway",
    STACK_ENGINE_URL: "http://engine:11434",
  });
});

test("with PostgreSQL there is no volume of conversations; several copies are for several machines", () => {
  const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, url: "postgresql://db/chat" } };
  const text = exported(config);
  expect(composeProblems(text)).toEqual([]);
  const [{ services, volumes, secrets }] = documentsIn(text);
  expect([Object.keys(volumes), Object.keys(secrets)]).toEqual([["models"], ["auth-token", "store-url"]]);
  expect(services.hmi.environment).toMatchObject({
    STACK_HMI_HOST: "0.0.0.0",
    STACK_REPLICAS_ADVERTISE_HOST: "hmi",
    STACK_STORE_URL_FILE: "/run/secrets/store-url",
  });
  expect(() => composeFormat.render(config, { hosts: [], replicas: 3 })).toThrow(
    "Compose runs one machine, and 3 copies of gateway and HMI were asked for.",
  );
  const hmi = { embedded: "hmi" as const, replicas: 3, depends_on: ["gateway"] };
  const inReplicas = { ...config, services: { ...DEFAULT_CONFIG.services, hmi } };
  expect(composeFormat.render(inReplicas, { hosts: [] }).notes).toContain(
    "Written with one gateway and one HMI: several copies in containers are for `stack export kubernetes`.",
  );
});

test.each([
  ["postgresql://chat@127.0.0.1/chat", true],
  ["postgresql://chat@[::1]:5433/chat", true],
  ["postgresql://chat@/chat?host=/run/postgresql", true],
  ["postgresql://chat@%2Frun%2Fpostgresql/chat", true],
  ["postgresql:///chat", true],
  ["postgresql://chat@db.internal/chat", false],
  ["postgresql://chat@localhost/chat?host=db.internal", false],
])("a database that no container reaches by its address is told: %s", (url, isTold) => {
  const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, url } };
  const told = expect(composeFormat.render(config, { hosts: [] }).notes.join("\n"));
  if (isTold) told.toContain("The database is on this machine");
  else told.not.toContain("The database is on this machine");
});

test("a $ in a setting is none of compose's", () => {
  const config = { ...DEFAULT_CONFIG, chat: { ...DEFAULT_CONFIG.chat, model: "mine:$HOME" } };
  expect(servicesIn(exported(config))["gateway"].environment.STACK_CHAT_MODEL).toBe("mine:$$HOME");
});

test("an engine that is elsewhere is called there, and none is run", () => {
  const engine = { ...DEFAULT_CONFIG.engine, url: "http://vllm.internal:8000", api: "openai" as const };
  const services = servicesIn(exported({ ...DEFAULT_CONFIG, engine }));
  expect(Object.keys(services)).toEqual(["gateway", "hmi"]);
  expect(services["gateway"].environment).toMatchObject({
    STACK_ENGINE_URL: "http://vllm.internal:8000",
    STACK_ENGINE_API: "openai",
  });
  expect(services["gateway"].depends_on).toBeUndefined();
});

test.each<[string, Partial<Config>, string]>([
  [
    "an engine of OpenAI's wire on this machine",
    { engine: { ...DEFAULT_CONFIG.engine, api: "openai" } },
    "in a container that is the container itself",
  ],
  [
    "an engine that somebody else runs on this machine",
    { services: { ...DEFAULT_CONFIG.services, engine: { url: "http://127.0.0.1:11434", depends_on: [] } } },
    "in a container that is the container itself",
  ],
  [
    "a program of the user's for a gateway",
    {
      services: {
        ...DEFAULT_CONFIG.services,
        gateway: { command: { file: "python3", args: [], cwd: "/", env: {} }, depends_on: [] },
      },
    },
    "The gateway of this stack is a program of yours (python3)",
  ],
])("%s cannot be exported, and why is told", (_, changed, problem) => {
  expect(() => exported({ ...DEFAULT_CONFIG, ...changed })).toThrow(problem);
});
