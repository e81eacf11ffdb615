import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { isHar, readHar } from "./har-file.ts";
import { jsonOrText, type NetworkLog } from "./network-log.ts";
import { readTapRecord } from "./tap-record.ts";

/** Reads a network log from a file: a browser's HAR, or what a tap recorded. Throws a UserError `log_unreadable`. */
export function openNetworkLog(file: string): NetworkLog {
  const name = basename(file);
  const text = textOfFile(file);
  const value = jsonOrText(text);
  if (isHar(value)) return readHar(name, value);
  const record = readTapRecord(name, text);
  if (record !== undefined) return record;
  throw new UserError("log_unreadable", `${file} is neither a HAR nor what \`stack tap --record\` writes.`, {
    hint: "In the browser: network tab, send one message, wait, reload, then `Save all as HAR with content`.",
  });
}

function textOfFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError("log_unreadable", `The network log cannot be read: ${messageOf(error)}.`, {
      hint: "Name the file that the browser saved: --from chat.har.",
    });
  }
}
