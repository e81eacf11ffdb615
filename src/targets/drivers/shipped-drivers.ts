import { UserError } from "../../errors/user-error.ts";
import type { Driver } from "./define-driver.ts";
import { chainlit } from "./shipped/chainlit-driver.ts";
import { described } from "./shipped/described-driver.ts";
import { litellm } from "./shipped/litellm-driver.ts";
import { ollama } from "./shipped/ollama-driver.ts";
import { openWebui, openWebuiApi } from "./shipped/open-webui-driver.ts";
import { openaiChat } from "./shipped/openai-chat-driver.ts";
import { openaiResponses } from "./shipped/openai-responses-driver.ts";
import { seeds } from "./shipped/seeds-driver.ts";

/** Drivers of wires that are not the contract's own; the next one is a file beside these and a line here. */
export const SHIPPED_DRIVERS: readonly Driver[] = [
  seeds,
  openaiChat,
  openaiResponses,
  ollama,
  litellm,
  openWebui,
  openWebuiApi,
  chainlit,
  described,
];

/** The driver of this name. Throws a UserError. */
export function findDriver(name: string): Driver {
  const found = SHIPPED_DRIVERS.find((driver) => driver.name === name);
  if (found !== undefined) return found;
  throw new UserError("config_invalid", `There is no driver "${name}".`, {
    hint: `Drivers: ours, ${SHIPPED_DRIVERS.map((driver) => driver.name).join(", ")}; or the file of one.`,
  });
}
