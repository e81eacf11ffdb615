import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";
import { suites } from "../src/checks/suites.ts";
import { DEFAULT_SETTINGS } from "../src/config/default-config.ts";
import { faults } from "../src/faults/find-fault.ts";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README names every suite, in its order, and no other", () => {
  const [, table = ""] = README.split("### Suites");
  const named = [...(table.split("##")[0]?.matchAll(/^\| `([a-z-]+)` \|/gm) ?? [])].map(([, name]) => name);
  expect(named).toEqual(suites.map(({ name }) => name));
});

test("the README counts checks and faults as they are", () => {
  const checks = suites.flatMap((suite) => suite.checks).length;
  expect(README).toContain(`judge ${checks} claims`);
  // `none` is no bug.
  expect(README).toContain(`each of ${faults.length - 1} known bugs`);
});

test("the README names every command that is not hidden", () => {
  const isShown = (file: string): boolean =>
    !readFileSync(file, "utf8").includes("static override hidden = true");
  const commands = globSync("src/commands/*.ts")
    .filter(isShown)
    .map((file) => basename(file, ".ts"));
  expect(commands.filter((name) => !README.includes(`| \`stack ${name}`))).toEqual([]);
});

test("the README names every setting with its default", () => {
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(README) ?? [];
  for (const [section, settings] of Object.entries(DEFAULT_SETTINGS)) {
    expect(yaml).toContain(`${section}:`);
    for (const [name, value] of Object.entries(settings)) expect(yaml).toContain(`${name}: ${asYaml(value)}`);
  }
});

/** A value as the README writes it: words without quotes. */
function asYaml(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value);
}
