import type { Broken, Verdict } from "../../harness/define-check.ts";
import { CouldNotRun } from "../../harness/define-check.ts";
import { firstBroken } from "../../harness/first-broken.ts";
import { rowStateInWords } from "../row-words.ts";
import { isWholeEnding, lastWord } from "../stream-endings.ts";
import type { ForeignCall, ForeignCallName, TwoPeople } from "./two-people.ts";

/** Judges that another person's calls of these names were answered as if there were nothing. */
export function judgeAsMissing(people: TwoPeople, names: readonly ForeignCallName[]): Verdict {
  const calls = callsOf(people, names);
  return firstBroken(calls, (call) => judgeMissing(call, people)) ?? holds(calls);
}

/** Judges that what another person was answered holds no word of the first one's. */
export function judgeWithoutWord(people: TwoPeople, names: readonly ForeignCallName[]): Verdict {
  const calls = callsOf(people, names);
  return (
    firstBroken(calls, ({ name, call }): Broken | undefined => {
      if (call.status === 200 && !JSON.stringify(call.body).includes(people.word)) return undefined;
      const found = call.status === 200 ? `the word ${people.word}` : `${call.status}`;
      return {
        verdict: "broken",
        expected: "200 with their own alone",
        found,
        seen: `${name}: ${call.request}`,
      };
    }) ?? holds(calls)
  );
}

/** Broken where the first person's reply did not come to its end. */
export function judgeUntouched({ stream, rows }: TwoPeople): Broken | undefined {
  const row = rows.findLast(({ role }) => role === "assistant");
  const word = lastWord(stream);
  if (isWholeEnding(word) && row?.status === "complete") return undefined;
  return {
    verdict: "broken",
    expected: "the first person's reply written to its end",
    found: `${word}, ${rowStateInWords(row)}`,
    seen: "while another person called for its cancel and deletion",
    rows,
  };
}

function callsOf({ calls }: TwoPeople, names: readonly ForeignCallName[]): readonly ForeignCall[] {
  const chosen = calls.filter(({ name }) => names.includes(name));
  if (chosen.length < names.length) throw new CouldNotRun(`not everything was tried: ${names.join(", ")}`);
  return chosen;
}

function judgeMissing({ name, call }: ForeignCall, { word }: TwoPeople): Broken | undefined {
  const text = JSON.stringify(call.body);
  if (call.status === 404 && !text.includes(word)) return undefined;
  return {
    verdict: "broken",
    expected: "404, as of something that is not there",
    found: `${call.status} ${text.slice(0, 200)}`,
    seen: `another person's ${name}: ${call.request}`,
  };
}

function holds(calls: readonly ForeignCall[]): Verdict {
  return { verdict: "holds", seen: calls.map(({ name, call }) => `${name} ${call.status}`).join(", ") };
}
