import type { ImportReport } from "../contract/chat-export.ts";
import { paint, type Text } from "../text/styled-text.ts";

/** What an import did, for people. */
export function importLines({ conversations, profiles, refused, notes }: ImportReport): Text[] {
  const told = (name: string, { imported, already_there, refused: lost }: ImportReport["profiles"]): string =>
    `  ${name}: ${imported} imported, ${already_there} here already, ${lost} refused`;
  const remark = ({ place, title, reason }: ImportReport["notes"][number]): string =>
    `${place}${title === null ? "" : ` "${title}"`}: ${reason}`;
  const more = conversations.refused + profiles.refused - refused.length;
  return [
    told("conversations", conversations),
    told("profiles", profiles),
    ...refused.map((each) => paint("bad", `  refused: ${remark(each)}`)),
    ...(more > 0 ? [`  and ${more} more were refused`] : []),
    ...notes.map((each) => paint("warn", `  note: ${remark(each)}`)),
  ];
}
