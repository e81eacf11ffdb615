import { WireError } from "../../contract/wire-error.ts";
import type { LimitsOf } from "../conversations/model-limits.ts";
import type { ThinkAndKeepAlive } from "../conversations/think-and-keep-alive.ts";

/** What a message asks of its model that not every model can do. */
interface Asked {
  readonly images?: { readonly length: number } | undefined;
  readonly settings?: ThinkAndKeepAlive | undefined;
}

/** Throws `not_able` where a message asks for what it is known that its model cannot do: see, or think. */
export async function refuseUnableModel(
  { images, settings }: Asked,
  modelOf: () => Promise<string | null>,
  limitsOf: LimitsOf,
): Promise<void> {
  const hasPictures = images !== undefined && images.length > 0;
  const isToThink = Boolean(settings?.think);
  if (!hasPictures && !isToThink) return;
  const model = await modelOf();
  const { canSee, canThink } = await limitsOf(model);
  if (hasPictures && canSee === false) throw notAble(model, "cannot see pictures", "vision", "images");
  if (isToThink && canThink === false) throw notAble(model, "cannot think", "thinking", "think");
}

function notAble(model: string | null, cannot: string, capability: string, field: string): WireError {
  return new WireError(
    "not_able",
    `${model === null ? "The default model" : `The model "${model}"`} ${cannot}.`,
    `Choose one whose capabilities have \`${capability}\` (GET /api/models), or send the message without \`${field}\`.`,
  );
}
