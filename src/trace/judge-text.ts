import { isPartOfText, isSameButForSpace, isSameText, withoutThoughts } from "../targets/compare-texts.ts";
import { brokenCharactersIn } from "../targets/counting-message.ts";
import { isWithoutBeginning } from "../targets/late-reading.ts";
import { beforeMisreading } from "../targets/mojibake.ts";
import { engineRefusalOf, searchForModel } from "./engine-refusals.ts";
import { quotedText, sentence } from "./finding-words.ts";
import { HOP_TITLES } from "./hop-names.ts";
import { comparableHopBehind, isWholePass, replyRequestOf, toldPasses } from "./hop-passes.ts";
import { type JudgedTrace, judgeEachHop } from "./judge-each-hop.ts";
import type {
  HopObservation,
  HopPass,
  TraceFinding,
  TraceFindingKind,
  TraceObservations,
} from "./trace-report.ts";

/**
 * Whether a hop loses or changes text. Models need not say the same twice, so texts are compared only where they
 * are of one reply (its row, what the tap saw the engine answer), or where as many tokens were counted and the one
 * text is the other with something left out.
 */
export function judgeText(trace: TraceObservations): JudgedTrace {
  return judgeEachHop(trace, (hop) => {
    const passes = hop.passes.filter(isWholePass);
    const finding = firstOf(passes, (pass) => judgePass(trace, hop, pass));
    return finding === undefined
      ? { notTold: [...unrestOf(hop, passes), ...untold(trace, hop)] }
      : { finding };
  });
}

function judgePass(trace: TraceObservations, hop: HopObservation, pass: HopPass): TraceFinding | undefined {
  const refused = judgeEmpty(trace, hop, pass);
  if (refused !== undefined) return refused;
  const byRow = judgeRow(hop, pass);
  if (byRow !== undefined) return byRow;
  // Of the last hop nobody else could tell what it was given.
  const byText =
    hop.behind === null
      ? undefined
      : (judgeByTap(hop, pass) ?? judgeByCharacters(trace, hop, pass) ?? judgeByCounts(trace, hop, pass));
  return byText ?? judgeMessageRow(hop, pass);
}

/** An empty reply for which the engine was seen to refuse: nothing was lost, and nothing need be saved. */
function judgeEmpty(
  trace: TraceObservations,
  { hop }: HopObservation,
  pass: HopPass,
): TraceFinding | undefined {
  const refusal = pass.text === "" ? engineRefusalOf(trace, pass) : undefined;
  if (refusal === undefined) return undefined;
  return {
    hop,
    kind: "failure",
    sentence: `${sentence(HOP_TITLES[hop])} tells a failure as an empty reply that is whole: the engine ${refusal}.`,
    next: searchForModel(trace, pass),
  };
}

/** What became of the reply where it is saved. */
function judgeRow({ hop }: HopObservation, pass: HopPass): TraceFinding | undefined {
  const { row, row_problem: problem, row_unrest, has_rows } = pass;
  if (!has_rows || row_unrest !== null) return undefined;
  if (isReadLate(pass, row?.text ?? "")) return undefined;
  const of = (kind: TraceFindingKind, words: string): TraceFinding => ({
    hop,
    kind,
    sentence: `${words}.`,
    next: hop === "hmi" ? "stack verify persistence" : null,
  });
  switch (problem?.kind) {
    case "not_saved":
      return of(
        "not_saved",
        `The reply that the HMI streamed is not among its conversation's rows${problem.elsewhere === undefined ? "" : `: it is in those of conversation ${problem.elsewhere}`}`,
      );
    case "order":
      return of("wrong_order", `The HMI has the reply before its message: ${problem.found}`);
    case "roles":
      return of(
        "wrong_roles",
        `The HMI has the turn under other roles than it was said in: ${problem.found}`,
      );
    case "twice":
      return of("saved_twice", `The HMI has one turn more than once: ${problem.found}`);
    case "lost_on_stream":
    case "lost_when_saved":
    case "changed":
      return row === null ? undefined : of(...otherText(HOP_TITLES[hop], problem.kind, pass.text, row.text));
    default:
      return row?.status === "streaming"
        ? of("not_saved", "The reply's row is still `streaming` 3 s after its stream said that it is done")
        : undefined;
  }
}

/** Whether all that is missing is the beginning, which its reader may have come too late for. */
function isReadLate({ opened_late, text }: HopPass, whole: string): boolean {
  return opened_late !== null && isWithoutBeginning(text, whole);
}

function unrestOf({ hop }: HopObservation, passes: readonly HopPass[]): string[] {
  const late = passes.find(({ opened_late }) => opened_late !== null)?.opened_late;
  if (late != null) return [`Whether ${HOP_TITLES[hop]} loses text is not judged: ${late}.`];
  const unrest = passes.find(({ row_unrest }) => row_unrest !== null)?.row_unrest;
  return unrest == null ? [] : [`What ${HOP_TITLES[hop]} saves is not judged: ${unrest}.`];
}

/** A reply that is well, and of what was asked nothing is there. */
function judgeMessageRow({ hop }: HopObservation, { row_problem }: HopPass): TraceFinding | undefined {
  if (row_problem?.kind !== "message_not_saved") return undefined;
  return {
    hop,
    kind: "message_not_saved",
    sentence: `${sentence(HOP_TITLES[hop])} has the reply among its conversation's rows, and not the message that it answers.`,
    next: "stack verify persistence",
  };
}

function otherText(
  title: string,
  kind: "lost_on_stream" | "lost_when_saved" | "changed",
  streamed: string,
  saved: string,
): [TraceFindingKind, string] {
  const sizes = `${streamed.length} characters streamed, ${saved.length} in its row`;
  if (kind === "lost_on_stream") {
    return [
      "lost_text",
      `${sentence(title)} loses text on its stream: ${sizes}${firstLost(streamed, saved)}`,
    ];
  }
  return kind === "lost_when_saved"
    ? ["lost_text", `The HMI loses text when it saves: ${sizes}${firstLost(saved, streamed)}`]
    : [
        "changed_text",
        isSameButForSpace(streamed, saved)
          ? `${sentence(title)} changes white space: ${sizes}${firstSpace(streamed, saved)}`
          : `${sentence(title)} changes text: ${sizes}, where it said ${quotedText(streamed)} and has ${quotedText(saved)}`,
      ];
}

/** Where white space is another first, with what stands around it. */
function firstSpace(streamed: string, saved: string): string {
  const at = [...streamed].findIndex((char, index) => char !== [...saved][index]);
  const around = (text: string): string =>
    JSON.stringify([...text].slice(Math.max(0, at - 8), at + 8).join(""));
  return `, first ${around(streamed)} as ${around(saved)}`;
}

function judgeByTap({ hop }: HopObservation, pass: HopPass): TraceFinding | undefined {
  const request = replyRequestOf(pass);
  if (request === undefined || request.text === null || request.ended_ms === null) return undefined;
  const [said, came] = [withoutThoughts(request.text), pass.text];
  if (isSameText(said, came) || isReadLate(pass, said)) return undefined;
  const title = sentence(HOP_TITLES[hop]);
  const sizes = `${said.length} characters left the engine for it, ${came.length} came`;
  return isPartOfText(came, said)
    ? {
        hop,
        kind: "lost_text",
        sentence: `${title} loses text: ${sizes}${firstLost(came, said)}.`,
        next: "stack verify sse",
      }
    : {
        hop,
        kind: "changed_text",
        sentence: `${title} changes text: ${sizes}, ${quotedText(came)} instead of ${quotedText(said)}.`,
        next: "stack verify sse",
      };
}

/** Where no tap tells what the engine said: the same text, but for characters that are broken. What an engine broke is its own. */
function judgeByCharacters(
  trace: TraceObservations,
  hop: HopObservation,
  pass: HopPass,
): TraceFinding | undefined {
  const behind = comparableHopBehind(trace, hop);
  const isTapped = (replyRequestOf(pass)?.text ?? null) !== null;
  if (behind === undefined || isTapped) return undefined;
  const texts = toldPasses(behind).map(({ text }) => text);
  const broken = charactersLost(pass.text, texts) ?? charactersMisread(pass.text, texts);
  if (broken === undefined) return undefined;
  return {
    hop: hop.hop,
    kind: "changed_text",
    sentence: `${sentence(HOP_TITLES[hop.hop])} breaks characters: ${quotedText(pass.text)}, where ${HOP_TITLES[behind.hop]} says ${quotedText(broken.whole)}. ${broken.how}`,
    next: "stack verify sse",
  };
}

interface BrokenCharacters {
  /** What is said behind. */
  readonly whole: string;
  readonly how: string;
}

/** Characters in whose place stands U+FFFD. */
function charactersLost(text: string, behind: readonly string[]): BrokenCharacters | undefined {
  const whole = behind.find((each) => asciiOf(each) === asciiOf(text));
  const isTheirs = behind.some((each) => brokenCharactersIn(each) > 0);
  if (brokenCharactersIn(text) === 0 || whole === undefined || isTheirs) return undefined;
  return { whole, how: "Their bytes were decoded chunk by chunk, or cut." };
}

/** A model that has read such text may have written a character of it, and no more than these. */
const MOST_MISREAD_BY_CHANCE = 3;

/** Characters each of whose bytes has become one: of the same text, or of more than a model would write itself. */
function charactersMisread(text: string, behind: readonly string[]): BrokenCharacters | undefined {
  const said = beforeMisreading(text);
  if (said === undefined || behind.some((each) => beforeMisreading(each) !== undefined)) return undefined;
  const isMuch = (said.match(/\P{ASCII}/gu)?.length ?? 0) > MOST_MISREAD_BY_CHANCE;
  const whole =
    behind.find((each) => isSameText(each, said)) ?? (isMuch ? behind.find(hasLongCharacters) : undefined);
  return whole === undefined ? undefined : { whole, how: "Their UTF-8 was read as Latin-1." };
}

/** Whether a text has characters that are several bytes in UTF-8. */
function hasLongCharacters(text: string): boolean {
  return /\P{ASCII}/u.test(text);
}

/** A text's ASCII, which no decoder breaks, with one sign for whatever stands between. */
function asciiOf(text: string): string {
  return text.trim().replace(/\P{ASCII}+/gu, "\uFFFD");
}

function judgeByCounts(
  trace: TraceObservations,
  hop: HopObservation,
  pass: HopPass,
): TraceFinding | undefined {
  const behind = comparableHopBehind(trace, hop);
  if (behind === undefined || pass.opened_late !== null) return undefined;
  const title = sentence(HOP_TITLES[hop.hop]);
  const texts = new Set(toldPasses(behind).map(({ text }) => text));
  const [whole] = toldPasses(behind);
  if (whole === undefined) return undefined;
  if (pass.text === "") {
    return {
      hop: hop.hop,
      kind: "lost_text",
      sentence: `${title} loses all text: its reply is empty, and ends as if it were whole.`,
      next: "stack verify sse",
    };
  }
  const counted = pass.usage?.completion_tokens ?? null;
  const isAsLong = counted !== null && counted === (whole.usage?.completion_tokens ?? null);
  if (
    !isAsLong ||
    texts.size !== 1 ||
    isSameText(pass.text, whole.text) ||
    !isPartOfText(pass.text, whole.text)
  )
    return undefined;
  return {
    hop: hop.hop,
    kind: "lost_text",
    sentence: `${title} loses text: ${counted} tokens were counted as for ${HOP_TITLES[behind.hop]}, but ${pass.text.length} of its ${whole.text.length} characters came${firstLost(pass.text, whole.text)}.`,
    next: "stack verify sse",
  };
}

/** Where the text is another, and nobody can say whose doing that is. */
function untold(trace: TraceObservations, hop: HopObservation): string[] {
  const behind = comparableHopBehind(trace, hop);
  const [pass] = toldPasses(hop);
  if (hop.hop !== "gateway" || behind === undefined || pass === undefined) return [];
  if (replyRequestOf(pass)?.text !== undefined && replyRequestOf(pass)?.text !== null) return [];
  if (toldPasses(behind).some(({ text }) => isSameText(text, pass.text))) return [];
  return [
    "The gateway's text is another than the engine's own, which may be the model's doing: only a tap in front of the engine could tell.",
  ];
}

function firstOf<Item, Found>(
  items: readonly Item[],
  find: (item: Item) => Found | undefined,
): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is missing first, for whoever looks for it. */
function firstLost(part: string, whole: string): string {
  let at = 0;
  while (at < part.length && part[at] === whole[at]) at += 1;
  if (at >= part.trimEnd().length) return `, nothing after ${quotedText(part.slice(-30), 30)}`;
  return `, the first that is missing after ${quotedText(part.slice(Math.max(0, at - 30), at), 30)}`;
}
