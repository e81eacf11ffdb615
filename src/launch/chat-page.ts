import type { Config } from "../config/config-schema.ts";
import { urlOf } from "../contract/address.ts";
import { bearerHeader } from "../contract/caller-headers.ts";
import { pageRoutes } from "../contract/routes.ts";
import { probe } from "../supervisor/run-probe.ts";
import type { UpStep } from "./up-step-reporter.ts";

const TIMEOUT_MS = 2_000;

/** Where a person chats: the page of our own HMI; of another one that page where it has it, else its address. */
export async function chatPage({ kind, url }: UpStep, config: Config): Promise<string | null> {
  if (url === null) return null;
  const path = pageRoutes.llm.path();
  if (kind === "embedded") return `${url}${path}`;
  const { ok, body = "" } = await probe(
    { address: config.hmi },
    { kind: "http", path, headers: bearerHeader(config.auth.token), timeoutMs: TIMEOUT_MS },
  );
  // Some answer 200 with JSON at every path.
  return ok && /<(?:!doctype|html)/i.test(body) ? `${urlOf(config.hmi)}${path}` : url;
}
