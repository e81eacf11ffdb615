import * as z from "zod";
import { ConfigSchema } from "../../src/config/config-schema.ts";
import { DEFAULT_SETTINGS } from "../../src/config/default-config.ts";
import { SERVICE_NAME, ServiceSchema } from "../../src/config/services/service-schema.ts";
import { WireDescriptionSchema } from "../../src/contract/wire-description.ts";
import { docstringsOf } from "./docstrings.ts";
import { meaningOf } from "./service-settings.ts";

export const CONFIG_SCHEMA_FILE = new URL("../../docs/config.schema.json", import.meta.url);

type JsonSchema = z.core.JSONSchema.BaseSchema;

const docs = docstringsOf(new URL("../../src/config/config-schema.ts", import.meta.url));

/** The text of docs/config.schema.json: what a configuration file may hold, for editors. */
export function renderConfigSchema(): string {
  const { $defs, ...service } = z.toJSONSchema(ServiceSchema, { io: "input" });
  describe(service, []);
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "stack.config",
    type: "object",
    properties: {
      $schema: { type: "string", description: "Address of this schema." },
      ...Object.fromEntries(
        Object.entries(ConfigSchema.shape).map(([name, section]) => [name, settingsOf(name, section)]),
      ),
      services: {
        description: "What runs; without it the engine, the gateway and the HMI of ours.",
        type: "object",
        minProperties: 1,
        propertyNames: { pattern: SERVICE_NAME.source },
        additionalProperties: { $ref: "#/$defs/service" },
      },
    },
    additionalProperties: false,
    $defs: { ...$defs, service: withoutDialect(service) },
  };
  return `${JSON.stringify(withVariables(schema), null, 2)}\n`;
}

/** Where a value cannot be any text, it can be one with a variable: `${PORT}`. */
function withVariables(schema: unknown): unknown {
  if (!isSchema(schema)) return schema;
  if (isLimited(schema)) return orVariable(schema);
  const parts = Object.entries(schema).map(([name, part]: [string, unknown]) => {
    if ((name === "properties" || name === "$defs") && isSchema(part))
      return [
        name,
        Object.fromEntries(Object.entries(part).map(([key, each]) => [key, withVariables(each)])),
      ];
    if (name === "anyOf" && Array.isArray(part)) return [name, part.map(withVariables)];
    return [name, name === "additionalProperties" || name === "items" ? withVariables(part) : part];
  });
  return Object.fromEntries(parts);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const LIMITED: readonly string[] = ["pattern", "enum", "const", "format"];

function isLimited({ type, ...rest }: JsonSchema): boolean {
  if (type === "integer" || type === "number" || type === "boolean") return true;
  return type === "string" && LIMITED.some((limit) => limit in rest);
}

function orVariable({ description, default: usual, ...schema }: JsonSchema): JsonSchema {
  return {
    ...(description !== undefined && { description }),
    anyOf: [schema, { type: "string", pattern: "\\$\\{" }],
    ...(usual !== undefined && { default: usual }),
  };
}

/** One section; each setting has a default, so that none is required. */
function settingsOf(section: string, schema: z.core.$ZodType): JsonSchema {
  const { required: _, properties = {}, ...rest } = withoutDialect(z.toJSONSchema(schema, { io: "input" }));
  const defaults: Record<string, unknown> = { ...DEFAULT_SETTINGS[section as keyof typeof DEFAULT_SETTINGS] };
  // Which is looked at by itself.
  if (section === "contract") {
    properties["wire"] = withoutDialect(z.toJSONSchema(WireDescriptionSchema, { io: "input" }));
  }
  const described = Object.entries(properties).map(([name, setting]) => [
    name,
    {
      description: docs.of(`ConfigSchema.${section}.${name}`),
      ...(setting as JsonSchema),
      default: defaults[name],
    },
  ]);
  return { ...rest, properties: Object.fromEntries(described) };
}

/** Puts the meaning of each setting of a service over it, in maps too. */
function describe(schema: JsonSchema, path: readonly string[]): void {
  for (const [name, setting] of Object.entries(schema.properties ?? {})) {
    const below = [...path, name];
    const meaning = meaningOf(below);
    if (meaning !== undefined) Object.assign(setting, { description: meaning });
    const { anyOf = [] } = setting as JsonSchema;
    for (const each of [setting, ...anyOf]) describe(each as JsonSchema, below);
  }
}

function withoutDialect({ $schema: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
