import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { kubernetesFormat } from "../../src/export/kubernetes/kubernetes.ts";
import { startStandIn } from "../../src/services/stand-in-engine/start-stand-in.ts";
import {
  type Document,
  documentsIn,
  FULL_CONFIG,
  kubernetesProblems,
  SECRETS_OF_FULL_CONFIG,
} from "../support/export-schemas.ts";
import { runProbe, startExported } from "../support/exported-process.ts";
import { call } from "../support/http.ts";
import { freePorts } from "../support/ports.ts";
import { eventually } from "../support/streams.ts";
import { tempFolder } from "../support/temp.ts";

function exported(config: Config, hosts: readonly string[] = []): { text: string; template: string } {
  const [objects, template] = kubernetesFormat.render(config, { hosts }).files;
  return { text: objects?.text ?? "", template: template?.text ?? "" };
}

const DEFAULT = exported(DEFAULT_CONFIG).text;
const FULL = exported(FULL_CONFIG).text;

function podsIn(text: string): Document[] {
  return documentsIn(text).flatMap(({ spec }) => (spec?.template === undefined ? [] : [spec.template]));
}

function containersIn(text: string): Document[] {
  return podsIn(text).flatMap(({ spec }) => spec.containers);
}

function namesIn(text: string): string[] {
  return documentsIn(text).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

function objectOf(text: string, kind: string, name: string): Document {
  return documentsIn(text).find((object) => object.kind === kind && object.metadata.name === name);
}

test("the API's schema takes the objects of a default and of a full configuration", () => {
  expect(kubernetesProblems(DEFAULT)).toEqual([]);
  expect(kubernetesProblems(FULL)).toEqual([]);
  expect(kubernetesProblems(exported(FULL_CONFIG).template)).toEqual([]);
});

test.each([
  ["a misspelt field", "readinessProbe:", "readynessProbe:", "must NOT have additional properties"],
  ["text for a number", "containerPort: 6101", 'containerPort: "6101"', "must be integer"],
  ["a bare off", 'proxy-buffering: "off"', "proxy-buffering: off", "must be string"],
  ["a missing part", "serviceName: stack-engine", "", "must have required property 'serviceName'"],
  ["a version that is gone", "networking.k8s.io/v1", "extensions/v1beta1", "is not known"],
])("%s is seen", (_, part, instead, problem) => {
  expect(DEFAULT).toContain(part);
  expect(kubernetesProblems(DEFAULT.replace(part, instead)).join("\n")).toContain(problem);
});

test("a default configuration: these objects", () => {
  expect(namesIn(DEFAULT)).toEqual([
    "PersistentVolumeClaim stack-store",
    "StatefulSet stack-engine",
    "Deployment stack",
    "Service stack-engine",
    "Service stack-gateway",
    "Service stack-hmi",
    "NetworkPolicy stack-engine",
    "Ingress stack-hmi",
  ]);
});

/** What an object names that is not there. */
function loose(text: string): string[] {
  const objects = documentsIn(text);
  const has = (kind: string, name: string): boolean => objectOf(text, kind, name) !== undefined;
  const isSelected = (selector: Document): Document[] =>
    podsIn(text).filter(({ metadata }) =>
      Object.entries(selector).every(([label, value]) => metadata.labels[label] === value),
    );
  return objects.flatMap(({ kind, metadata, spec }) => {
    if (kind === "Service") {
      const ports = isSelected(spec.selector).flatMap((pod) =>
        pod.spec.containers.flatMap(({ ports }: Document) => ports.map(({ name }: Document) => name)),
      );
      return ports.includes(spec.ports[0].targetPort) ? [] : [`${metadata.name}: no pod has its port`];
    }
    if (kind === "Ingress") {
      const { service } = spec.rules[0].http.paths[0].backend;
      return has("Service", service.name) ? [] : [`${metadata.name}: there is no ${service.name}`];
    }
    const { volumes = [], containers = [] } = spec?.template?.spec ?? {};
    const claims = volumes.flatMap(
      ({ persistentVolumeClaim }: Document) => persistentVolumeClaim?.claimName ?? [],
    );
    const there = [
      ...volumes,
      ...(spec?.volumeClaimTemplates ?? []).map(({ metadata }: Document) => metadata),
    ];
    const mounts = containers.flatMap(({ volumeMounts }: Document) =>
      volumeMounts.map(({ name }: Document) => name),
    );
    return [
      ...claims.filter((name: string) => !has("PersistentVolumeClaim", name)),
      ...mounts.filter((name: string) => !there.some((volume: Document) => volume.name === name)),
    ].map((name) => `${metadata.name}: there is no ${name}`);
  });
}

test("whatever an object names is there", () => {
  expect([...loose(DEFAULT), ...loose(FULL)]).toEqual([]);
  expect(loose(DEFAULT.replace("claimName: stack-store", "claimName: store"))).toEqual([
    "stack: there is no store",
  ]);
  expect(loose(DEFAULT.replace("targetPort: hmi", "targetPort: page"))).toEqual([
    "stack-hmi: no pod has its port",
  ]);
});

test("nobody's account, no rights, and nothing to write to but volumes: the restricted standard", () => {
  for (const { spec } of podsIn(FULL)) {
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(spec.automountServiceAccountToken).toBe(false);
  }
  for (const { securityContext, resources, livenessProbe, readinessProbe } of containersIn(FULL)) {
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(resources.limits).toMatchObject({ cpu: expect.any(String), memory: expect.any(String) });
    expect([livenessProbe, readinessProbe]).not.toContain(undefined);
  }
});

test("no secret is exported; each that is needed is named, and is a file of the one Secret", () => {
  const { text, template } = exported(FULL_CONFIG);
  for (const secret of SECRETS_OF_FULL_CONFIG) expect(text + template).not.toContain(secret);
  const names = ["auth-token", "auth-users", "engine-api-key"];
  expect(documentsIn(template)[0].stringData).toEqual(Object.fromEntries(names.map((name) => [name, ""])));
  const { volumes } = podsIn(text).at(-1).spec;
  const { secret } = volumes.find(({ name }: Document) => name === "secrets");
  expect(secret.items.map(({ key }: Document) => key).toSorted()).toEqual(names);
});

test("one database file: one pod, which ends before the next one begins", () => {
  const { spec } = objectOf(FULL, "Deployment", "stack");
  expect(spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
  expect(spec.template.spec.containers.map(({ name }: Document) => name)).toEqual(["gateway", "hmi"]);
});

const SHARED = exported({
  ...FULL_CONFIG,
  store: { ...FULL_CONFIG.store, url: "postgresql://ann:secret-of-the-database@db/chat" },
}).text;

test("with PostgreSQL each service has copies of its own, which come and go one by one", () => {
  expect(kubernetesProblems(SHARED)).toEqual([]);
  expect(loose(SHARED)).toEqual([]);
  expect(namesIn(SHARED)).toEqual([
    "StatefulSet stack-engine",
    "Deployment stack-gateway",
    "Deployment stack-hmi",
    "Service stack-engine",
    "Service stack-gateway",
    "Service stack-hmi",
    "HorizontalPodAutoscaler stack-gateway",
    "HorizontalPodAutoscaler stack-hmi",
    "PodDisruptionBudget stack-gateway",
    "PodDisruptionBudget stack-hmi",
    "NetworkPolicy stack-engine",
    "NetworkPolicy stack-gateway",
    "Ingress stack-hmi",
  ]);
  const { spec } = objectOf(SHARED, "Deployment", "stack-hmi");
  expect(spec.strategy).toEqual({
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
  });
  // How many there are is the autoscaler's to say: a number here would undo it with each new release.
  expect(spec.replicas).toBeUndefined();
  expect(objectOf(SHARED, "HorizontalPodAutoscaler", "stack-hmi").spec).toMatchObject({
    minReplicas: 2,
    maxReplicas: 8,
  });
  expect(objectOf(SHARED, "PodDisruptionBudget", "stack-hmi").spec.maxUnavailable).toBe(1);
});

test("copies are reached at their pods' addresses, and have the time to let their replies come to their end", () => {
  const { spec } = objectOf(SHARED, "Deployment", "stack-hmi").spec.template;
  const [{ env, readinessProbe }] = spec.containers;
  expect(env).toEqual(
    expect.arrayContaining([
      { name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
      { name: "STACK_REPLICAS_ADVERTISE_HOST", value: "$(POD_IP)" },
      { name: "STACK_HMI_HOST", value: "0.0.0.0" },
      { name: "STACK_GATEWAY_HOST", value: "stack-gateway" },
      { name: "STACK_STORE_URL_FILE", value: "/run/secrets/stack/store-url" },
      { name: "STACK_STREAM_DRAIN_MS", value: "60000" },
    ]),
  );
  const names = env.map(({ name }: Document) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain("STACK_STORE_PATH");
  expect(readinessProbe.exec.command.slice(-2)).toEqual(["hmi", "/health/ready"]);
  expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(65);
  expect(spec.volumes.map(({ name }: Document) => name)).toEqual(["tmp", "secrets"]);
  expect(SHARED).not.toContain("secret-of-the-database");
});

test("so many copies as are configured, of each service", () => {
  const gateway = { embedded: "gateway", replicas: 5, depends_on: ["engine"] } as const;
  const store = { ...DEFAULT_CONFIG.store, url: "postgresql://db/chat" };
  const config = { ...DEFAULT_CONFIG, store, services: { ...DEFAULT_CONFIG.services, gateway } };
  const least = (options: { replicas?: number }, name: string) => {
    const text = kubernetesFormat.render(config, { hosts: [], ...options }).files[0]?.text ?? "";
    return objectOf(text, "HorizontalPodAutoscaler", name).spec.minReplicas;
  };
  expect([least({}, "stack-gateway"), least({}, "stack-hmi")]).toEqual([5, 2]);
  expect(least({ replicas: 3 }, "stack-gateway")).toBe(3);
});

test("so many copies as are asked for; of a database file no more than one", () => {
  const shared = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, url: "postgresql://db/chat" } };
  const render = (config: Config, replicas: number): string =>
    kubernetesFormat.render(config, { hosts: [], replicas }).files[0]?.text ?? "";
  expect(objectOf(render(shared, 3), "HorizontalPodAutoscaler", "stack-gateway").spec.minReplicas).toBe(3);
  const one = render(shared, 1);
  expect(objectOf(one, "Deployment", "stack-gateway").spec.replicas).toBe(1);
  expect(objectOf(one, "PodDisruptionBudget", "stack-gateway")).toBeUndefined();
  expect(() => render(DEFAULT_CONFIG, 3)).toThrow(
    "The conversations are in SQLite, a file of one machine, and 3 copies of gateway and HMI were asked for.",
  );
});

const SLOWLY = { timeout: 20_000 };

test("its containers answer behind the Ingress' name, and their probes hold them for ready", async () => {
  const host = "chat.example.com";
  const [hmi = 0, gateway = 0] = await freePorts(2);
  const engine = await startStandIn({});
  onTestFinished(() => engine.close());
  const url = `http://127.0.0.1:${hmi}`;
  const config: Config = {
    ...DEFAULT_CONFIG,
    hmi: { host: "127.0.0.1", port: hmi },
    gateway: { host: "127.0.0.1", port: gateway },
    engine: { ...DEFAULT_CONFIG.engine, url: engine.url },
  };
  const folder = tempFolder({ "secrets/auth-token": "of-the-house\n" });
  const here = (text: string): string =>
    text
      .replace("http://stack-engine:", "http://127.0.0.1:")
      .replace("/var/lib/stack", folder)
      .replace("/run/secrets/stack", join(folder, "secrets"));
  const containers = containersIn(exported(config, [host]).text).filter(({ args }) => args !== undefined);
  const processes = containers.map(({ args, env, readinessProbe }: Document) => {
    const variables = env.map(({ name, value }: Document) => [name, here(value)]);
    return { args, env: Object.fromEntries(variables), ready: readinessProbe.exec.command };
  });
  processes.forEach(startExported);
  const isReady = async (): Promise<unknown[]> =>
    Promise.all(processes.map(({ ready, env }) => runProbe(ready, env)));
  // Each look starts two processes, which take their time on a loaded machine.
  await expect.poll(isReady, SLOWLY).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
  const send = (headers: Record<string, string>) =>
    call(url, hmiRoutes.sendMessage.path(), { headers, body: { message: "Hello" } });
  const authorization = "Bearer of-the-house";
  const sent = await send({ host, origin: `https://${host}`, authorization });
  expect(sent).toMatchObject({ status: 200 });
  expect(await send({ host, origin: `https://${host}` })).toMatchObject({ status: 401 });
  expect(await send({ host: "evil.example", authorization })).toMatchObject({ status: 403 });
  await eventually(async () => {
    const path = hmiRoutes.messages.path({ session_id: sent.json.session_id });
    const { json } = await call(url, path, { headers: { host, authorization } });
    expect(json.messages.at(-1)).toMatchObject({ role: "assistant", status: "complete" });
  });
  await engine.close();
  await expect
    .poll(isReady, SLOWLY)
    .toMatchObject([{ exitCode: 1, stderr: expect.stringContaining("503") }, { exitCode: 0 }]);
}, 60_000);
