import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { allNames, isReplicaName, knownNames, namesMeantBy } from "../../src/config/replicas.ts";
import type { Services } from "../../src/config/service-config.ts";
import { tempFolder } from "../support/temp.ts";

const POSTGRESQL = "store: { url: postgresql://db/chat }";

async function problemsOf(yaml: string): Promise<string> {
  const cwd = tempFolder({ "stack.config.yaml": yaml });
  return await loadConfig({ cwd, env: {} }).then(
    () => "",
    (error: Error) => error.message,
  );
}

const gateway = (settings: string): string => `services: { gateway: { embedded: gateway${settings} } }`;

test("several copies on PostgreSQL are taken, and one of anything", async () => {
  expect(await problemsOf(`${POSTGRESQL}\n${gateway(", replicas: 3")}`)).toBe("");
  expect(await problemsOf(gateway(", replicas: 1"))).toBe("");
});

test.each([
  [
    "a database of one machine",
    gateway(", replicas: 2"),
    "stack.config.yaml:1:53  services.gateway.replicas: 2 copies need a database that they share: set store.url",
  ],
  [
    "a port that is not known",
    `${POSTGRESQL}\ngateway: { port: 0 }\n${gateway(", replicas: 2")}`,
    "2 copies need ports that are known: gateway.port is 0",
  ],
  [
    "ports above the highest",
    `${POSTGRESQL}\ngateway: { port: 65534 }\n${gateway(", replicas: 3")}`,
    "there are no 3 ports from gateway.port (65534) on",
  ],
  [
    "the port of another service",
    `${POSTGRESQL}\nhmi: { port: 6122 }\nservices: { gateway: { embedded: gateway, replicas: 3 }, hmi: { embedded: hmi } }`,
    "port 6122 is already the port of the hmi",
  ],
  [
    "a service with the name of a copy",
    `${POSTGRESQL}\nservices: { gateway: { embedded: gateway, replicas: 2 }, gateway-2: { url: "http://127.0.0.1:9" } }`,
    "services.gateway-2: is the name of a copy of gateway (services.gateway.replicas): take another",
  ],
  [
    "an engine",
    "services: { engine: { embedded: engine, replicas: 2 } }",
    "services.engine.replicas: is for gateway and hmi",
  ],
  [
    "a program of the user's",
    "services: { gateway: { command: run, replicas: 2 } }",
    "services.gateway.replicas: is only for a service with `embedded`",
  ],
  ["no copies", gateway(", replicas: 0"), "services.gateway.replicas"],
])("refused are copies with %s", async (_, yaml, problem) => {
  expect(await problemsOf(yaml)).toContain(problem);
});

const services: Services = {
  engine: { embedded: "engine", depends_on: [] },
  gateway: { embedded: "gateway", replicas: 3, depends_on: [] },
  hmi: { embedded: "hmi", replicas: 1, depends_on: [] },
};

test("a service's name means all of its copies, a number one of them", () => {
  expect(allNames(services)).toEqual(["engine", "gateway", "gateway-2", "gateway-3", "hmi"]);
  expect(knownNames(services)).toEqual(["engine", "gateway", "gateway-1", "gateway-2", "gateway-3", "hmi"]);
  const meant = (name: string) => namesMeantBy(name, services);
  expect(meant("gateway")).toEqual(["gateway", "gateway-2", "gateway-3"]);
  expect(meant("gateway-1")).toEqual(["gateway"]);
  expect(meant("gateway-3")).toEqual(["gateway-3"]);
  expect(meant("hmi")).toEqual(["hmi"]);
});

test.each([
  ["gateway-2", true],
  ["gateway-17", true],
  ["gateway", false],
  ["gateway-old", false],
  ["hmi-2", false],
])("%s is the name of a copy of the gateway: %s", (name, expected) => {
  expect(isReplicaName(name, "gateway")).toBe(expected);
});
