import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { setup as setUpMemory } from "../support/temp-in-memory.ts";

/** A temporary folder for a run's browsers: one that ends with its worker may leave its profile behind. */
export function setup({ config }: TestProject): () => void {
  // It comes before what is set up for all projects.
  setUpMemory();
  const folder = mkdtempSync(join(tmpdir(), "stack-browser-"));
  config.env = { ...config.env, TMPDIR: folder };
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
