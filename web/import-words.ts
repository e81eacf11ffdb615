import type { ImportRemark, ImportReport } from "../src/contract/chat-export.ts";

/** What an import did, in a sentence or two. */
export function importWords({ conversations, profiles }: ImportReport): string {
  const taken = [counted(conversations.imported, "conversation"), counted(profiles.imported, "profile")];
  const words = taken.filter((each) => each !== "");
  const here = counted(conversations.already_there, "conversation");
  const refused = [counted(conversations.refused, "conversation"), counted(profiles.refused, "profile")];
  const lost = refused.filter((each) => each !== "");
  return [
    `${words.length === 0 ? "Nothing new was" : capitalised(words.join(" and "))} imported.`,
    ...(here === "" ? [] : [`${capitalised(here)} ${isAre(conversations.already_there)} here already.`]),
    ...(lost.length === 0 ? [] : [`Refused: ${lost.join(" and ")}.`]),
  ].join(" ");
}

/** A thing that was not taken, or not whole, in a line. */
export function remarkWords({ place, title, reason }: ImportRemark): string {
  return `${title === null ? place : `“${title}” (${place})`}: ${reason}`;
}

function counted(count: number, noun: string): string {
  if (count === 0) return "";
  return count === 1 ? `one ${noun}` : `${count} ${noun}s`;
}

function capitalised(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function isAre(count: number): string {
  return count === 1 ? "is" : "are";
}
