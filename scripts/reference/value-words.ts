import * as z from "zod";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What values a schema takes, in words: `integer 0 to 65535`, `` `chat` or `generate` ``. */
export function valueWords(schema: z.core.$ZodType): string {
  return wordsOf(jsonSchemaOf(schema));
}

/** The fields of an object's schema, each with its values in words, in the order of the schema. */
export function fieldWords(schema: z.core.$ZodType): ReadonlyMap<string, string> {
  const { properties = {}, required = [] } = jsonSchemaOf(schema);
  return new Map(
    Object.entries(properties).map(([name, value]) => {
      return [required.includes(name) ? name : `${name}?`, wordsOf(value as JsonSchema)];
    }),
  );
}

/** The schema of what is given, with the rules that only an error message can tell as descriptions. */
function jsonSchemaOf(schema: z.core.$ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: "input",
    override({ zodSchema, jsonSchema }) {
      if (jsonSchema.pattern === undefined && jsonSchema.format === undefined) return;
      // No pattern of ours lets a null character pass.
      const [issue] = z.safeParse(zodSchema, "\0").error?.issues ?? [];
      const [, rule] = /^must be (.*)/.exec(issue?.message ?? "") ?? [];
      if (rule !== undefined) jsonSchema.description = rule;
    },
  });
}

function wordsOf(schema: JsonSchema): string {
  if (schema.description !== undefined) return schema.description;
  if (schema.const !== undefined) return `\`${schema.const}\``;
  // The only type of ours that holds itself.
  if (schema.$ref !== undefined) return "any JSON";
  if (schema.enum !== undefined) return alternatives(schema.enum.map((value) => `\`${value}\``));
  if (schema.anyOf !== undefined)
    return alternatives(schema.anyOf.map((each) => wordsOf(each as JsonSchema)));
  if (Array.isArray(schema.type)) {
    return alternatives(schema.type.map((type) => wordsOf({ ...schema, type })));
  }
  switch (schema.type) {
    case "string":
      return schema.minLength === undefined ? "text" : "text, not empty";
    case "integer":
    case "number":
      return `${schema.type} ${rangeOf(schema)}`.trim();
    case "array":
      return `list: ${wordsOf(schema.items as JsonSchema)}`;
    case "object":
      return objectWords(schema);
    default:
      return schema.type ?? "any value";
  }
}

function objectWords({ properties, additionalProperties }: JsonSchema): string {
  if (properties === undefined) return `names, each with ${wordsOf(additionalProperties as JsonSchema)}`;
  const fields = Object.entries(properties).map(
    ([name, value]) => `\`${name}\` (${wordsOf(value as JsonSchema)})`,
  );
  return fields.join(", ");
}

function rangeOf({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined) return "";
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
    ? `>= ${minimum}`
    : `${minimum} to ${maximum}`;
}

function alternatives(words: readonly string[]): string {
  return new Intl.ListFormat("en", { type: "disjunction", style: "long" })
    .format(words)
    .replace(", or ", " or ");
}
