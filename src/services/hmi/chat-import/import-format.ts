import type { ExportedConversation } from "../../../contract/chat-export.ts";

/** A part of a file that is to be brought in by itself: a profile, or a conversation. */
export interface Candidate {
  /** Where it is in the file, for example `conversations.3`. */
  readonly place: string;
  readonly value: unknown;
}

/** What a file is made of, unchecked. */
export interface FileContents {
  readonly profiles: readonly Candidate[];
  readonly conversations: readonly Candidate[];
}

/** A conversation in our own shape, which is checked after that, with what is not in it as it was. */
export interface Converted {
  readonly conversation: ExportedConversation;
  readonly notes: readonly string[];
}

/** What a conversation has that its file does not say. */
export interface ImportDefaults {
  readonly agentId: string;
}

/** A kind of file that conversations can be brought in from. */
export interface ImportFormat {
  /** As the report names it. */
  readonly name: string;
  /** What such a file is, in words, for whoever has given another one. */
  readonly title: string;
  /** Whether the file is one of these, by what is in it. */
  recognises(file: unknown): boolean;
  /** Throws `bad_request` where the file is of a version that is not known. */
  open(file: unknown): FileContents;
  /** Throws an {@link ImportRefusal}. */
  convert(conversation: unknown, defaults: ImportDefaults): Converted;
}

/** Why something is not taken. */
export class ImportRefusal extends Error {
  override readonly name = "ImportRefusal";
}
