import { expect, test } from "vitest";
import { EngineError } from "../../../src/services/stand-in-engine/engine-errors.ts";
import {
  fullModelName,
  parseModelReference,
  shortModelName,
} from "../../../src/services/stand-in-engine/model-reference.ts";

test.each([
  ["phi3", "registry.ollama.ai/library/phi3:latest", "phi3:latest"],
  [" phi3:mini ", "registry.ollama.ai/library/phi3:mini", "phi3:mini"],
  ["phi3:mini:local", "registry.ollama.ai/library/phi3:mini", "phi3:mini"],
  ["me/phi3", "registry.ollama.ai/me/phi3:latest", "me/phi3:latest"],
  ["host:5000/me/phi3:x", "host:5000/me/phi3:x", "host:5000/me/phi3:x"],
  ["http://host/me/phi3", "host/me/phi3:latest", "host/me/phi3:latest"],
])("%j is %s, in short %s", (asked, full, short) => {
  const name = parseModelReference(asked);
  if (typeof name === "string") throw new Error(`expected a name, found ${name}`);
  expect([fullModelName(name), shortModelName(name)]).toEqual([full, short]);
});

test.each(["", "  "])("%j names no model", (asked) => {
  expect(parseModelReference(asked)).toBe("missing");
});

test.each(["gpt-oss:cloud", "gpt-oss:20b-cloud", "gpt-oss:CLOUD"])("%j is a model of the cloud", (asked) => {
  expect(parseModelReference(asked)).toBe("cloud");
});

test.each(["a b", "phi3:", ":mini", "/phi3", "-phi3", "a:b:c", "no.dots/phi3", `${"x".repeat(81)}`])(
  "%j can be no name",
  (asked) => {
    expect(() => parseModelReference(asked)).toThrow(new EngineError(400, "invalid model name"));
  },
);

test("a name cannot be local and of the cloud", () => {
  expect(() => parseModelReference("x:cloud:local")).toThrow(
    'use either :local or :cloud, not both: "x:cloud:local"',
  );
});
