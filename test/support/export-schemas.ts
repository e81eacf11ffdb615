import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { parseAllDocuments } from "yaml";
import type { Config } from "../../src/config/config-schema.ts";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";

/** A configuration in which whatever an export speaks of is set; at another place than a default one. */
export const FULL_CONFIG: Config = {
  ...DEFAULT_CONFIG,
  hmi: { host: "::1", port: 7101 },
  gateway: { host: "127.0.0.1", port: 7120 },
  engine: {
    ...DEFAULT_CONFIG.engine,
    url: "http://127.0.0.1:7434",
    api_key: "key-of-the-house",
    max_concurrent: 4,
  },
  chat: { ...DEFAULT_CONFIG.chat, model: "qwen3:8b" },
  stream: { ...DEFAULT_CONFIG.stream, heartbeat_ms: 3_600_000 },
  auth: {
    token: "token-of-the-house",
    users: { ann: "token-of-ann" },
    user_header: "X-Forwarded-User",
    trusted_proxies: ["10.0.0.0/8", "127.0.0.1"],
  },
  http: { allowed_hosts: ["chat.example.com", "chat.example.org"], messages_per_minute: 10 },
  log: { level: "warn" },
};

/** What must be in no file that is exported. */
export const SECRETS_OF_FULL_CONFIG = ["key-of-the-house", "token-of-the-house", "token-of-ann"];

/** The documents of a YAML file as values. Fails where it is no YAML. */
export function documentsIn(text: string): Document[] {
  // Kubernetes and compose both read YAML 1.1, to which `off` is no text.
  return parseAllDocuments(text, { version: "1.1" }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS();
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what the shape is.
export type Document = any;

/** What the schema of Kubernetes' API has against these objects; empty where they are all good. */
export function kubernetesProblems(text: string): string[] {
  const { kinds, definitions } = readSchema("kubernetes.json");
  return documentsIn(text).flatMap((object) => {
    const kind = `${object.apiVersion} ${object.kind}`;
    if (!(kind in kinds)) return [`${kind} is not known`];
    validators.set(kind, validators.get(kind) ?? ajv.compile({ ...kinds[kind], definitions }));
    return problemsOf(`${object.kind} ${object.metadata.name}`, kind, object);
  });
}

/** What the schema of compose files has against this one. */
export function composeProblems(text: string): string[] {
  const { $schema: _, ...schema } = readSchema("compose-spec.json");
  validators.set("compose", validators.get("compose") ?? ajv.compile(schema));
  return documentsIn(text).flatMap((file) => problemsOf("", "compose", file));
}

const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
const validators = new Map<string, ValidateFunction>();

function problemsOf(name: string, kind: string, value: unknown): string[] {
  const validate = validators.get(kind);
  if (validate === undefined || validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${name}${instancePath}: ${message} ${JSON.stringify(params)}`.trim(),
  );
}

function readSchema(name: string): Document {
  return JSON.parse(readFileSync(new URL(`../../fixtures/schemas/${name}`, import.meta.url), "utf8"));
}
