import { EXPORT_FORMAT, EXPORT_VERSION, ExportedConversation } from "../../../contract/chat-export.ts";
import { WireError } from "../../../contract/wire-error.ts";
import { checkedShape } from "./checked-shape.ts";
import type { Candidate, ImportFormat } from "./import-format.ts";

/** What `GET /api/chat/export` answers. */
export const ownExport: ImportFormat = {
  name: "chat-stack",
  title: `an export of this stack, which begins with {"format": "${EXPORT_FORMAT}", "version": ${EXPORT_VERSION}`,
  recognises: (file) => isObject(file) && file["format"] === EXPORT_FORMAT,
  open(file) {
    const { format: _, version, exported_at: _at, profiles, conversations, ...others } = file as Fields;
    if (version !== EXPORT_VERSION) {
      throw new WireError(
        "bad_request",
        `version: the export has version ${JSON.stringify(version)}; this stack reads version ${EXPORT_VERSION}.`,
        "Import it with the stack that wrote it, or a newer one.",
      );
    }
    const unknown = Object.keys(others);
    if (unknown.length > 0)
      throw new WireError("bad_request", `${unknown.join(", ")}: unknown field of the file`);
    return { profiles: listOf("profiles", profiles), conversations: listOf("conversations", conversations) };
  },
  convert: (conversation) => ({
    conversation: checkedShape(ExportedConversation, conversation),
    notes: [],
  }),
};

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(name: string, value: unknown): Candidate[] {
  if (!Array.isArray(value)) throw new WireError("bad_request", `${name}: must be a list`);
  return value.map((each: unknown, at) => ({ place: `${name}.${at}`, value: each }));
}
