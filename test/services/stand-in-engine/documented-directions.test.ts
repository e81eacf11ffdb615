import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MODELS } from "../../../src/services/stand-in-engine/engine-models.ts";
import { chatBody, post, startTestEngine } from "./client.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const namesIn = (text: string): string[] => [...new Set(text.match(/stand_in_[a-z_]+(?<!_)/g))].sort();
const [, section = ""] = read("docs/services.md").split("## The engine stand-in\n");

test("the documented directions are those that are read", () => {
  const documented = namesIn(section).filter((name) => name !== "stand_in_options");
  expect(documented).toEqual(namesIn(read("src/services/stand-in-engine/generation-options.ts")));
});

test.each(namesIn(section).filter((name) => name !== "stand_in_options"))(
  "%s of another type is refused",
  async (name) => {
    const answer = await post(await startTestEngine(), "/api/chat", chatBody({ options: { [name]: {} } }));
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text).error).toMatch(new RegExp(`^option "${name}" must be of type \\w+$`));
  },
);

test("the documented models are those that it has, with what they can do", () => {
  const rows = [...section.matchAll(/^\| `([^`]+:[^`]+)` \| ([^|]+) \|/gm)].map(([, name, can]) => [
    name,
    can,
  ]);
  const models = MODELS.map(({ name, capabilities }) => {
    const can = capabilities.filter((capability) => capability !== "completion");
    return [name, can.length === 0 ? "neither" : can.join(", ")];
  });
  expect(rows).toEqual(models);
});
