import { findModel } from "./model-names.ts";

/**
 * The model of messages that name none (contract, section 2): the configured one if the engine has it, else the
 * engine's first; undefined where it has no model at all.
 */
export function chooseDefaultModel(installed: readonly string[], configured: string): string | undefined {
  return findModel(installed, configured) ?? installed[0];
}
