import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEFAULTS } from "../contract/contract-defaults.ts";
import type { WebApp } from "./web-app.ts";

/** An engine that an application asks unless it is told otherwise. */
export interface EngineInSources {
  readonly url: string;
  /** The file and line. */
  readonly where: string;
  /** Where it is asked by OpenAI's wire; undefined for Ollama's. */
  readonly api: "openai" | undefined;
}

/** A line that says of an address whose it is. */
const ENGINE_LINE =
  /(?:engine|ollama|openai|llm|vllm|llama)\w*["'\])]?.*?["'`](http:\/\/(?:127\.0\.0\.1|localhost)):(\d{2,5})(?:\/v1)?\/?["'`]/i;

/** The first engine that one of these applications names in its source. A gateway, by its word or at the port of ours, is none. */
export function engineInSources(root: string, apps: readonly WebApp[]): EngineInSources | undefined {
  for (const { file } of apps) {
    const text = readText(join(root, file));
    for (const [index, line] of text.split("\n").entries()) {
      const [, , port] = ENGINE_LINE.exec(line) ?? [];
      if (port === undefined || Number(port) === DEFAULTS.gatewayPort || /gateway/i.test(line)) continue;
      const api = /\/v1\/|openai/i.test(text) ? "openai" : undefined;
      return { url: `http://${DEFAULTS.host}:${port}`, where: `${file}:${index + 1}`, api };
    }
  }
  return undefined;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
