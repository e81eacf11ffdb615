import { setTimeout as delay } from "node:timers/promises";
import type { WireDescription } from "../../src/contract/wire-description.ts";
import { serveRoutes } from "./routes.ts";

/** What becomes of what is saved at each poll. */
export type PollSaving =
  /** One row, which is written anew at each poll. */
  | "updated"
  /** A row for each poll; all are one when the end is told. */
  | "merged at the end"
  /** A row for each poll; a moment after the end all are one. */
  | "merged later"
  /** The same, and whoever works on it takes one row after the other: for longer than anybody waits for what stands still. */
  | "merged slowly"
  /** A row for each poll, for good. */
  | "never merged";

interface Row {
  readonly who: "human" | "bot";
  body: string;
}

const PIECES = ["Rivers ", "bring ", "salt ", "to ", "the ", "sea, ", "grain ", "by ", "grain."];

/** A back end whose replies are written and saved as they are asked for. */
export async function startPollSavingChat(
  saving: PollSaving,
  { mergeMs = saving === "merged slowly" ? 700 : 400 } = {},
): Promise<string> {
  const chats = new Map<string, Row[]>();
  const jobs = new Map<
    string,
    { readonly rows: Row[]; readonly saved: Row[]; output: string; polls: number }
  >();
  const rowsOf = (chat: string): Row[] => {
    const rows = chats.get(chat) ?? [];
    chats.set(chat, rows);
    return rows;
  };
  const merge = async (rows: Row[], saved: Row[]): Promise<void> => {
    if (saving.endsWith("later") || saving.endsWith("slowly")) await delay(mergeMs);
    while (saved.length > 1) {
      rows.splice(rows.indexOf(saved.shift() as Row), 1);
      if (saving === "merged slowly") await delay(mergeMs);
    }
  };
  return await serveRoutes({
    "POST /jobs"({ body }) {
      const { chat, prompt } = JSON.parse(body);
      const rows = rowsOf(chat);
      const id = `job${jobs.size + 1}`;
      const job = { rows, saved: [] as Row[], output: "", polls: 0 };
      jobs.set(id, job);
      rows.push({ who: "human", body: prompt });
      return { job: id };
    },
    "GET /jobs/:job"({ params }) {
      const job = jobs.get(params["job"] ?? "");
      if (job === undefined) return { problem: "no such job" };
      const { rows, saved } = job;
      // Written on as it is asked for, so that each poll has more to save.
      job.output += PIECES.slice(job.polls * 2, job.polls * 2 + 2).join("");
      job.polls += 1;
      const { output } = job;
      const isOver = job.polls * 2 >= PIECES.length;
      const last = saved.at(-1);
      if (last !== undefined && saving === "updated") last.body = output;
      else {
        const row: Row = { who: "bot", body: output };
        saved.push(row);
        rows.push(row);
      }
      if (isOver && saving !== "never merged") void merge(rows, saved);
      return { output, state: isOver ? "finished" : "running" };
    },
    "GET /chats/:chat": ({ params }) => rowsOf(params["chat"] ?? ""),
  });
}

/** How it is talked to. */
export const POLL_SAVING_WIRE: WireDescription = {
  service: "hmi",
  conversation: "own",
  send: { request: "POST /jobs", body: { chat: "{conversation}", prompt: "{text}" }, told: { reply: "job" } },
  read: { request: "GET /jobs/{reply}", every_ms: 20 },
  stream: {
    framing: "polled",
    text: { at: "output", cumulative: true },
    done: { where: { state: "finished" } },
  },
  rows: {
    request: "GET /chats/{conversation}",
    list: "",
    role: "who",
    text: "body",
    roles: { user: ["human"], assistant: ["bot"] },
  },
};
