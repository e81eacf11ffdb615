import { optionsInText } from "../../contract/options-as-text.ts";
import { messageOf } from "../../errors/thrown-error.ts";
import { EngineError } from "./engine-errors.ts";
import { requireKnownOption } from "./generation-options.ts";
import { askedIn, type ChatMessage, openingOf } from "./scripted-reply.ts";

/**
 * The options that lines of a prompt give. Only what holds for all of it directs, a system text or what stands before a
 * transcript, and what is asked now: the line of an earlier message has been followed, and must not stick to every reply
 * of its conversation. Throws EngineError 400 for a line that is no JSON object, and for a name that nobody knows: to
 * any other engine it is a line like all others, so that a misspelt one would do nothing, and nobody would know.
 */
export function optionsInPrompt(messages: readonly ChatMessage[]): Record<string, unknown> {
  const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
  const given = linesOf([...system, openingOf(messages), askedIn(messages)].join("\n"));
  for (const name of Object.keys(given)) requireKnownOption(name);
  return given;
}

function linesOf(text: string): Record<string, unknown> {
  try {
    return optionsInText(text);
  } catch (error) {
    throw new EngineError(400, messageOf(error), { cause: error });
  }
}
