import type { ChatRequest } from "../../contract/gateway-schemas.ts";

/** How a model is to answer, beside the engine's own options; what is left out, is as the engine and the model are set. */
export interface ThinkAndKeepAlive {
  readonly think?: ChatRequest["think"] | undefined;
  readonly keep_alive?: ChatRequest["keep_alive"] | undefined;
}

/** `chat.think` and `chat.keep_alive` of the configuration, where every setting has a text. */
export interface ConfiguredThinkAndKeepAlive {
  readonly think: "default" | "on" | "off" | "low" | "medium" | "high";
  /** Seconds, or a duration such as `5m`; empty for none. */
  readonly keep_alive: string;
}

/** The configuration's settings as the engine is given them. */
export function configuredThinkAndKeepAlive({
  think,
  keep_alive,
}: ConfiguredThinkAndKeepAlive): ThinkAndKeepAlive {
  const thinking = think === "on" ? true : think === "off" ? false : think;
  return {
    ...(thinking === "default" ? {} : { think: thinking }),
    ...(keep_alive === ""
      ? {}
      : { keep_alive: /^-?\d+$/.test(keep_alive) ? Number(keep_alive) : keep_alive }),
  };
}

/** For each setting, what the first of these says of it. */
export function firstOfEach(...settings: readonly (ThinkAndKeepAlive | undefined)[]): ThinkAndKeepAlive {
  const think = settings.find((each) => each?.think !== undefined)?.think;
  const keepAlive = settings.find((each) => each?.keep_alive !== undefined)?.keep_alive;
  return {
    ...(think === undefined ? {} : { think }),
    ...(keepAlive === undefined ? {} : { keep_alive: keepAlive }),
  };
}
