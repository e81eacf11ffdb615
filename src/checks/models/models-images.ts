import { createHash } from "node:crypto";
import { ErrorBody } from "../../contract/common-schemas.ts";
import { type Message, SentMessage } from "../../contract/hmi-schemas.ts";
import { hmiRoutes } from "../../contract/routes.ts";
import { type Broken, CouldNotRun, defineCheck } from "../../harness/define-check.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import type { SeenGeneration } from "../../targets/seen-evidence.ts";
import { type Context, expectAnswer, makeSession } from "../contract-conversations.ts";
import { readHistory, readReply, readSettledRows } from "../contract-replies.ts";
import { generationsFor } from "../engine-generations.ts";
import { PICTURE } from "../sample-picture.ts";
import { plainProfile } from "./ask-by-model.ts";

interface Evidence {
  /** The first digits of the picture's SHA-256. */
  readonly digest: string;
  /** Size of the picture, in bytes. */
  readonly size: number;
  /** The message's row, by a model that sees. */
  readonly row: Message | null;
  /** What the engine was asked; empty where it cannot be watched. */
  readonly generations: readonly SeenGeneration[];
  /** The same picture for a model that does not; null where every model sees. */
  readonly blind: SeenCall | null;
}

export const images = defineCheck<Context["target"], Evidence>({
  id: "models/images",
  claim:
    "a picture reaches a model that sees, and stands in the message's row; for one that does not it is refused",
  why: "Dropped in silence, a picture is answered all the same: with what the model makes up about it.",
  lookAt: "images: in the message, in what the gateway is sent, in the engine's last message, and in the row",
  needs: ["speak the contract", "look at pictures"],
  async collect(context) {
    const { models, hmi } = context.target;
    const bytes = Buffer.from(PICTURE, "base64");
    const session_id = await makeSession(context, await plainProfile(context));
    const message = `What is in this picture? ${context.canary("picture")}`;
    const { signal } = context;
    await generationsFor(context, "");
    const send = (model: string): Promise<SeenCall> => {
      const body = { session_id, message, model, images: [PICTURE] };
      return hmi.call("POST", hmiRoutes.sendMessage.path(), { body, signal });
    };
    const blind = models.blind === null ? null : await send(models.blind);
    // A target that takes it answers it, and is busy with that.
    if (blind?.status === 200) await readReply(context, session_id).ended;
    const known = new Set((await readSettledRows(context, session_id)).map(({ message_id }) => message_id));
    expectAnswer(await send(models.seeing ?? ""), SentMessage);
    await readReply(context, session_id).ended;
    const rows = (await readHistory(context, session_id)).filter(({ message_id }) => !known.has(message_id));
    return {
      digest: createHash("sha256").update(bytes).digest("hex").slice(0, DIGITS),
      size: bytes.length,
      row: rows.find(({ role }) => role === "user") ?? null,
      generations: (await generationsFor(context, message)).slice(-1),
      blind,
    };
  },
  judge: (evidence) =>
    judgeSeen(evidence) ??
    judgeBlind(evidence) ?? {
      verdict: "holds",
      seen: `a picture of ${evidence.size} bytes; for a model that cannot see ${evidence.blind?.status ?? "not tried"}`,
    },
});

/** How many of a digest's digits the engine's record shows. */
const DIGITS = 12;

function judgeSeen({ digest, size, row, generations }: Evidence): Broken | undefined {
  if (row === null) throw new CouldNotRun("the message is not in its conversation");
  const saved = row.images.map((image) => `${image.media_type} ${image.size}`).join(", ");
  // A record without pictures is of something that cannot see them.
  const [asked] = generations;
  const given = asked?.images;
  const isGiven = given === undefined || given.includes(digest);
  if (saved === `image/png ${size}` && isGiven) return undefined;
  return {
    verdict: "broken",
    expected: `the picture at the engine, and image/png ${size} in the row`,
    found: `${given?.length ?? "unknown"} pictures at the engine; in the row: ${saved || "none"}`,
    seen: "a message with one picture",
    rows: [row],
  };
}

function judgeBlind({ blind }: Evidence): Broken | undefined {
  if (blind === null) return undefined;
  const code = ErrorBody.safeParse(blind.body).data?.error.code;
  if (blind.status === 400 && code === "not_able") return undefined;
  return {
    verdict: "broken",
    expected: "400 not_able for a model that cannot see",
    found: `${blind.status} ${code ?? "without an error code"}`,
    seen: `${blind.request} with a picture`,
  };
}
