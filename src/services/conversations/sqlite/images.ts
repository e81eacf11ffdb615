import { MessageImage } from "../../../contract/hmi.ts";
import { WireError } from "../../../errors.ts";
import type { Picture } from "../store.ts";
import type { Statements } from "./database.ts";
import { findRow } from "./message-rows.ts";
import { rowidOf } from "./rowid.ts";

/** Saves the pictures of a message, in their order. */
export function insertImages(sql: Statements, messageId: string, images: readonly Picture[]): void {
  for (const { mediaType, bytes } of images) {
    sql.run(
      "INSERT INTO images (message_id, media_type, bytes) VALUES (?, ?, ?)",
      Number(messageId),
      mediaType,
      bytes,
    );
  }
}

/** Gives another version of a message the same pictures. */
export function copyImages(sql: Statements, from: string, to: string): void {
  sql.run(
    "INSERT INTO images (message_id, media_type, bytes) SELECT ?, media_type, bytes FROM images WHERE message_id = ? ORDER BY id",
    Number(to),
    Number(from),
  );
}

/** {@link MessageStore.image} */
export function getImage(sql: Statements, user: string, imageId: string): Picture {
  const id = rowidOf(imageId);
  const row =
    id === undefined
      ? undefined
      : sql.get("SELECT message_id, media_type, bytes FROM images WHERE id = ?", id);
  if (row === undefined || findRow(sql, user, String(row["message_id"])) === undefined) {
    throw new WireError("not_found", `There is no picture "${imageId}".`);
  }
  const mediaType = MessageImage.shape.media_type.parse(row["media_type"]);
  return { mediaType, bytes: row["bytes"] as Uint8Array };
}
