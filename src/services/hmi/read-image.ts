import type { MessageImage } from "../../contract/hmi-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { PictureBytes } from "../conversations/conversation-store.ts";

/**
 * A picture from its base64. What it is, its first bytes say, and nobody else: what a browser is given again under
 * this type must not be a page. Throws `bad_request` for anything but a PNG, JPEG, WebP or GIF; `index` is its place
 * among a message's pictures, for the words.
 */
export function readImage(base64: string, index: number): PictureBytes {
  const bytes = Buffer.from(base64, "base64");
  const mediaType = mediaTypeOf(bytes);
  if (mediaType !== undefined) return { mediaType, bytes };
  const found = bytes.length === 0 ? "nothing" : `${bytes.length} bytes of something else`;
  throw new WireError("bad_request", `images.${index}: must be a PNG, JPEG, WebP or GIF; it is ${found}`);
}

/** What a kind of picture begins with: bytes in hexadecimal, and where they stand. */
type Signature = readonly { readonly at: number; readonly bytes: readonly string[] }[];

const SIGNATURES: Readonly<Record<MessageImage["media_type"], Signature>> = {
  "image/png": [{ at: 0, bytes: ["89504e470d0a1a0a"] }],
  "image/jpeg": [{ at: 0, bytes: ["ffd8ff"] }],
  // GIF87a, GIF89a
  "image/gif": [{ at: 0, bytes: ["474946383761", "474946383961"] }],
  // RIFF, the file's length, WEBP
  "image/webp": [
    { at: 0, bytes: ["52494646"] },
    { at: 8, bytes: ["57454250"] },
  ],
};

function mediaTypeOf(picture: Buffer): MessageImage["media_type"] | undefined {
  const types = Object.keys(SIGNATURES) as MessageImage["media_type"][];
  return types.find((type) =>
    SIGNATURES[type].every(({ at, bytes }) =>
      bytes.some((each) => picture.subarray(at, at + each.length / 2).toString("hex") === each),
    ),
  );
}
