import { MessageImage } from "../../../contract/hmi-schemas.ts";
import { WireError } from "../../../contract/wire-error.ts";
import type { PictureBytes } from "../conversation-store.ts";
import { findRow } from "./message-rows.ts";
import { rowidOf } from "./rowid.ts";
import type { Statements } from "./sql-database.ts";

/** Saves the pictures of a message, in their order. */
export async function insertImages(
  sql: Statements,
  messageId: string,
  images: readonly PictureBytes[],
): Promise<void> {
  for (const { mediaType, bytes } of images) {
    await sql.run(
      "INSERT INTO images (message_id, media_type, bytes) VALUES (?, ?, ?)",
      Number(messageId),
      mediaType,
      bytes,
    );
  }
}

/** Gives another version of a message the same pictures. */
export async function copyImages(sql: Statements, from: string, to: string): Promise<void> {
  await sql.run(
    "INSERT INTO images (message_id, media_type, bytes) SELECT ?, media_type, bytes FROM images WHERE message_id = ? ORDER BY id",
    Number(to),
    Number(from),
  );
}

/** {@link MessageStore.image} */
export async function getImage(sql: Statements, user: string, imageId: string): Promise<PictureBytes> {
  const id = rowidOf(imageId);
  const row =
    id === undefined
      ? undefined
      : await sql.get("SELECT message_id, media_type, bytes FROM images WHERE id = ?", id);
  if (row === undefined || (await findRow(sql, user, String(row["message_id"]))) === undefined) {
    throw new WireError("not_found", `There is no picture "${imageId}".`);
  }
  const mediaType = MessageImage.shape.media_type.parse(row["media_type"]);
  return { mediaType, bytes: row["bytes"] as Uint8Array };
}
