/**
 * Writes the schema that the tests hold exported Kubernetes objects against, of Kubernetes' own OpenAPI documents
 * (`api/openapi-spec/v3` of kubernetes/kubernetes, Apache-2.0), of which a copy lies in the Go module sigs.k8s.io/kubectl-validate:
 *
 *     node scripts/kubernetes-schema.ts pkg/openapiclient/builtins/1.30
 *
 * Only what the export writes is kept, without descriptions. A field that the API does not have is a mistake there, as for
 * `kubectl apply --validate=strict`, where OpenAPI itself would let it pass.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** The kinds that are exported, by the document that has them. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  "api/v1.json": ["Service", "Secret", "PersistentVolumeClaim", "ServiceAccount"],
  "apis/apps/v1.json": ["Deployment", "StatefulSet"],
  "apis/networking.k8s.io/v1.json": ["Ingress", "NetworkPolicy"],
  "apis/autoscaling/v2.json": ["HorizontalPodAutoscaler"],
  "apis/policy/v1.json": ["PodDisruptionBudget"],
};

type Schema = Record<string, unknown>;

const [folder = ""] = process.argv.slice(2);
const definitions: Record<string, unknown> = {};
const kinds: Record<string, unknown> = {};
for (const [file, names] of Object.entries(KINDS)) {
  const { components } = JSON.parse(readFileSync(join(folder, file), "utf8"));
  for (const kind of names) {
    const [name, schema] = find(components.schemas, kind);
    const { group, version } = schema["x-kubernetes-group-version-kind"][0];
    const apiVersion = group === "" ? version : `${group}/${version}`;
    keep(name, components.schemas);
    kinds[`${apiVersion} ${kind}`] = { $ref: `#/definitions/${name}` };
  }
}
const comment = `Kubernetes ${basename(folder)}, made by scripts/kubernetes-schema.ts`;
writeFileSync(
  "fixtures/schemas/kubernetes.json",
  `${JSON.stringify({ $comment: comment, kinds, definitions })}\n`,
);

// biome-ignore lint/suspicious/noExplicitAny: OpenAPI's documents are as they are.
function find(schemas: Record<string, any>, kind: string): [string, any] {
  const found = Object.entries(schemas).find(([name, schema]) => {
    return name.endsWith(`.${kind}`) && schema["x-kubernetes-group-version-kind"]?.[0]?.kind === kind;
  });
  if (found === undefined) throw new Error(`There is no ${kind}.`);
  return found;
}

/** Takes a definition with all that it is made of. */
function keep(name: string, schemas: Readonly<Record<string, Schema>>): void {
  if (name in definitions) return;
  definitions[name] = {};
  definitions[name] = strict(schemas[name] ?? {}, (used) => keep(used, schemas));
}

/** The same as plain JSON Schema, closed, without words. */
function strict(value: unknown, use: (name: string) => void): unknown {
  if (Array.isArray(value)) return value.map((each) => strict(each, use));
  if (typeof value !== "object" || value === null) return value;
  const schema = value as Schema;
  if (schema["x-kubernetes-int-or-string"] === true || schema["format"] === "int-or-string")
    return { type: ["integer", "string"] };
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const used = basename(reference);
    use(used);
    return { $ref: `#/definitions/${used}` };
  }
  // A reference stands in an `allOf` of its own, where there is a description or a default beside it.
  const [only] = Array.isArray(schema["allOf"]) && schema["allOf"].length === 1 ? schema["allOf"] : [];
  if (only !== undefined) return strict(only, use);
  const kept = Object.entries(schema)
    .filter(([key]) =>
      ["type", "properties", "required", "items", "enum", "additionalProperties", "oneOf"].includes(key),
    )
    .map(([key, each]) => [
      key,
      key === "properties" ? strictProperties(each as Schema, use) : strict(each, use),
    ]);
  const closed =
    "properties" in schema && !("additionalProperties" in schema) ? { additionalProperties: false } : {};
  return { ...Object.fromEntries(kept), ...closed };
}

function strictProperties(properties: Schema, use: (name: string) => void): Schema {
  return Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, strict(each, use)]));
}
