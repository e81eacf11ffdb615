import { setImmediate as nextTurn } from "node:timers/promises";
import { ExportedProfile, type ImportRemark, type ImportReport } from "../../../contract/chat-export.ts";
import type { UserStore } from "../../conversations/conversation-store.ts";
import { jsonFault } from "../../http/json-body.ts";
import { type CheckedConversation, checkedConversation } from "./checked-conversation.ts";
import { checkedShape } from "./checked-shape.ts";
import { type Candidate, type ImportDefaults, type ImportFormat, ImportRefusal } from "./import-format.ts";
import { readImportFile } from "./read-import-file.ts";

/** Who brings something in. */
export interface ImportTarget {
  readonly own: UserStore;
  readonly defaults: ImportDefaults;
}

/** This many refusals, and this many notes, are named; all are counted. */
const NAMED = 100;

/** A conversation or a profile that may be saved. */
interface Accepted<Value> {
  readonly place: string;
  readonly value: Value;
}

/**
 * Brings in what a file has: first all of it is looked at, then what may be saved is, each conversation whole or not at
 * all. What is there already, by its key, stays as it is, so that the same file can be brought in again, also after this
 * was cut off. Throws `bad_request` where the file is of no known kind, and what the store throws.
 */
export async function importConversations(text: string, target: ImportTarget): Promise<ImportReport> {
  const { format, contents } = readImportFile(text);
  const report = emptyReport(format.name);
  const profiles = acceptedProfiles(contents.profiles, report);
  const known = await target.own.transfer.profiles();
  const profileKeys = new Set([...known, ...profiles.map(({ value }) => value)].map(({ key }) => key));
  const look = conversationJudge(format, target.defaults, profileKeys);
  const conversations: Accepted<CheckedConversation>[] = [];
  for (const candidate of contents.conversations) {
    const accepted = judged(candidate, look, report.conversations, report);
    if (accepted !== undefined) conversations.push(accepted);
    // Replies that run are read on meanwhile.
    await nextTurn();
  }
  for (const { value } of profiles) {
    report.profiles[(await target.own.transfer.importProfile(value)) ? "imported" : "already_there"] += 1;
  }
  for (const accepted of conversations) await save(accepted, target, report);
  return report;
}

function emptyReport(format: string): ImportReport {
  const none = { imported: 0, already_there: 0, refused: 0 };
  return { status: "ok", format, conversations: { ...none }, profiles: { ...none }, refused: [], notes: [] };
}

function acceptedProfiles(
  candidates: readonly Candidate[],
  report: ImportReport,
): Accepted<ExportedProfile>[] {
  const keys = new Set<string>();
  const look = (value: unknown): ExportedProfile => {
    const profile = checkedShape(ExportedProfile, value);
    requireNew(keys, profile.key);
    return profile;
  };
  return candidates.flatMap((candidate) => judged(candidate, look, report.profiles, report) ?? []);
}

/** Looks at one conversation after the other; throws an {@link ImportRefusal}. */
function conversationJudge(
  format: ImportFormat,
  defaults: ImportDefaults,
  profileKeys: ReadonlySet<string>,
): (value: unknown) => CheckedConversation {
  const keys = new Set<string>();
  return (value) => {
    const checked = checkedConversation(value, format, defaults);
    const { key, profile_key } = checked.conversation;
    if (profile_key !== null && !profileKeys.has(profile_key)) {
      throw new ImportRefusal(`profile_key: there is no profile "${profile_key}", here or among those taken`);
    }
    requireNew(keys, key);
    return checked;
  };
}

function requireNew(keys: Set<string>, key: string): void {
  if (keys.has(key)) throw new ImportRefusal(`key: "${key}" is another one's of this file, too`);
  keys.add(key);
}

/** What `look` makes of it; undefined where it refuses, which is told. */
function judged<Value>(
  { place, value }: Candidate,
  look: (value: unknown) => Value,
  counts: ImportReport["conversations"],
  report: ImportReport,
): Accepted<Value> | undefined {
  try {
    const fault = jsonFault(value);
    if (fault !== undefined) throw new ImportRefusal(`it ${fault}`);
    return { place, value: look(value) };
  } catch (error) {
    if (!(error instanceof ImportRefusal)) throw error;
    counts.refused += 1;
    tell(report.refused, { place, title: titleOf(value), reason: error.message });
    return undefined;
  }
}

/** The title, or a profile's name, of what may be anything. */
function titleOf(value: unknown): string | null {
  if (typeof value !== "object" || value === null) return null;
  const { title, name } = value as { title?: unknown; name?: unknown };
  const words = title ?? name;
  return typeof words === "string" ? words.slice(0, 200).toWellFormed() : null;
}

function tell(remarks: ImportRemark[], remark: ImportRemark): void {
  if (remarks.length < NAMED) remarks.push(remark);
}

async function save(
  { place, value: { conversation, notes } }: Accepted<CheckedConversation>,
  { own }: ImportTarget,
  report: ImportReport,
): Promise<void> {
  const { session, isNew } = await own.transfer.importConversation(conversation);
  const { title } = conversation;
  report.conversations[isNew ? "imported" : "already_there"] += 1;
  if (isNew) {
    for (const reason of notes) tell(report.notes, { place, title, reason });
    return;
  }
  const inFile = conversation.messages.filter(({ message_type }) => message_type === "chat").length;
  const here = session.message_count;
  if (here === inFile) return;
  const reason = `It is here already, with ${here} messages; in the file it has ${inFile}. It was left as it is.`;
  tell(report.notes, { place, title, reason });
}
