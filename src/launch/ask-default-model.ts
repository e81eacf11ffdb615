import type { Config } from "../config/config-schema.ts";
import { bearerHeader } from "../contract/caller-headers.ts";
import { findModel } from "../contract/model-names.ts";
import { gatewayRoutes } from "../contract/routes.ts";
import { probe } from "../supervisor/run-probe.ts";

/** Which model answers where nobody chose one. */
export interface DefaultModelReport {
  /** The setting `chat.model`. */
  readonly configured: string;
  /** By the gateway's word; null where the engine has no model. */
  readonly in_force: string | null;
}

/** The engine may have to be asked about each of its models. */
const TIMEOUT_MS = 5_000;

/** Asks the gateway which model is in force; undefined where it does not tell, as those of others may not. */
export async function askDefaultModel(config: Config): Promise<DefaultModelReport | undefined> {
  const { status, body = "" } = await probe(
    { address: config.gateway },
    {
      kind: "http",
      path: gatewayRoutes.models.path(),
      headers: bearerHeader(config.auth.token),
      timeoutMs: TIMEOUT_MS,
    },
  );
  const standard = status === 200 ? defaultIn(body) : undefined;
  return standard === undefined ? undefined : { configured: config.chat.model, in_force: standard };
}

/** Whether it is the configured one, by whatever of its names. */
export function isDefaultConfigured({ configured, in_force }: DefaultModelReport): boolean {
  return in_force !== null && findModel([in_force], configured) !== undefined;
}

function defaultIn(body: string): string | null | undefined {
  try {
    const list: unknown = JSON.parse(body);
    const standard =
      typeof list === "object" && list !== null && "default" in list ? list.default : undefined;
    return standard === null || typeof standard === "string" ? standard : undefined;
  } catch {
    return undefined;
  }
}
