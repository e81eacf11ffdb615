import { expect } from "vitest";
import { type LoadConfigOptions, loadConfig } from "../../src/config/load-config.ts";
import type { Services } from "../../src/config/service-config.ts";
import { UserError } from "../../src/errors/user-error.ts";
import { tempFolder } from "./temp.ts";

/** The problems of a configuration, each as its line in the message. */
export async function problemsOf(options: Partial<LoadConfigOptions> & { cwd: string }): Promise<string[]> {
  const error = await loadConfig({ env: {}, ...options }).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error("a UserError was expected");
  expect(error).toMatchObject({ code: "config_invalid", exitCode: 2, hint: expect.any(String) });
  return error.message
    .split("\n")
    .slice(1)
    .map((line) => line.trim());
}

/** The services of this YAML, which stands in a folder with these other files. */
export async function servicesOf(yaml: string, files: Record<string, string> = {}): Promise<Services> {
  const cwd = tempFolder({ "stack.config.yaml": yaml, ...files });
  return (await loadConfig({ cwd, env: {} })).services;
}

/** What is wrong with this YAML, without the file's name. */
export async function problemsIn(yaml: string, files: Record<string, string> = {}): Promise<string[]> {
  const cwd = tempFolder({ "stack.config.yaml": yaml, ...files });
  return (await problemsOf({ cwd })).map((line) => line.replace("stack.config.yaml:", ""));
}
